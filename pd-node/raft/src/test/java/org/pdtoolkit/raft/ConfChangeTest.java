package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoding of membership changes, and sizes of entries. */
class ConfChangeTest {
    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Entry entry(EntryType type, byte[] data) {
        return new Entry(1, 1, type, data);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    TRANSITION     | OPERATIONS | CONTEXT | ENCODED
                    AUTO           | ''         | ''      | 0800
                    AUTO           | v1         | ''      | 08001204 08001001
                    JOINT_EXPLICIT | r1 v300    | ''      | 08021204 08011001 1205 080010ac02
                    JOINT_IMPLICIT | l2         | 616263  | 08011204 08031002 1a03 616263
                    """)
    void hasTheProtobufFormOfTheOriginal(
            Transition transition, String operations, String context, String encoded) {
        ConfChange change =
                new ConfChange(transition, ScriptOperations.parse(operations), bytes(context));
        byte[] data = bytes(encoded.replace(" ", ""));
        assertArrayEquals(data, change.encode());
        assertEquals(change, ConfChange.decode(entry(EntryType.CONF_CHANGE_V2, data)));
    }

    @Test
    void theOldFormHoldsExactlyOneOperation() {
        ConfChange change = ConfChange.of(ChangeType.ADD_LEARNER_NODE, 5, new byte[] {9});
        byte[] data = change.encodeOldForm();
        assertArrayEquals(bytes("080010031805220109"), data);
        assertEquals(change, ConfChange.decode(entry(EntryType.CONF_CHANGE, data)));
        assertThrows(IllegalArgumentException.class, ConfChange.LEAVE_JOINT::encodeOldForm);
    }

    @Test
    void noDataMeansLeaving() {
        ConfChange decoded = ConfChange.decode(entry(EntryType.CONF_CHANGE_V2, new byte[0]));
        assertEquals(ConfChange.LEAVE_JOINT, decoded);
        assertTrue(decoded.isLeaveJoint());
        assertFalse(decoded.isEnterJoint());
    }

    @Test
    void unknownFieldsAreSkipped() {
        byte[] data = bytes("0800" + "20ff01" + "2a0161" + "310000000000000000" + "3d00000000");
        assertEquals(
                ConfChange.LEAVE_JOINT, ConfChange.decode(entry(EntryType.CONF_CHANGE_V2, data)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08",
                "ff",
                "0803",
                "1205",
                "12020809",
                "0a0100",
                "1a7f",
                "00",
                "0f",
                "3100",
                "08ffffffffffffffffffff01",
                "1affffffffff7f"
            })
    void garbageIsRefused(String hex) {
        Entry entry = entry(EntryType.CONF_CHANGE_V2, bytes(hex));
        assertThrows(IllegalArgumentException.class, () -> ConfChange.decode(entry));
    }

    @Test
    void randomBytesNeverDoAnythingElse() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] data = new byte[random.nextInt(12)];
            random.nextBytes(data);
            for (EntryType type : List.of(EntryType.CONF_CHANGE, EntryType.CONF_CHANGE_V2)) {
                try {
                    ConfChange.decode(entry(type, data));
                } catch (IllegalArgumentException e) {
                    // The only way to refuse.
                }
            }
        }
    }

    @Test
    void aNormalEntryCarriesNoChange() {
        Entry entry = entry(EntryType.NORMAL, new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> ConfChange.decode(entry));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    TERM, INDEX, TYPE,           LENGTH, SIZE
                    1,    2,     NORMAL,         3,      9
                    1,    2,     NORMAL,         0,      4
                    1,    2,     CONF_CHANGE_V2, 2,      10
                    127,  128,   NORMAL,         0,      5
                    1,    2,     NORMAL,         128,    135
                    """)
    void sizesAreThoseOfTheProtobufForm(
            long term, long index, EntryType type, int length, int size) {
        assertEquals(size, new Entry(term, index, type, new byte[length]).encodedSize());
    }

    @Test
    void limitsKeepAtLeastOneEntry() {
        List<Entry> entries = Solo.entries(1, 1, 1, 1);
        assertEquals(3, Entry.limit(entries, RaftConfig.NO_LIMIT).size());
        assertEquals(3, Entry.limit(entries, 12).size());
        assertEquals(2, Entry.limit(entries, 11).size());
        assertEquals(1, Entry.limit(entries, 0).size());
        assertEquals(0, Entry.limit(List.of(), 0).size());
    }
}
