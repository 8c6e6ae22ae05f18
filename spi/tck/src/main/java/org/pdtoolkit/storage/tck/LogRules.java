package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.storage.tck.KitData.METADATA;
import static org.pdtoolkit.storage.tck.KitData.entries;
import static org.pdtoolkit.storage.tck.KitData.entry;
import static org.pdtoolkit.storage.tck.KitData.hard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.Storage;

/** Rules LOG of {@link LogStore} that need no crash. */
interface LogRules extends KitSubject {
    @Test
    default void LOG_01_metadataSurvivesAndIsWrittenOnce() {
        try (Storage storage = open()) {
            assertEquals(Optional.empty(), storage.log().metadata());
            storage.log().initialize(METADATA);
            assertEquals(Optional.of(METADATA), storage.log().metadata());
        }
        try (Storage storage = open()) {
            assertEquals(Optional.of(METADATA), storage.log().metadata());
            assertThrows(IllegalStateException.class, () -> storage.log().initialize(Bytes.EMPTY));
            assertEquals(Optional.of(METADATA), storage.log().metadata());
        }
    }

    @Test
    default void LOG_01_emptyMetadataIsMetadata() {
        try (Storage storage = open()) {
            storage.log().initialize(Bytes.EMPTY);
        }
        try (Storage storage = open()) {
            assertEquals(Optional.of(Bytes.EMPTY), storage.log().metadata());
        }
    }

    @Test
    default void LOG_02_nothingIsWrittenBeforeMetadata() {
        try (Storage storage = open()) {
            LogStore log = storage.log();
            assertThrows(IllegalStateException.class, () -> log.append(hard(1, 1, 0), List.of()));
            assertThrows(IllegalStateException.class, () -> log.compact(0));
            assertThrows(IllegalStateException.class, () -> log.reset(3, 1, HardState.EMPTY));
            assertNewLog(log);
        }
    }

    @Test
    default void LOG_03_newLogIsEmptyAndStaysSo() {
        for (int i = 0; i < 2; i++) {
            try (Storage storage = open()) {
                if (i == 0) {
                    storage.log().initialize(METADATA);
                }
                assertNewLog(storage.log());
            }
        }
    }

