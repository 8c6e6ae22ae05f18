package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.tck.MemoryStorageProvider;

/** What {@code verify} takes for damage, and what for a crash. */
class VerificationTest {
    private static final Bytes NO_MEMBERS = Bytes.EMPTY;

    private static Verification verify(Change change) throws IOException {
        try (Storage storage = new MemoryStorageProvider().open(Path.of("x"), Map.of())) {
            change.make(storage);
            Verification verification = new Verification();
            ContentSource.read(storage, verification);
            verification.finish(storage);
            return verification;
        }
    }

    private interface Change {
        void make(Storage storage) throws IOException;
    }

    private static Bytes identity() {
        byte[] bytes = new byte[17];
        bytes[0] = 1;
        return Bytes.wrap(bytes);
    }

    /** Ten empty entries of terms 1 and 2, eight applied. */
    private static void sound(Storage storage) {
        storage.log().initialize(identity());
        storage.log().append(new HardState(2, 1, 9), entries(1, 11));
        storage.ordered().commit(new Batch(), new AppliedState(8, 2, NO_MEMBERS));
    }

    private static List<LogRecord> entries(long from, long until) {
        List<LogRecord> entries = new ArrayList<>();
        for (long i = from; i < until; i++) {
            entries.add(new LogRecord(i < 5 ? 1 : 2, i, 0, Bytes.EMPTY));
        }
        return entries;
    }

    private static void snapshot(Storage storage, long index, long term) {
        try (SnapshotStore.Writer writer = storage.snapshots().create(index, term)) {
            writer.publish();
        }
    }

    private static void commit(Storage storage, AppliedState at) {
        storage.ordered().commit(new Batch(), at);
    }

    private static void append(Storage storage, HardState hard, LogRecord entry) {
        storage.log().append(hard, List.of(entry));
    }

    private static void put(Storage storage, Space space, Bytes key, Bytes value) {
        AppliedState at = new AppliedState(8, 2, NO_MEMBERS);
        storage.ordered().commit(new Batch().put(space, key, value), at);
    }

    private static Arguments row(String expected, Change change) {
        return Arguments.of(expected, change);
    }

    private static Stream<Arguments> damage() {
        HardState hard = new HardState(2, 1, 9);
        LogRecord old = new LogRecord(1, 11, 0, Bytes.EMPTY);
        LogRecord future = new LogRecord(3, 11, 0, Bytes.EMPTY);
        LogRecord odd = new LogRecord(2, 11, 9, Bytes.EMPTY);
        LogRecord unread = new LogRecord(2, 11, 0, Bytes.utf8("?"));
        return Stream.of(
                row("log entry 11 is of term 1, the one before", s -> append(s, hard, old)),
                row("has only seen term 2", s -> append(s, hard, future)),
                row("unknown entry type 9", s -> append(s, hard, odd)),
                row("log entry 11: no command", s -> append(s, hard, unread)),
                row(
                        "index 12 is committed, but the log ends at 10",
                        s -> s.log().append(new HardState(2, 1, 12), List.of())),
                row("the log begins behind 9", s -> s.log().compact(9)),
                row(
                        "the state is at index 11, but the log ends at 10",
                        s -> commit(s, new AppliedState(11, 2, NO_MEMBERS))),
                row("of another term", s -> commit(s, new AppliedState(9, 1, NO_MEMBERS))),
                row(
                        "configuration of members",
                        s -> commit(s, new AppliedState(9, 2, Bytes.utf8("?")))),
                row("history key", s -> put(s, Space.HISTORY, Bytes.utf8("?"), Bytes.EMPTY)),
                row(
                        "history record",
                        s -> put(s, Space.HISTORY, Bytes.wrap(new byte[12]), Bytes.utf8("?"))),
                row("member record", s -> put(s, Space.META, Bytes.utf8("member/1"), Bytes.EMPTY)),
                row("lease record", s -> put(s, Space.META, Bytes.utf8("kv/lease/1"), Bytes.EMPTY)),
                row(
                        "compacted at revision",
                        s -> put(s, Space.META, Bytes.utf8("kv/compact"), Bytes.ofLong(9))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damage")
    void whatNoCrashLeavesBehindIsAProblem(String expected, Change change) throws IOException {
        Verification verification =
                verify(
                        storage -> {
                            sound(storage);
                            change.make(storage);
                        });

        assertEquals(1, verification.problems().size(), verification.problems().toString());
        String problem = verification.problems().get(0);
        assertTrue(problem.contains(expected), problem);
    }

    @Test
    void whatANodeLeavesIsSound() throws IOException {
        for (Change change :
                List.<Change>of(
                        storage -> {},
                        storage -> storage.log().initialize(identity()),
                        VerificationTest::sound,
                        storage -> {
                            sound(storage);
                            storage.log().compact(8);
                        })) {
            Verification verification = verify(change);

            assertEquals(List.of(), verification.problems());
            assertEquals(List.of(), verification.notes());
        }
    }

    @Test
    void aLogThatIsNotYetCutBehindAnInstalledSnapshotIsANote() throws IOException {
        for (AppliedState at :
                List.of(new AppliedState(20, 3, NO_MEMBERS), new AppliedState(9, 1, NO_MEMBERS))) {
            Verification verification =
                    verify(
                            storage -> {
                                sound(storage);
                                commit(storage, at);
                                snapshot(storage, at.index(), at.term());
                            });

            assertEquals(List.of(), verification.problems());
            assertEquals(1, verification.notes().size());
        }
    }

    @Test
    void aSnapshotThatIsNotYetInstalledIsANote() throws IOException {
        Verification verification =
                verify(
                        storage -> {
                            sound(storage);
                            snapshot(storage, 20, 3);
                        });

        assertEquals(List.of(), verification.problems());
        assertEquals(1, verification.notes().size());
    }
}
