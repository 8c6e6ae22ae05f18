package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.dump;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.OpResult;

/** etcd.md section 6. */
class CompactionTest {
    private final Machine machine = new Machine();

    private void change(int times) {
        for (int i = 0; i < times; i++) {
            machine.put("k", "v" + i);
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            FIRST | THEN | VERDICT
            -     | -1   | COMPACTED
            -     | 0    | COMPACTED
            -     | 1    | -
            -     | 4    | -
            -     | 5    | FUTURE_REVISION
            3     | 3    | COMPACTED
            3     | 2    | COMPACTED
            3     | 4    | -
            3     | 0    | COMPACTED
            """)
    void onlyRevisionsInBetweenCanBeCompacted(Long first, long then, KvError verdict) {
        change(3);
        if (first != null) {
            machine.compact(first);
        }
        if (verdict == null) {
            machine.compact(then);
            assertEquals(then, machine.kv.compactRevision());
        } else {
            assertEquals(verdict, machine.refusal(new Command.Compact(then)));
            assertEquals(first == null ? -1 : first, machine.kv.compactRevision());
        }
        long mark = machine.kv.compactRevision();
        machine.restart();
        assertEquals(mark, machine.kv.compactRevision());
    }

    @Test
    void whatNoReadableRevisionShowsIsDeleted() {
        change(3); // 2 3 4
        machine.put("gone", "1"); // 5
        machine.delete("gone"); // 6
        machine.put("back", "1"); // 7
        machine.delete("back"); // 8
        machine.put("back", "2"); // 9
        OpResult.Range before = machine.range(at(all(), 9));
        assertFalse(machine.kv.compactionDue());
        machine.compact(9);
        assertTrue(machine.kv.compactionDue());
        machine.sweep();
        assertEquals(2, machine.historyRecords());
        assertEquals(before, machine.range(at(all(), 9)));
        machine.restart();
        assertEquals(9, machine.kv.revision());
        assertEquals(before, machine.range(at(all(), 9)));
        assertFalse(machine.kv.compactionDue());
    }

    @Test
    void aDeletionAtTheMarkStaysForWatchesThatStartThere() {
        machine.put("k", "1"); // 2
        machine.delete("k"); // 3
        machine.compact(3);
        machine.sweep();
        assertEquals(1, machine.historyRecords());
        machine.put("other", "1"); // 4
        machine.compact(4);
        machine.sweep();
        assertEquals(1, machine.historyRecords());
        assertEquals(
                0,
                machine.range(at(all(), 0)).pairs().stream()
                        .filter(pair -> pair.key().equals(Machine.utf8("k")))
                        .count());
    }

    @Test
    void recordsAreDeletedInBoundedStepsWithLaterCommands() {
        Machine small = new Machine(new KvLimits(2, 128, 10));
        for (int i = 0; i < 35; i++) {
            small.put("k", "v" + i);
        }
        small.compact(36);
        assertEquals(35, small.historyRecords(), "the mark alone");
        small.put("other", "1");
        assertEquals(35 - 10 + 1, small.historyRecords());
        small.restart();
        assertTrue(small.kv.compactionDue());
        assertEquals(KvError.COMPACTED, small.refusal(new Command.Compact(1)));
        assertEquals(35 - 20 + 1, small.historyRecords());
        small.sweep();
        assertEquals(2, small.historyRecords());
    }

    @Test
    void compactingTwiceIsCompactingOnce() {
        Machine twice = new Machine();
        for (Machine each : new Machine[] {machine, twice}) {
            for (int i = 0; i < 20; i++) {
                each.put("k" + i % 3, "v" + i);
                if (i % 5 == 0) {
                    each.delete("k" + i % 3);
                }
            }
        }
        twice.compact(9);
        twice.compact(20);
        machine.compact(20);
        twice.sweep();
        machine.sweep();
        assertEquals(dump(machine.store), dump(twice.store));
    }
}
