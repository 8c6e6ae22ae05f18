package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.tck.MemoryStorageProvider;

/** Where a crash can leave the log beside a store that has installed a snapshot. */
class RepairLogTest {
    @TempDir Path directory;

    private LogStore log;

    /** Entries 1 to 3 of term 1, of which one is committed; voted for 9 in term 2. */
    @BeforeEach
    void fill() {
        log = new MemoryStorageProvider().open(directory, Map.of()).log();
        log.initialize(Bytes.utf8("identity"));
        List<LogRecord> entries =
                List.of(
                        new LogRecord(1, 1, 0, Bytes.EMPTY),
                        new LogRecord(1, 2, 0, Bytes.EMPTY),
                        new LogRecord(1, 3, 0, Bytes.EMPTY));
        log.append(new HardState(2, 9, 1), entries);
    }

    private static AppliedState applied(long index, long term) {
        return new AppliedState(index, term, Bytes.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            INDEX | TERM | TERM AFTER | VOTE AFTER
            # beyond the log, in a term the hard state knows and in a later one
            10    | 2    | 2          | 9
            10    | 5    | 5          | 0
            # within the log, where it holds entries that another leader replaced
            3     | 2    | 2          | 9
            2     | 5    | 5          | 0
            """)
    void aLogThatTheSnapshotOvertookIsReset(long index, long term, long termAfter, long vote) {
        StartDecision.repairLog(log, applied(index, term));
        assertEquals(index + 1, log.firstIndex());
        assertEquals(index, log.lastIndex());
        assertEquals(term, log.term(index));
        assertEquals(new HardState(termAfter, vote, index), log.hardState());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 1", "3, 1"})
    void aLogThatAgreesStays(long index, long term) {
        StartDecision.repairLog(log, applied(index, term));
        assertEquals(1, log.firstIndex());
        assertEquals(3, log.lastIndex());
        assertEquals(new HardState(2, 9, 1), log.hardState());
    }

    @Test
    void aLogThatBeginsBehindTheStoreIsRefused() {
        log.compact(2);
        StartDecision.repairLog(log, applied(2, 1));
        NodeStartException refusal =
                assertThrows(
                        NodeStartException.class,
                        () -> StartDecision.repairLog(log, applied(1, 1)));
        assertTrue(refusal.getMessage().contains("begins at 3"), refusal.getMessage());
    }
}
