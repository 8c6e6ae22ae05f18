package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** Storage and unstable part as one log. */
class RaftLogTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final List<RaftEvent> events = new ArrayList<>();

    private RaftLog log() {
        return log(RaftConfig.NO_LIMIT);
    }

    private RaftLog log(long applyingBytesMax) {
        return new RaftLog(storage, applyingBytesMax, events::add);
    }

    /** Entries 101..110 durable, 111..120 not, the term equals the index. */
    private RaftLog halfStable() {
        storage.applySnapshot(new Snapshot(100, 100, ConfState.EMPTY, new byte[0]));
        List<Entry> stable = new ArrayList<>();
        List<Entry> unstable = new ArrayList<>();
        for (long i = 101; i <= 120; i++) {
            (i <= 110 ? stable : unstable).addAll(Solo.entries(i, i));
        }
        storage.append(stable);
        RaftLog log = log();
        log.append(unstable);
        return log;
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    INDEX, TERM
                    99,    -1
                    100,   100
                    105,   105
                    110,   110
                    111,   111
                    120,   120
                    121,   -1
                    """)
    void knowsTermsFromBehindTheBaseToTheLastEntry(long index, long term) {
        assertEquals(term, halfStable().term(index));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    FROM, UNTIL, BYTES, FIRST, COUNT
                    101,  121,   9999,  101,   20
                    101,  106,   9999,  101,   5
                    109,  113,   9999,  109,   4
                    111,  113,   9999,  111,   2
                    105,  105,   9999,  0,     0
                    # four bytes an entry; never less than one
                    105,  121,   0,     105,   1
                    105,  121,   8,     105,   2
                    109,  121,   8,     109,   2
                    109,  121,   11,    109,   2
                    109,  121,   12,    109,   3
                    111,  121,   1,     111,   1
                    120,  121,   0,     120,   1
                    """)
    void slicesAcrossBothPartsWithinTheLimit(
            long from, long until, long bytes, long first, int count) {
        List<Entry> slice = halfStable().slice(from, until, bytes);
        assertEquals(count, slice.size());
        for (int i = 0; i < count; i++) {
            assertEquals(first + i, slice.get(i).index());
        }
    }

    @Test
    void slicesOutsideAreCompactedOrFatal() {
        RaftLog log = halfStable();
        assertNull(log.slice(100, 105, 1));
        assertThrows(InvariantViolation.class, () -> log.slice(110, 122, 1));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    FROM, TERMS, CONFLICT
                    1,    '',    0
                    1,    '1',   0
                    2,    '2 3', 0
                    1,    '1 2 3 4 4', 4
                    2,    '2 3 4', 4
                    4,    '4 4', 4
                    1,    '4 4', 1
                    2,    '1 4', 2
                    3,    '1',   3
                    """)
    void findsTheFirstEntryThatIsNewOrDiffers(long from, String terms, long conflict) {
        storage.append(Solo.entries(1, 1, 2, 3));
        long[] parsed =
                terms.isEmpty()
                        ? new long[0]
                        : java.util.Arrays.stream(terms.split(" "))
                                .mapToLong(Long::parseLong)
                                .toArray();
        assertEquals(conflict, log().findConflict(Solo.entries(from, parsed)));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    INDEX, TERM, FOUND
                    7,     9,    7
                    7,     4,    6
                    7,     3,    5
                    5,     3,    5
                    4,     3,    4
                    4,     2,    3
                    # the base is the last one that can be compared
                    4,     1,    2
                    4,     0,    1
                    """)
    void searchesDownwardsByTerm(long index, long term, long found) {
        storage.applySnapshot(new Snapshot(2, 1, ConfState.EMPTY, new byte[0]));
        storage.append(Solo.entries(3, 2, 3, 3, 4, 5));
        assertEquals(found, log().findConflictByTerm(index, term));
    }

    @Test
    void commitMovesUpOnlyAndNeverBehindTheEnd() {
        storage.append(Solo.entries(1, 1, 2, 3));
        RaftLog log = log();
        log.commitTo(2);
        log.commitTo(1);
        assertEquals(2, log.committed());
        assertThrows(InvariantViolation.class, () -> log.commitTo(4));
        assertThrows(InvariantViolation.class, () -> log.append(Solo.entries(2, 4)));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    TERM, INDEX, UP_TO_DATE
                    2,    3,     false
                    3,    2,     false
                    3,    3,     true
                    3,    4,     true
                    4,    1,     true
                    """)
    void comparesTermsBeforeIndexes(long term, long index, boolean upToDate) {
        storage.append(Solo.entries(1, 1, 2, 3));
        assertEquals(upToDate, log().isUpToDate(term, index));
    }

    @Test
    void committedEntriesAreHandedOutInPagesUntilTheLimitIsReportedApplied() {
        storage.append(Solo.entries(1, 1, 1, 1, 1));
        RaftLog log = log(8);
        log.commitTo(4);
        List<Entry> page = log.nextCommitted(true);
        assertEquals(2, page.size());
        log.acceptApplying(2, 8, true);
        assertFalse(log.hasNextCommitted(true));
        log.appliedTo(1, 4);
        assertEquals(1, log.nextCommitted(true).size());
        log.acceptApplying(3, 4, true);
        assertFalse(log.hasNextCommitted(true));
        log.appliedTo(3, 8);
        assertEquals(4, log.nextCommitted(true).get(0).index());
        assertThrows(InvariantViolation.class, () -> log.appliedTo(2, 0));
        assertThrows(InvariantViolation.class, () -> log.appliedTo(5, 0));
    }

    @Test
    void onlyDurableEntriesAreHandedOutWhenAskedFor() {
        storage.append(Solo.entries(1, 1));
        RaftLog log = log();
        log.append(Solo.entries(2, 1, 1));
        log.commitTo(3);
        assertEquals(3, log.nextCommitted(true).size());
        assertEquals(1, log.nextCommitted(false).size());
        log.acceptUnstable();
        storage.append(Solo.entries(2, 1));
        log.unstable().stableTo(1, 2);
        assertEquals(2, log.nextCommitted(false).size());
    }

    @Test
    void nothingIsHandedOutWhileASnapshotIsOnItsWayToTheDisk() {
        storage.append(Solo.entries(1, 1, 1));
        RaftLog log = log();
        log.commitTo(2);
        assertTrue(log.hasNextCommitted(true));
        log.restore(new Snapshot(5, 2, ConfState.EMPTY, new byte[0]));
        assertFalse(log.hasNextCommitted(true));
        log.acceptUnstable();
        assertFalse(log.hasNextCommitted(true));
        assertEquals(5, log.lastIndex());
        assertEquals(6, log.firstIndex());
        assertEquals(2, log.lastTerm());
        storage.applySnapshot(log.snapshot());
        log.unstable().stableSnapshotTo(5);
        log.appliedTo(5, 0);
        log.append(Solo.entries(6, 2));
        log.commitTo(6);
        assertEquals(6, log.nextCommitted(true).get(0).index());
    }

    @Test
    void aStorageThatIgnoresTheLimitIsSurvived() {
        storage.append(Solo.entries(1, 1, 1, 1));
        RaftStorage greedy =
                new ScriptNode(Snapshot.EMPTY) {
                    @Override
                    public List<Entry> entries(long from, long until, long bytesMax) {
                        return RaftLogTest.this.storage.entries(from, until, RaftConfig.NO_LIMIT);
                    }

                    @Override
                    public long lastIndex() {
                        return RaftLogTest.this.storage.lastIndex();
                    }

                    @Override
                    public long term(long index) {
                        return RaftLogTest.this.storage.term(index);
                    }
                };
        RaftLog log = new RaftLog(greedy, 4, events::add);
        log.append(Solo.entries(4, 1));
        log.commitTo(4);
        List<Entry> first = log.nextCommitted(true);
        assertEquals(3, first.size());
        log.acceptApplying(3, 12, true);
        assertFalse(log.hasNextCommitted(true));
        log.appliedTo(3, 12);
        assertEquals(4, log.nextCommitted(true).get(0).index());
    }
}