    private static void assertNewLog(LogStore log) {
        assertEquals(HardState.EMPTY, log.hardState());
        assertEquals(1, log.firstIndex());
        assertEquals(0, log.lastIndex());
        assertEquals(0, log.term(0));
        assertEquals(List.of(), log.read(1, 1, Long.MAX_VALUE));
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(1));
    }

    @Test
    default void LOG_03_entriesAndHardStateSurviveReopen() {
        List<LogRecord> expected = new ArrayList<>();
        try (Storage storage = open()) {
            storage.log().initialize(METADATA);
            for (int i = 1; i <= 200; i += 2) {
                List<LogRecord> two = List.of(entry(i, 1 + i / 50, i), entry(i + 1, 1 + i / 50, 0));
                storage.log().append(hard(1 + i / 50, 7, i), two);
                expected.addAll(two);
            }
            assertLog(storage.log(), expected, hard(4, 7, 199));
        }
        for (int i = 0; i < 2; i++) {
            try (Storage storage = open()) {
                assertLog(storage.log(), expected, hard(4, 7, 199));
            }
        }
    }

    private static void assertLog(LogStore log, List<LogRecord> expected, HardState state) {
        assertEquals(state, log.hardState());
        long first = expected.get(0).index();
        assertEquals(first, log.firstIndex());
        assertEquals(first + expected.size() - 1, log.lastIndex());
        assertEquals(expected, log.read(first, log.lastIndex() + 1, Long.MAX_VALUE));
        for (LogRecord entry : expected) {
            assertEquals(entry.term(), log.term(entry.index()));
            assertEquals(List.of(entry), log.read(entry.index(), entry.index() + 1, 0));
        }
    }

    @Test
    default void LOG_03_hardStateAloneSurvivesWithUnsignedValues() {
        HardState state = hard(-1L, Long.MIN_VALUE, 3);
        try (Storage storage = open()) {
            storage.log().initialize(METADATA);
            storage.log().append(state, List.of());
        }
        try (Storage storage = open()) {
            assertEquals(state, storage.log().hardState());
            assertEquals(0, storage.log().lastIndex());
        }
    }

    @Test
    default void LOG_03_largeAndEmptyDataSurvive() {
        List<LogRecord> expected =
                List.of(
                        entry(1, 1, 3 << 20),
                        new LogRecord(1, 2, 255, Bytes.EMPTY),
                        entry(3, 1, 1));
        try (Storage storage = open()) {
            storage.log().initialize(METADATA);
            storage.log().append(hard(1, 1, 0), expected);
            storage.log().append(hard(1, 1, 3), List.of());
        }
        try (Storage storage = open()) {
            assertLog(storage.log(), expected, hard(1, 1, 3));
        }
    }

    @Test
    default void LOG_03_readStopsBehindTheEntryThatExceedsTheLimit() {
        try (Storage storage = open()) {
            storage.log().initialize(METADATA);
            List<LogRecord> all = entries(1, 101, 1);
            storage.log().append(hard(1, 1, 0), all);
            int each = all.get(0).data().size();
            assertEquals(1, storage.log().read(1, 10, 0).size());
            assertEquals(1, storage.log().read(1, 10, each - 1).size());
            assertEquals(2, storage.log().read(1, 10, each).size());
            assertEquals(all.subList(20, 70), storage.log().read(21, 71, Long.MAX_VALUE));
        }
    }

    @Test
    default void LOG_03_readOutsideOfTheLogIsRefused() {
        try (Storage storage = open()) {
            LogStore log = storage.log();
            log.initialize(METADATA);
            log.append(hard(1, 1, 0), entries(1, 11, 1));
            log.compact(4);
            for (long[] range : new long[][] {{4, 6}, {5, 12}, {12, 12}, {8, 7}, {-1, 5}}) {
                assertThrows(
                        IndexOutOfBoundsException.class, () -> log.read(range[0], range[1], 10));
            }
            assertEquals(List.of(), log.read(11, 11, 10));
            assertThrows(IndexOutOfBoundsException.class, () -> log.term(3));
            assertThrows(IndexOutOfBoundsException.class, () -> log.term(11));
        }
    }

    @Test
    default void LOG_04_overlapReplacesSuffix() {
        List<LogRecord> expected = new ArrayList<>(entries(1, 6, 1));
        expected.addAll(entries(6, 9, 2));
        try (Storage storage = open()) {
            storage.log().initialize(METADATA);
            storage.log().append(hard(1, 1, 0), entries(1, 51, 1));
            storage.log().append(hard(2, 1, 0), entries(6, 9, 2));
            assertLog(storage.log(), expected, hard(2, 1, 0));
        }
        try (Storage storage = open()) {
            assertLog(storage.log(), expected, hard(2, 1, 0));
            storage.log().append(hard(3, 1, 0), entries(1, 2, 3));
            assertLog(storage.log(), entries(1, 2, 3), hard(3, 1, 0));
        }
        try (Storage storage = open()) {
            assertLog(storage.log(), entries(1, 2, 3), hard(3, 1, 0));
        }
    }

    @Test
    default void LOG_04_gapsAndCompactedIndexesAreRefused() {
        try (Storage storage = open()) {
            LogStore log = storage.log();
            log.initialize(METADATA);
            log.append(hard(1, 1, 0), entries(1, 6, 1));
            log.compact(2);
            List<LogRecord> holed = List.of(entry(6, 1, 1), entry(8, 1, 1));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> log.append(hard(9, 9, 9), entries(7, 8, 1)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> log.append(hard(9, 9, 9), entries(2, 4, 1)));
            assertThrows(IllegalArgumentException.class, () -> log.append(hard(9, 9, 9), holed));
            assertLog(log, entries(3, 6, 1), hard(1, 1, 0));
        }
    }

    @Test
    default void LOG_06_termOfTheBaseStaysKnown() {
        try (Storage storage = open()) {
            LogStore log = storage.log();
            log.initialize(METADATA);
            log.append(hard(3, 1, 0), entries(1, 10, 3));
            log.append(hard(4, 1, 0), entries(10, 20, 4));
            log.compact(0);
            log.compact(9);
            log.compact(9);
            assertEquals(3, log.term(9));
            assertThrows(IndexOutOfBoundsException.class, () -> log.compact(8));
            assertThrows(IndexOutOfBoundsException.class, () -> log.compact(20));
            log.compact(12);
        }
        try (Storage storage = open()) {
            assertEquals(4, storage.log().term(12));
            assertLog(storage.log(), entries(13, 20, 4), hard(4, 1, 0));
            storage.log().compact(19);
        }
        try (Storage storage = open()) {
            assertEquals(20, storage.log().firstIndex());
            assertEquals(19, storage.log().lastIndex());
            assertEquals(4, storage.log().term(19));
            storage.log().append(hard(5, 1, 0), entries(20, 22, 5));
            assertLog(storage.log(), entries(20, 22, 5), hard(5, 1, 0));
        }
    }

    @Test
    default void LOG_07_spaceIsGivenBack() {
        long most = 0;
        try (Storage storage = open()) {
            LogStore log = storage.log();
            log.initialize(METADATA);
            for (long i = 1; i <= 4000; i += 10) {
                log.append(hard(1, 1, i), entries(i, i + 10, 1));
                log.compact(i);
                if (i % 500 == 1) {
                    most = Math.max(most, DirectorySize.of(directory()));
                }
            }
        }
        assertTrue(most < 100_000, "log of 10 live entries took " + most + " bytes");
        try (Storage storage = open()) {
            assertEquals(3992, storage.log().firstIndex());
            assertLog(storage.log(), entries(3992, 4001, 1), hard(1, 1, 3991));
        }
    }

    @Test
    default void LOG_08_resetLeavesOnlyTheBase() {
        try (Storage storage = open()) {
            LogStore log = storage.log();
            log.initialize(METADATA);
            log.append(hard(1, 1, 0), entries(1, 100, 1));
            log.reset(500, 7, hard(8, 2, 500));
            assertReset(log);
        }
        try (Storage storage = open()) {
            assertReset(storage.log());
            storage.log().append(hard(8, 2, 501), entries(501, 505, 8));
            storage.log().reset(20, 3, hard(9, 0, 20));
        }
        try (Storage storage = open()) {
            assertEquals(Optional.of(METADATA), storage.log().metadata());
            assertEquals(21, storage.log().firstIndex());
            assertEquals(3, storage.log().term(20));
        }
    }

    private static void assertReset(LogStore log) {
        assertEquals(501, log.firstIndex());
        assertEquals(500, log.lastIndex());
        assertEquals(7, log.term(500));
        assertEquals(hard(8, 2, 500), log.hardState());
        assertThrows(IndexOutOfBoundsException.class, () -> log.term(99));
    }
}
