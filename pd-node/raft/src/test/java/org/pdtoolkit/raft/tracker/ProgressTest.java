package org.pdtoolkit.raft.tracker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** States, indexes and the window of one follower. */
class ProgressTest {
    private static Progress progress(ProgressState state, long match, long next) {
        Progress progress = new Progress(next, 4, 0);
        progress.reset(match, next);
        switch (state) {
            case PROBE -> {
                // As it starts.
            }
            case REPLICATE -> {
                progress.becomeReplicate();
                if (next > match + 1) {
                    progress.sentEntries((int) (next - match - 1), 0);
                }
            }
            case SNAPSHOT -> progress.becomeSnapshot(next - 1);
        }
        return progress;
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    STATE,     MATCH, NEXT, REJECTED, CANDIDATE, GENUINE, NEXT_AFTER
                    # replicating: at or below match is stale, else start over behind match
                    REPLICATE, 5,     10,   5,        5,         false,   10
                    REPLICATE, 5,     10,   4,        4,         false,   10
                    REPLICATE, 5,     10,   9,        9,         true,    6
                    # probing: only the refusal of the very probe is genuine
                    PROBE,     0,     0,    0,        0,         false,   0
                    PROBE,     0,     10,   5,        5,         false,   10
                    PROBE,     0,     10,   9,        9,         true,    9
                    PROBE,     0,     2,    1,        1,         true,    1
                    PROBE,     0,     1,    0,        0,         true,    1
                    PROBE,     0,     10,   9,        2,         true,    3
                    PROBE,     0,     10,   9,        0,         true,    1
                    PROBE,     4,     10,   9,        1,         true,    5
                    """)
    void aRefusalLowersNext(
            ProgressState state,
            long match,
            long next,
            long rejected,
            long candidate,
            boolean genuine,
            long nextAfter) {
        Progress progress = progress(state, match, next);
        assertEquals(genuine, progress.maybeDecrement(rejected, candidate));
        assertEquals(match, progress.match());
        assertEquals(nextAfter, progress.next());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    INDEX, NEWS,  MATCH, NEXT
                    2,     false, 3,     5
                    3,     false, 3,     5
                    4,     true,  4,     5
                    5,     true,  5,     6
                    9,     true,  9,     10
                    """)
    void anAcknowledgementNeverLowersAnything(long index, boolean news, long match, long next) {
        Progress progress = progress(ProgressState.PROBE, 3, 5);
        assertEquals(news, progress.maybeUpdate(index));
        assertEquals(match, progress.match());
        assertEquals(next, progress.next());
    }

    @Test
    void probingAfterASnapshotStartsBehindItUnlessItFailed() {
        Progress arrived = progress(ProgressState.SNAPSHOT, 1, 11);
        arrived.becomeProbe();
        assertEquals("StateProbe match=1 next=11 inactive", arrived.toString());
        Progress failed = progress(ProgressState.SNAPSHOT, 1, 11);
        failed.forgetPendingSnapshot();
        failed.becomeProbe();
        assertEquals("StateProbe match=1 next=2 inactive", failed.toString());
        Progress replicating = progress(ProgressState.REPLICATE, 1, 5);
        replicating.becomeProbe();
        assertEquals("StateProbe match=1 next=2 inactive", replicating.toString());
    }

    @Test
    void theTextShowsWhatHoldsItBack() {
        Progress progress = progress(ProgressState.SNAPSHOT, 123, 134);
        progress.setLearner(true);
        assertEquals(
                "StateSnapshot match=123 next=134 learner paused pendingSnap=133 inactive",
                progress.toString());
        Progress full = new Progress(1, 1, 0);
        full.setRecentActive(true);
        full.becomeReplicate();
        full.sentEntries(2, 5);
        assertEquals("StateReplicate match=0 next=3 paused inflight=1[full]", full.toString());
    }

    @Test
    void aSnapshotStateSendsNothing() {
        Progress progress = progress(ProgressState.SNAPSHOT, 1, 11);
        assertTrue(progress.isPaused());
        progress.resumeAppends();
        assertTrue(progress.isPaused());
        assertThrows(InvariantViolation.class, () -> progress.sentEntries(1, 1));
    }

    @Test
    void aCommitIsWorthTellingOnlyBelowWhatWasSent() {
        Progress progress = progress(ProgressState.REPLICATE, 3, 6);
        assertTrue(progress.canBumpCommit(4));
        progress.sentCommit(4);
        assertFalse(progress.canBumpCommit(4));
        assertTrue(progress.canBumpCommit(9));
        progress.sentCommit(5);
        assertFalse(progress.canBumpCommit(9));
        // What was sent may be lost.
        progress.becomeProbe();
        assertEquals(3, progress.sentCommit());
    }

    @Test
    void theWindowFreesWhatIsAcknowledgedAndWrapsAround() {
        Inflights window = new Inflights(10, 0);
        long next = 1;
        long freed = 0;
        for (int round = 0; round < 100; round++) {
            while (!window.isFull()) {
                window.add(next++, 10);
            }
            assertEquals(10, window.count());
            assertEquals(100, window.bytes());
            freed += 1 + round % 10;
            window.freeUpTo(freed);
            window.freeUpTo(freed - 1);
            assertEquals(10 - (1 + round % 10), window.count());
            assertEquals(10L * window.count(), window.bytes());
        }
        window.reset();
        assertEquals(0, window.count());
        assertEquals(0, window.bytes());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    COUNT_MAX, BYTES_MAX, SIZE, FITTING
                    3,         0,         1000, 3
                    9,         100,       30,   4
                    9,         100,       50,   2
                    9,         100,       500,  1
                    2,         100,       10,   2
                    """)
    void theWindowIsFullByCountOrByBytes(int countMax, long bytesMax, long size, int fitting) {
        Inflights window = new Inflights(countMax, bytesMax);
        for (int i = 1; i <= fitting; i++) {
            assertFalse(window.isFull());
            window.add(i, size);
        }
        assertTrue(window.isFull());
        assertThrows(InvariantViolation.class, () -> window.add(99, 1));
        window.freeUpTo(fitting);
        assertFalse(window.isFull());
    }
}
