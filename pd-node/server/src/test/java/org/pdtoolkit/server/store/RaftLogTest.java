package org.pdtoolkit.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.HardState;
import org.pdtoolkit.raft.RaftStorage;
import org.pdtoolkit.raft.RaftStorageException;
import org.pdtoolkit.raft.RaftStorageException.Kind;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.MemoryStorageProvider;

class RaftLogTest {
    private static final ConfState MEMBERS = ConfState.ofVoters(List.of(1L, 2L, 3L));

    @TempDir Path directory;

    private final StorageProvider provider = new MemoryStorageProvider();
    private LogStore store;

    @BeforeEach
    void open() {
        Storage storage = provider.open(directory, Map.of());
        store = storage.log();
        store.initialize(Bytes.utf8("identity"));
    }

    private RaftLog log() {
        return new RaftLog(store, AppliedState.NONE);
    }

    private static AppliedState applied(long index, long term) {
        return new AppliedState(index, term, ConfStateCodec.encode(MEMBERS));
    }

    private static HardState hard(long term, long commit) {
        return new HardState(term, 1, commit);
    }

    /** Entries of one term, ten bytes each. */
    private static List<Entry> entries(long term, long first, long last) {
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            byte[] data = new byte[10];
            data[0] = (byte) index;
            entries.add(new Entry(term, index, EntryType.NORMAL, data));
        }
        return entries;
    }

    /** A log of the entries 4 to 9 behind a base of term 1; 7 and later are of term 2. */
    private RaftLog filled() {
        RaftLog log = log();
        log.append(hard(1, 0), entries(1, 1, 6), true);
        log.append(hard(2, 5), entries(2, 7, 9), true);
        log.compact(3);
        return log;
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            INDEX | TERM | ERROR
            0     |      | COMPACTED
            2     |      | COMPACTED
            # the base is known by its term only
            3     | 1    |
            6     | 1    |
            7     | 2    |
            9     | 2    |
            10    |      | UNAVAILABLE
            """)
    void knowsTheTermOfWhatItHolds(long index, Long term, Kind error) {
        RaftLog log = filled();
        assertEquals(4, log.firstIndex());
        assertEquals(9, log.lastIndex());
        if (error == null) {
            assertEquals(term, log.term(index));
        } else {
            assertEquals(error, refusal(() -> log.term(index)));
        }
    }

    private static Kind refusal(Runnable call) {
        return assertThrows(RaftStorageException.class, call::run).kind();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            FROM | UNTIL | ERROR
            3    | 5     | COMPACTED
            1    | 20    | COMPACTED
            4    | 11    | UNAVAILABLE
            9    | 20    | UNAVAILABLE
            4    | 10    |
            9    | 10    |
            """)
    void readsWhatItHolds(long from, long until, Kind error) {
        RaftLog log = filled();
        if (error != null) {
            assertEquals(error, refusal(() -> log.entries(from, until, Long.MAX_VALUE)));
            return;
        }
        List<Entry> read = log.entries(from, until, Long.MAX_VALUE);
        assertEquals(until - from, read.size());
        for (Entry entry : read) {
            long term = entry.index() < 7 ? 1 : 2;
            assertEquals(entries(term, entry.index(), entry.index()).get(0), entry);
        }
    }

    /** The bound is on encoded bytes, and it is not exceeded but for a single entry. */
    @Test
    void readsNoMoreThanTheBound() {
        RaftLog log = filled();
        int one = entries(1, 4, 4).get(0).encodedSize();
        for (int count = 1; count <= 6; count++) {
            assertEquals(count, log.entries(4, 10, (long) count * one).size());
            int expected = Math.max(1, count - 1);
            assertEquals(expected, log.entries(4, 10, (long) count * one - 1).size());
        }
        assertEquals(1, log.entries(4, 10, 0).size());
    }

    @Test
    void keepsEveryKindOfEntry() {
        List<Entry> entries = new ArrayList<>();
        for (EntryType type : EntryType.values()) {
            entries.add(new Entry(1, entries.size() + 1L, type, new byte[entries.size()]));
        }
        RaftLog log = log();
        log.append(hard(1, 0), entries, true);
        assertEquals(entries, log.entries(1, entries.size() + 1L, Long.MAX_VALUE));
    }

    @Test
    void anOverlapReplacesTheRest() {
        RaftLog log = filled();
        log.append(hard(3, 5), entries(3, 6, 7), true);
        assertEquals(7, log.lastIndex());
        assertEquals(1, log.term(5));
        assertEquals(3, log.term(6));
        assertEquals(Kind.UNAVAILABLE, refusal(() -> log.term(8)));
        assertEquals(entries(3, 6, 7), log.entries(6, 8, Long.MAX_VALUE));
    }

    @Test
    void whatNeedNotBeDurableWaitsForTheNextWrite() {
        RaftLog log = log();
        assertTrue(log.append(hard(1, 0), entries(1, 1, 3), false));
        assertFalse(log.append(hard(1, 2), List.of(), false));
        assertEquals(0, store.hardState().commit());
        assertTrue(log.append(HardState.EMPTY, List.of(), true));
        assertEquals(new org.pdtoolkit.storage.HardState(1, 1, 2), store.hardState());
        assertFalse(log.append(HardState.EMPTY, List.of(), false));
    }

    private static Stream<org.junit.jupiter.params.provider.Arguments> commits() {
        return Stream.of(
                // The applied state may know a later commit than the hard state that was forced.
                org.junit.jupiter.params.provider.Arguments.of(2, 5, 5),
                org.junit.jupiter.params.provider.Arguments.of(5, 2, 5),
                org.junit.jupiter.params.provider.Arguments.of(0, 0, 0),
                // What was applied from a snapshot beyond the log is not the log's to commit.
                org.junit.jupiter.params.provider.Arguments.of(2, 50, 6));
    }

    @ParameterizedTest
    @MethodSource("commits")
    void restartsBehindWhatIsApplied(long commit, long appliedIndex, long expected) {
        log().append(hard(4, commit), entries(1, 1, 6), true);
        RaftStorage.InitialState initial =
                new RaftLog(store, applied(appliedIndex, 1)).initialState();
        assertEquals(new HardState(4, 1, expected), initial.hardState());
        assertEquals(MEMBERS, initial.confState());
    }

    @Test
    void aNewLogStartsFromNothing() {
        RaftStorage.InitialState initial = log().initialState();
        assertEquals(HardState.EMPTY, initial.hardState());
        assertEquals(ConfState.EMPTY, initial.confState());
    }

    @Test
    void aResetLeavesAnEmptyLogBehindTheSnapshot() {
        RaftLog log = filled();
        log.reset(40, 7, hard(8, 40));
        assertEquals(41, log.firstIndex());
        assertEquals(40, log.lastIndex());
        assertEquals(7, log.term(40));
        assertEquals(Kind.COMPACTED, refusal(() -> log.term(39)));
        assertEquals(Kind.UNAVAILABLE, refusal(() -> log.term(41)));
        assertEquals(new org.pdtoolkit.storage.HardState(8, 1, 40), store.hardState());
        log.append(HardState.EMPTY, entries(8, 41, 42), false);
        assertEquals(42, log.lastIndex());
        // Without a new hard state the last one stays.
        log.reset(60, 9, HardState.EMPTY);
        assertEquals(new org.pdtoolkit.storage.HardState(8, 1, 40), store.hardState());
    }

    @ParameterizedTest
    @CsvSource({"3, 4", "4, 5", "9, 10", "0, 4", "10, 4", "900, 4"})
    void compactsOnlyInsideTheLog(long index, long first) {
        RaftLog log = filled();
        log.compact(index);
        assertEquals(first, log.firstIndex());
        assertEquals(9, log.lastIndex());
    }

    @Test
    void aSnapshotStandsWhereTheStoreIs() {
        RaftLog log = filled();
        assertEquals(Kind.SNAPSHOT_TEMPORARILY_UNAVAILABLE, refusal(log::snapshot));
        log.applied(applied(8, 2));
        assertEquals(new Snapshot(8, 2, MEMBERS, new byte[0]), log.snapshot());
    }
}
