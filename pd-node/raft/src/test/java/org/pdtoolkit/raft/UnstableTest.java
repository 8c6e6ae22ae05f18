package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** The part of the log that is not durable yet. */
class UnstableTest {
    private final List<RaftEvent> events = new ArrayList<>();

    private Unstable unstable(long offset, long... terms) {
        Unstable unstable = new Unstable(offset, events::add);
        if (terms.length > 0) {
            unstable.append(Solo.entries(offset, terms));
        }
        return unstable;
    }

    private static String terms(Unstable unstable) {
        StringBuilder text = new StringBuilder();
        for (long i = unstable.offset(); i < unstable.offset() + unstable.count(); i++) {
            text.append(i == unstable.offset() ? "" : " ").append(unstable.term(i));
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    IN_PROGRESS, FROM, OFFSET, OFFSET_IN_PROGRESS, TERMS
                    # continues the tail
                    false,       8,    5,      5,                  1 1 1 2 2
                    true,        8,    5,      8,                  1 1 1 2 2
                    # replaces everything
                    false,       5,    5,      5,                  2 2
                    true,        5,    5,      5,                  2 2
                    true,        4,    4,      4,                  2 2
                    true,        3,    3,      3,                  2 2
                    # starts inside
                    false,       6,    5,      5,                  1 2 2
                    true,        6,    5,      6,                  1 2 2
                    true,        7,    5,      7,                  1 1 2 2
                    """)
    void newEntriesReplaceWhatTheyOverlap(
            boolean inProgress, long from, long offset, long offsetInProgress, String terms) {
        Unstable unstable = unstable(5, 1, 1, 1);
        if (inProgress) {
            unstable.acceptInProgress();
        }
        unstable.append(Solo.entries(from, 2, 2));
        assertEquals(offset, unstable.offset());
        assertEquals(offsetInProgress, unstable.offsetInProgress());
        assertEquals(terms, terms(unstable));
        assertEquals(from < 8 ? 1 : 0, events.size());
    }

    @Test
    void aGapIsFatal() {
        assertThrows(InvariantViolation.class, () -> unstable(5, 1).append(Solo.entries(7, 1)));
        assertThrows(InvariantViolation.class, () -> unstable(5).append(Solo.entries(6, 1)));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    TERM, INDEX, OFFSET, COUNT, IGNORED
                    1,    5,     6,      2,     false
                    1,    6,     7,      1,     false
                    2,    7,     8,      0,     false
                    # another term: it was replaced meanwhile
                    2,    5,     5,      3,     true
                    1,    7,     5,      3,     true
                    # not there
                    1,    4,     5,      3,     true
                    1,    8,     5,      3,     true
                    """)
    void onlyThatVeryEntryBecomesStable(
            long term, long index, long offset, int count, boolean ignored) {
        Unstable unstable = unstable(5, 1, 1, 2);
        unstable.acceptInProgress();
        unstable.stableTo(term, index);
        assertEquals(offset, unstable.offset());
        assertEquals(count, unstable.count());
        assertEquals(ignored, !events.isEmpty());
    }

    @Test
    void aSnapshotIsHandedOutOnceAndKeptUntilItIsDurable() {
        Unstable unstable = unstable(5, 1, 1);
        Snapshot snapshot = new Snapshot(9, 3, ConfState.EMPTY, new byte[0]);
        unstable.restore(snapshot);
        assertEquals(10, unstable.offset());
        assertEquals(0, unstable.count());
        assertEquals(3, unstable.term(9));
        assertEquals(snapshot, unstable.nextSnapshot());
        unstable.acceptInProgress();
        assertTrue(unstable.nextSnapshot().isEmpty());
        assertTrue(unstable.hasSnapshot());
        unstable.stableTo(3, 9);
        assertEquals(1, events.size());
        unstable.stableSnapshotTo(8);
        assertTrue(unstable.hasSnapshot());
        unstable.stableSnapshotTo(9);
        assertFalse(unstable.hasSnapshot());
    }

    @Test
    void entriesAreHandedOutOnce() {
        Unstable unstable = unstable(5, 1, 1);
        assertEquals(2, unstable.nextEntries().size());
        unstable.acceptInProgress();
        assertTrue(unstable.nextEntries().isEmpty());
        unstable.append(Solo.entries(7, 1));
        assertEquals(7, unstable.nextEntries().get(0).index());
    }

    @Test
    void longRandomHistoriesEqualThoseOfAPlainList() {
        Random random = new Random(3);
        Unstable unstable = unstable(1);
        List<Entry> twin = new ArrayList<>();
        long offset = 1;
        for (int step = 0; step < 20_000; step++) {
            int kind = random.nextInt(3);
            if (kind == 0 && !twin.isEmpty()) {
                int stable = random.nextInt(twin.size());
                unstable.stableTo(twin.get(stable).term(), twin.get(stable).index());
                twin.subList(0, stable + 1).clear();
                offset += stable + 1;
            } else {
                long last = offset + twin.size();
                long from = kind == 1 ? last : Math.max(offset, last - random.nextInt(5));
                long term = 1 + step;
                List<Entry> added = new ArrayList<>();
                for (int i = random.nextInt(9); i >= 0; i--) {
                    added.addAll(Solo.entries(from + added.size(), term));
                }
                unstable.append(added);
                twin.subList((int) (from - offset), twin.size()).clear();
                twin.addAll(added);
            }
            assertEquals(offset, unstable.offset());
            assertEquals(twin, unstable.slice(offset, offset + unstable.count()));
        }
    }
}
