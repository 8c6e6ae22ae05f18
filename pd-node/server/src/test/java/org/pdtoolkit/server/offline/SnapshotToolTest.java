package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.server.content.ContentFormat;
import org.pdtoolkit.server.content.SnapshotFormat;
import org.pdtoolkit.server.runtime.StoredGroup;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

class SnapshotToolTest {
    private static final String CLUSTER =
            "n1=http://127.0.0.1:21001,n2=http://127.0.0.1:21003,n3=http://127.0.0.1:21005";

    @TempDir Path directory;
    private Path file;
    private byte[] saved;

    @BeforeEach
    void save() throws IOException {
        file = directory.resolve("saved.db");
        try (Storage storage = StorageChoice.of("file").open(directory.resolve("old"))) {
            OrderedStore store = storage.ordered();
            Batch members = new Batch();
            members.put(Space.META, Bytes.utf8("member/12345678"), Bytes.utf8("old member"));
            members.put(Space.META, Bytes.utf8("removed/12345678"), Bytes.EMPTY);
            members.put(Space.REGIONS, Bytes.utf8("region"), Bytes.utf8("of this store"));
            store.commit(members, at(1));
            KvMachine machine = new KvMachine(store);
            machine.apply(at(2), new Command.LeaseGrant(7, 60));
            for (int i = 3; i < 40; i++) {
                machine.apply(at(i), put("k" + i % 10, "v" + i));
            }
            machine.apply(at(40), new Command.Write(Op.Delete.of(Bytes.utf8("k1"))));
            machine.apply(at(41), new Command.Compact(30));
            machine.apply(at(42), new Command.AlarmSet(new Alarm(5, Alarm.Type.NOSPACE, false)));
            try (OrderedStore.View view = store.view()) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                SnapshotFormat.write(view, content);
                assertEquals(SnapshotFormat.size(view), content.size());
                content.write(ContentFormat.sha256().digest(content.toByteArray()));
                saved = content.toByteArray();
            }
        }
        Files.write(file, saved);
    }

    private static AppliedState at(long index) {
        return new AppliedState(index, 3, Bytes.EMPTY);
    }

    private static Command put(String key, String value) {
        return new Command.Write(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value), 7));
    }

    private static String urlOf(String name) {
        return CLUSTER.replaceAll(".*" + name + "=([^,]*).*", "$1");
    }

    private Tool.Result restore(String name, Object... more) {
        Object[] words = {
            "restore",
            file,
            "--name",
            name,
            "--data-dir",
            directory.resolve(name),
            "--initial-cluster",
            CLUSTER,
            "--advertise-peer-urls",
            name.equals("n4") ? "http://127.0.0.1:21001" : urlOf(name)
        };
        Object[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Tool.snapshot(all);
    }

    @Test
    void theSizeIsWhatClientsInsistOn() {
        assertEquals(32, saved.length % 512);
    }

    @Test
    void statusTellsHashRevisionKeysAndSize() {
        Tool.Result json = Tool.snapshot("status", file, "--format", "json");
        assertEquals(0, json.code(), json.err());
        assertTrue(
                json.out()
                        .matches(
                                "\\{\"hash\":\\d+,\"revision\":39,\"totalKey\":9,\"totalSize\":"
                                        + saved.length
                                        + ",\"version\":\"3[.]6[.]0\"}\\R"),
                json.out());
        Tool.Result text = Tool.snapshot("status", file);
        assertTrue(text.out().matches("(?s)HASH.*\\R[0-9a-f]{8}  39  .*  9  .*"), text.out());
    }

    @ParameterizedTest
    @MethodSource("org.pdtoolkit.server.offline.Tool#backends")
    void allMembersBeginWithTheSameDataAndAsMembersOfTheNewCluster(String backend) {
        for (String name : List.of("n1", "n2", "n3")) {
            Tool.Result result = restore(name, "--storage", backend);
            assertEquals(0, result.code(), result.err());
            assertTrue(result.out().contains("next: "), result.out());
            try (Storage storage = StorageChoice.of(backend).open(directory.resolve(name))) {
                assertEquals(
                        List.of("n1", "n2", "n3"), members(storage).stream().sorted().toList());
                OrderedStore store = storage.ordered();
                assertEquals(3, store.applied().index());
                assertEquals(3, ConfStateCodec.decode(store.applied().confState()).voters().size());
                assertEquals(3, storage.log().lastIndex());
                assertEquals(1, storage.log().term(3));
                KvMachine machine = new KvMachine(store);
                assertEquals(39, machine.revision());
                assertEquals(30, machine.compactRevision());
                assertEquals(List.of(7L), machine.leases().ids());
                assertEquals(9, machine.leases().keys(7).size());
                assertEquals(List.of(new Alarm(5, Alarm.Type.NOSPACE, false)), machine.alarms());
                assertEquals(
                        Bytes.utf8("v39"),
                        machine.range(Op.Range.of(Bytes.utf8("k9"))).first().value());
                try (OrderedStore.View view = store.view()) {
                    assertFalse(view.scan(Space.REGIONS, null, null).hasNext());
                }
            }
            assertEquals(0, Tool.run("verify", directory.resolve(name)).code());
        }
    }

    private static List<String> members(Storage storage) {
        try (OrderedStore.View view = storage.ordered().view()) {
            return StoredGroup.members(view).stream().map(member -> member.name()).toList();
        }
    }

    @Test
    void theRevisionCanBeRaisedWithEverythingCompacted() {
        Tool.Result result = restore("n1", "--bump-revision", "1000", "--mark-compacted");
        assertEquals(0, result.code(), result.err());
        assertEquals(0, Tool.run("verify", directory.resolve("n1")).code());
        try (Storage storage = StorageChoice.of("file").open(directory.resolve("n1"))) {
            KvMachine machine = new KvMachine(storage.ordered());
            assertEquals(1039, machine.revision());
            assertEquals(1039, machine.compactRevision());
            machine.apply(at(50), put("new", "1"));
            assertEquals(1040, machine.revision());
            machine.apply(at(51), new Command.Compact(1040));
            for (int i = 52; machine.compactionDue(); i++) {
                machine.advance(at(i));
            }
            assertEquals(1040, new KvMachine(storage.ordered()).revision());
            assertEquals(38, machine.range(Op.Range.of(Bytes.utf8("k9"))).first().modRevision());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            WORDS                                                  | SAYS
            --bump-revision 5                                      | need each other
            --mark-compacted                                       | need each other
            --bump-revision 0 --mark-compacted                     | need each other
            --bump-revision x --mark-compacted                     | --bump-revision
            --bump-revision 9223372036854775800 --mark-compacted   | cannot be raised
            --storage paper                                        | there is no storage 'paper'
            --advertise-peer-urls http://127.0.0.1:21009           | only once
            --name n4                                              | n4
            """)
    void badArgumentsAreRefusedAndLeaveNothing(String words, String says) {
        String name = words.startsWith("--name") ? "n4" : "n1";
        Object[] more = words.startsWith("--name") ? new Object[0] : words.split(" ");
        Tool.Result result = restore(name, more);
        assertEquals(2, result.code(), result.err());
        assertTrue(result.err().contains(says), result.err());
        assertFalse(Files.exists(directory.resolve(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "n1=http://127.0.0.1:1,--initial-cluster has n1=http://127.0.0.1:1 but missing",
        "nonsense,nonsense"
    })
    void aClusterThatDoesNotMatchIsRefusedAsAtTheStartOfANode(String cluster, String says) {
        Tool.Result result =
                Tool.snapshot(
                        "restore",
                        file,
                        "--name",
                        "n1",
                        "--data-dir",
                        directory.resolve("n1"),
                        "--initial-cluster",
                        cluster,
                        "--initial-advertise-peer-urls",
                        "http://127.0.0.1:2");
        assertEquals(2, result.code(), result.err());
        assertTrue(result.err().contains(says), result.err());
        assertFalse(Files.exists(directory.resolve("n1")));
    }

    @Test
    void anExistingDataDirIsNotTouched() throws IOException {
        Path there = Files.createDirectory(directory.resolve("n1"));
        Files.writeString(there.resolve("precious"), "data");
        Tool.Result result = restore("n1");
        assertEquals(2, result.code());
        assertEquals("data", Files.readString(there.resolve("precious")));
    }

    @Test
    void everyCutIsNoticed() throws IOException {
        for (int length : new int[] {0, 1, 8, 20, 512, 544, 1024, saved.length - 1}) {
            Files.write(file, Arrays.copyOf(saved, length));
            assertEquals(3, Tool.snapshot("status", file).code(), "cut to " + length);
            assertEquals(3, restore("n1").code(), "cut to " + length);
            assertFalse(Files.exists(directory.resolve("n1")));
        }
    }

    @Test
    void everyFlippedBitIsNoticed() throws IOException {
        for (int at = 0; at < saved.length; at += 97) {
            byte[] damaged = saved.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertEquals(3, Tool.snapshot("status", file).code(), "byte " + at);
        }
    }

    @Test
    void aFileWithoutItsDigestIsTakenWhenAskedFor() throws IOException {
        Files.write(file, Arrays.copyOf(saved, saved.length - 32));
        assertEquals(3, restore("n1").code());
        assertEquals(0, restore("n1", "--skip-hash-check").code());
    }

    @Test
    void damageInsideIsNoticedWithoutTheDigestToo() throws IOException {
        byte[] damaged = saved.clone();
        damaged[saved.length / 2] ^= 1;
        Files.write(file, damaged);
        Tool.Result result = restore("n1", "--skip-hash-check");
        assertEquals(3, result.code(), result.err());
        assertFalse(Files.exists(directory.resolve("n1")));
    }

    @Test
    void whatIsNoSnapshotIsCalledByItsName() throws IOException {
        byte[] bbolt = new byte[8192 + 32];
        ByteBuffer.wrap(bbolt).order(ByteOrder.LITTLE_ENDIAN).putInt(16, 0xED0CDAED);
        Files.write(file, bbolt);
        Tool.Result etcd = Tool.snapshot("status", file);
        assertEquals(3, etcd.code());
        assertTrue(etcd.err().contains("bbolt"), etcd.err());

        Files.write(file, "just a text, and a long one".getBytes(StandardCharsets.UTF_8));
        Tool.Result text = Tool.snapshot("status", file);
        assertEquals(3, text.code());
        assertTrue(text.err().contains("not a snapshot"), text.err());

        Tool.Result none = Tool.snapshot("status", directory.resolve("none.db"));
        assertEquals(2, none.code());
        assertTrue(none.err().contains("there is no such file"), none.err());
    }

    /** The two begin alike, so that only the end tells them apart. */
    @Test
    void anImportOfASnapshotIsToldWhichCommandTakesIt() throws IOException {
        Path made = directory.resolve("n1");
        List<Tool.Result> results =
                List.of(
                        Tool.run("import", file, "--data-dir", made, "--to", "file"),
                        Tool.runOn(saved, "import", "-", "--data-dir", made, "--to", "file"));
        for (Tool.Result result : results) {
            assertEquals(2, result.code(), result.err());
            assertTrue(result.err().contains("pd-node snapshot restore"), result.err());
            assertFalse(Files.exists(made));
            assertFalse(Files.exists(directory.resolve("n1.importing")));
        }
        Files.write(file, Arrays.copyOf(saved, saved.length + 1));
        Tool.Result longer = Tool.run("import", file, "--data-dir", made, "--to", "file");
        assertEquals(3, longer.code(), longer.err());
        assertTrue(longer.err().contains("more bytes"), longer.err());
    }
}
