package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.from;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.storage.Batch;

/** etcd.md section 3, and Put and DeleteRange of section 4. */
class WriteTest {
    private final Machine machine = new Machine();

    private static KeyValue pair(String key, String value, long create, long mod, long version) {
        return new KeyValue(utf8(key), utf8(value), create, mod, version, 0);
    }

    @Test
    void aFreshStoreIsAtRevisionOneAndNeverCompacted() {
        assertEquals(1, machine.kv.revision());
        assertEquals(-1, machine.kv.compactRevision());
        assertEquals(new OpResult.Range(1, List.of(), 0, false), machine.range(Op.Range.of(all())));
    }

    @Test
    void generationsCountVersionsAndRememberTheirCreation() {
        assertEquals(2, machine.put("k", "1"));
        assertEquals(3, machine.put("k", "1"));
        assertEquals(pair("k", "1", 2, 3, 2), machine.get("k"));
        assertEquals(4, machine.delete("k").revision());
        assertNull(machine.get("k"));
        assertEquals(5, machine.put("k", ""));
        assertEquals(pair("k", "", 5, 5, 1), machine.get("k"));
    }

    @Test
    void deletingSeveralKeysIsOneRevision() {
        for (String key : List.of("c", "a", "b", "d")) {
            machine.put(key, key + "!");
        }
        assertEquals(
                new OpResult.Delete(
                        6,
                        3,
                        List.of(
                                pair("a", "a!", 3, 3, 1),
                                pair("b", "b!", 4, 4, 1),
                                pair("c", "c!", 2, 2, 1))),
                machine.write(new Op.Delete(from("a", "d"), true)));
        assertEquals(6, machine.kv.revision());
        assertEquals(1, machine.range(Op.Range.of(all())).count());
    }

    @Test
    void deletingNothingMakesNoRevision() {
        machine.put("a", "1");
        List<Batch.Write> before = dump(machine.store);
        for (Op.Delete delete :
                List.of(
                        Op.Delete.of(utf8("x")),
                        new Op.Delete(from("b", "a"), true),
                        new Op.Delete(from("b", "z"), true))) {
            assertEquals(new OpResult.Delete(2, 0, List.of()), machine.write(delete));
        }
        assertEquals(before, dump(machine.store));
    }

    @Test
    void aPutGivesThePreviousPairOnRequest() {
        Op.Put put = new Op.Put(utf8("k"), utf8("1"), 0, true, false, false);
        assertEquals(new OpResult.Put(2, null), machine.write(put));
        assertEquals(new OpResult.Put(3, pair("k", "1", 2, 2, 1)), machine.write(put));
        machine.delete("k");
        assertEquals(new OpResult.Put(5, null), machine.write(put));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            VALUE | LEASE | IGNORE_VALUE | IGNORE_LEASE | NEW_VALUE | NEW_LEASE
            new   | 0     | false        | false        | new       | 0
            new   | 8     | false        | false        | new       | 8
            ''    | 0     | true         | false        | old       | 0
            ''    | 8     | true         | false        | old       | 8
            new   | 0     | false        | true         | new       | 7
            ''    | 0     | true         | true         | old       | 7
            """)
    void ignoredFieldsKeepTheirOldContent(
            String value,
            long lease,
            boolean ignoreValue,
            boolean ignoreLease,
            String newValue,
            long newLease) {
        machine.apply(new Command.LeaseGrant(7, 100));
        machine.apply(new Command.LeaseGrant(8, 100));
        machine.put("k", "old", 7);
        Op.Put put = new Op.Put(utf8("k"), utf8(value), lease, false, ignoreValue, ignoreLease);
        assertEquals(new OpResult.Put(3, null), machine.write(put));
        assertEquals(new KeyValue(utf8("k"), utf8(newValue), 2, 3, 2, newLease), machine.get("k"));
        assertEquals(newLease == 7 ? List.of(utf8("k")) : List.of(), machine.kv.leases().keys(7));
        assertEquals(newLease == 8 ? List.of(utf8("k")) : List.of(), machine.kv.leases().keys(8));
    }

    @Test
    void ignoringFieldsNeedsAKey() {
        Op.Put value = new Op.Put(utf8("k"), Bytes.EMPTY, 0, false, true, false);
        Op.Put lease = new Op.Put(utf8("k"), utf8("v"), 0, false, false, true);
        assertEquals(KvError.KEY_NOT_FOUND, machine.refusal(value));
        assertEquals(KvError.KEY_NOT_FOUND, machine.refusal(lease));
        machine.put("k", "v");
        machine.delete("k");
        assertEquals(KvError.KEY_NOT_FOUND, machine.refusal(value));
        assertEquals(3, machine.kv.revision());
    }

    @Test
    void anUnknownLeaseIsLookedUpFirstAndNothingIsWritten() {
        Op.Put put = new Op.Put(utf8("k"), Bytes.EMPTY, 7, false, true, false);
        assertEquals(KvError.LEASE_NOT_FOUND, machine.refusal(put));
        assertEquals(List.of(), dump(machine.store));
    }

    @Test
    void aRefusedCommandMovesTheAppliedIndexAndNothingElse() {
        machine.put("k", "v");
        List<Batch.Write> before = dump(machine.store);
        long index = machine.store.applied().index();
        assertEquals(KvError.LEASE_NOT_FOUND, machine.refusal(new Command.LeaseRevoke(1)));
        assertEquals(index + 1, machine.store.applied().index());
        assertEquals(before, dump(machine.store));
        machine.kv.advance(machine.nextIndex());
        assertEquals(index + 2, machine.store.applied().index());
    }
}
