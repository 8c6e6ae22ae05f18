package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.RaftStorageException.Kind;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** The reference storage. */
class MemoryStorageTest {
    private final MemoryStorage storage = new MemoryStorage();

    /** Base 3, entries 4 and 5 with terms 4 and 5. */
    @BeforeEach
    void fill() {
        storage.append(Solo.entries(1, 1, 2, 3, 4, 5));
        storage.compact(3);
    }

    private static void fails(Kind kind, Executable call) {
        assertEquals(kind, assertThrows(RaftStorageException.class, call).kind());
    }

    @Test
    void knowsItsRange() {
        assertEquals(4, storage.firstIndex());
        assertEquals(5, storage.lastIndex());
        assertEquals(3, storage.term(3));
        assertEquals(5, storage.term(5));
        fails(Kind.COMPACTED, () -> storage.term(2));
        fails(Kind.UNAVAILABLE, () -> storage.term(6));
    }

    @Test
    void readsWithinTheLimitButAtLeastOne() {
        assertEquals(2, storage.entries(4, 6, RaftConfig.NO_LIMIT).size());
        assertEquals(1, storage.entries(4, 6, 0).size());
        assertEquals(1, storage.entries(4, 6, 7).size());
        assertEquals(2, storage.entries(4, 6, 8).size());
        fails(Kind.COMPACTED, () -> storage.entries(3, 5, 1));
        assertThrows(InvariantViolation.class, () -> storage.entries(4, 7, 1));
        fails(Kind.UNAVAILABLE, () -> new MemoryStorage().entries(1, 1, 1));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    FROM, TERMS,     LAST, LAST_TERM
                    1,    '1 2',     5,    5
                    3,    '3 4 5',   5,    5
                    3,    '3 6 6',   5,    6
                    3,    '3 4 5 5', 6,    5
                    2,    '2 3 5',   4,    5
                    4,    '5',       4,    5
                    6,    '5',       6,    5
                    """)
    void appendsReplaceTheSuffixAndIgnoreWhatIsGone(
            long from, String terms, long last, long lastTerm) {
        String[] parts = terms.split(" ");
        long[] parsed = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            parsed[i] = Long.parseLong(parts[i]);
        }
        storage.append(Solo.entries(from, parsed));
        assertEquals(last, storage.lastIndex());
        assertEquals(lastTerm, storage.term(last));
        assertEquals(4, storage.firstIndex());
    }

    @Test
    void aGapIsFatal() {
        assertThrows(InvariantViolation.class, () -> storage.append(Solo.entries(7, 5)));
    }

    @Test
    void compactsOnlyForwardsAndInsideTheLog() {
        fails(Kind.COMPACTED, () -> storage.compact(3));
        assertThrows(InvariantViolation.class, () -> storage.compact(6));
        storage.compact(5);
        assertEquals(6, storage.firstIndex());
        assertEquals(5, storage.lastIndex());
        assertEquals(5, storage.term(5));
    }

    @Test
    void snapshotsOnlyReplaceOlderOnes() {
        ConfState confState = ConfState.ofVoters(List.of(1L, 2L));
        Snapshot created = storage.createSnapshot(4, confState, new byte[] {1});
        assertEquals(new Snapshot(4, 4, confState, new byte[] {1}), created);
        assertEquals(confState, storage.createSnapshot(5, null, new byte[0]).confState());
        fails(Kind.SNAPSHOT_OUT_OF_DATE, () -> storage.createSnapshot(5, confState, new byte[0]));
        assertThrows(
                InvariantViolation.class, () -> storage.createSnapshot(6, confState, new byte[0]));
        fails(
                Kind.SNAPSHOT_OUT_OF_DATE,
                () -> storage.applySnapshot(new Snapshot(5, 5, confState, new byte[0])));
        storage.applySnapshot(new Snapshot(9, 7, confState, new byte[0]));
        assertEquals(10, storage.firstIndex());
        assertEquals(9, storage.lastIndex());
        assertEquals(7, storage.term(9));
    }

    @Test
    void aSnapshotWithAMembershipOnlyIsAccepted() {
        MemoryStorage fresh = new MemoryStorage();
        ConfState confState = ConfState.ofVoters(List.of(1L));
        fresh.applySnapshot(new Snapshot(0, 0, confState, new byte[0]));
        assertEquals(confState, fresh.initialState().confState());
        assertEquals(0, fresh.lastIndex());
    }
}
