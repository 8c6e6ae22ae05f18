package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.pdtoolkit.kv.machine.Machine.error;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.StoreHash;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Space;

/** etcd.md section 10, HashKV. */
class HashTest {
    private final Machine machine = new Machine();

    private static void change(Machine machine, long seed, int times) {
        Random random = new Random(seed);
        for (int i = 0; i < times; i++) {
            String key = "k" + random.nextInt(8);
            if (random.nextInt(4) == 0) {
                machine.delete(key);
            } else {
                machine.put(key, "v" + i);
            }
        }
    }

    @Test
    void anEmptyStoreHasOneToo() {
        StoreHash hash = machine.kv.hash(0);
        assertEquals(new StoreHash(hash.crc(), 1, -1, 1), hash);
        assertEquals(hash, machine.kv.hash(1));
    }

    @Test
    void oneRevisionHasOneHashHoweverMuchCameAfterIt() {
        change(machine, 1, 40);
        StoreHash then = machine.kv.hash(0);
        change(machine, 2, 40);
        StoreHash now = machine.kv.hash(then.hashRevision());
        assertEquals(then.crc(), now.crc());
        assertEquals(then.hashRevision(), now.hashRevision());
        assertNotEquals(then.crc(), machine.kv.hash(0).crc());
    }

    @Test
    void whatCompactionHasYetToDeleteDoesNotCount() {
        for (long seed = 1; seed <= 50; seed++) {
            Machine early = new Machine();
            Machine late = new Machine(new KvLimits(2, 128, 3));
            for (Machine each : new Machine[] {early, late}) {
                change(each, seed, 60);
                each.compact(Math.min(each.kv.revision(), 10 + seed));
            }
            early.sweep();
            StoreHash agreed = early.kv.hash(0);
            assertEquals(agreed, late.kv.hash(0), "seed " + seed + ", nothing deleted");
            late.kv.advance(late.store.applied());
            late.restart();
            assertEquals(agreed, late.kv.hash(0), "seed " + seed + ", some deleted");
            late.sweep();
            assertEquals(agreed, late.kv.hash(0), "seed " + seed + ", all deleted");
            assertEquals(early.historyRecords(), late.historyRecords());
        }
    }

    @Test
    void aCompactionOfVisibleHistoryChangesIt() {
        change(machine, 3, 40);
        int before = machine.kv.hash(0).crc();
        machine.compact(machine.kv.revision());
        assertNotEquals(before, machine.kv.hash(0).crc());
    }

    @Test
    void oneByteIsSeen() {
        machine.put("k", "value");
        machine.put("other", "value");
        int sound = machine.kv.hash(0).crc();
        Batch.Write record = Machine.dump(machine.store).get(0);
        byte[] value = record.value().toArray();
        value[value.length - 1] ^= 1;
        machine.store.commit(
                new Batch().put(Space.HISTORY, record.key(), Bytes.wrap(value)),
                machine.store.applied());
        machine.restart();
        assertEquals(utf8("valud"), machine.get("k").value());
        assertNotEquals(sound, machine.kv.hash(0).crc());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            REVISION             | REFUSED
            0                    | -
            7                    | -
            9                    | -
            10                   | -
            11                   | FUTURE_REVISION
            9223372036854775807  | FUTURE_REVISION
            6                    | COMPACTED
            1                    | COMPACTED
            -1                   | COMPACTED
            -9223372036854775808 | COMPACTED
            """)
    void revisionsBetweenTheCompactedAndTheNewestHaveOne(long revision, KvError refused) {
        for (int i = 0; i < 9; i++) {
            machine.put("k", "v" + i);
        }
        machine.compact(7);
        if (refused == null) {
            StoreHash hash = machine.kv.hash(revision);
            assertEquals(revision == 0 ? 10 : revision, hash.hashRevision());
            assertEquals(7, hash.compactRevision());
            assertEquals(10, hash.revision());
        } else {
            assertEquals(refused, error(() -> machine.kv.hash(revision)));
        }
    }
}
