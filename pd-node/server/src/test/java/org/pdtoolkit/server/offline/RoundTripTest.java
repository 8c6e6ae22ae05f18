package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import org.pdtoolkit.storage.tck.History;
import org.pdtoolkit.storage.tck.Picture;

/** What was exported, imported or converted answers as the original does, between all backends. */
class RoundTripTest {
    private static final int HISTORIES = 5;
    private static final int STEPS = 120;
    private static final Bytes IDENTITY = Bytes.utf8("cluster 42 member 1");

    @TempDir private Path folder;

    private static Stream<Arguments> cases() {
        Map<String, Consumer<Storage>> contents = new LinkedHashMap<>();
        contents.put("empty", storage -> {});
        contents.put("identity", storage -> storage.log().initialize(IDENTITY));
        contents.put("empty identity", storage -> storage.log().initialize(Bytes.EMPTY));
        contents.put("hard state", RoundTripTest::hardStateOnly);
        contents.put("base", RoundTripTest::baseOnly);
        contents.put("compacted", RoundTripTest::compacted);
        contents.put("large", RoundTripTest::large);
        contents.put("many", RoundTripTest::many);
        contents.put("bare snapshot", storage -> publish(storage, 0));
        for (long seed = 1; seed <= HISTORIES; seed++) {
            History history = History.random(seed, STEPS);
            contents.put("history " + seed, history::runOn);
        }
        return Tool.conversions()
                .flatMap(
                        way ->
                                contents.entrySet().stream()
                                        .map(
                                                content ->
                                                        Arguments.of(
                                                                way.getKey(),
                                                                way.getValue(),
                                                                content.getKey(),
                                                                content.getValue())));
    }

    private static void hardStateOnly(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().append(new HardState(-1, -2, 0), List.of());
    }

    private static void baseOnly(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().reset(1_000, 7, new HardState(8, 0, 1_000));
        storage.ordered().commit(new Batch(), new AppliedState(1_000, 7, Bytes.utf8("members")));
    }

    private static void compacted(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().append(new HardState(3, 1, 90), entries(1, 100, 10));
        storage.log().compact(60);
        storage.ordered().commit(new Batch(), new AppliedState(90, 1, Bytes.EMPTY));
    }

    private static void large(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().append(new HardState(1, 1, 2), entries(1, 3, 3 << 20));
        Batch batch = new Batch();
        batch.put(Space.HISTORY, Bytes.wrap(random(1, 70_000)), Bytes.wrap(random(2, 5 << 20)));
        batch.put(Space.META, Bytes.utf8("empty"), Bytes.EMPTY);
        batch.put(Space.REGIONS, Bytes.wrap(new byte[] {-1}), Bytes.wrap(random(3, 2 << 20)));
        storage.ordered().commit(batch, new AppliedState(2, 1, Bytes.wrap(random(4, 5_000))));
        publish(storage, 1_000_000);
    }

    /** More than one chunk and more than one batch of everything. */
    private static void many(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().append(new HardState(1, 1, 3_000), entries(1, 3_001, 0));
        Batch batch = new Batch();
        for (int i = 0; i < 40_000; i++) {
            Space space = Space.values()[i % 3];
            batch.put(space, Bytes.ofLong(i * 7919L), Bytes.wrap(random(i, i % 50)));
        }
        storage.ordered().commit(batch, new AppliedState(3_000, 1, Bytes.EMPTY));
    }

    private static void publish(Storage storage, int bytes) {
        try (SnapshotStore.Writer writer = storage.snapshots().create(2, 1)) {
            writer.stream().write(random(5, bytes));
            writer.publish();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<LogRecord> entries(long from, long until, int bytes) {
        List<LogRecord> entries = new ArrayList<>();
        for (long i = from; i < until; i++) {
            entries.add(new LogRecord(1, i, (int) (i % 3), Bytes.wrap(random(i, bytes))));
        }
        return entries;
    }

    private static byte[] random(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @MethodSource("cases")
    void theCopyAnswersAsTheOriginal(String from, String to, String name, Consumer<Storage> content)
            throws IOException {
        Path original = folder.resolve("original");
        Picture before = Tool.make(from, original, content);
        Path file = folder.resolve("export");

        String exported = Tool.done("export", original, "--output", file).digest();
        Path imported = folder.resolve("imported");
        String digest = Tool.done("import", file, "--data-dir", imported, "--to", to).digest();
        Path converted = folder.resolve("converted");
        Tool.done("convert", original, "--to", to, "--output", converted);

        assertEquals(exported, digest);
        assertEquals(before, Tool.picture(to, imported));
        assertEquals(before, Tool.picture(to, converted));
        assertEquals(before, Tool.picture(from, original), "the original has changed");
        assertArrayEquals(
                Files.readAllBytes(file),
                Tool.done("export", converted, "--output", "-").data(),
                "equal content gives equal bytes");
        assertEquals(
                List.of("converted", "export", "imported", "original"), names(folder), "left over");
    }

    @Test
    void anImportFromAPipeIsTheSame() {
        Path original = folder.resolve("original");
        Picture before = Tool.make("file", original, History.random(1, STEPS)::runOn);
        byte[] stream = Tool.done("export", original, "--output", "-").data();
        Path imported = folder.resolve("imported");

        Tool.Result result =
                Tool.runOn(stream, "import", "-", "--data-dir", imported, "--to", "file");

        assertEquals(0, result.code(), result.err());
        assertEquals(before, Tool.picture("file", imported));
    }

    @Test
    void otherContentHasAnotherDigest() {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Tool.make("file", one, History.random(1, STEPS)::runOn);
        Tool.make("file", two, History.random(2, STEPS)::runOn);

        assertNotEquals(
                Tool.done("export", one, "--output", folder.resolve("1")).digest(),
                Tool.done("export", two, "--output", folder.resolve("2")).digest());
    }

    @Test
    void lookingWritesNothingIntoTheDirectory() throws IOException {
        Path original = folder.resolve("original");
        Tool.make("file", original, History.random(3, STEPS)::runOn);
        Map<String, Bytes> before = files(original);

        Tool.done("inspect", original);
        Tool.done("export", original, "--output", folder.resolve("export"));
        Tool.done("convert", original, "--to", "file", "--output", folder.resolve("copy"));

        assertEquals(before, files(original));
    }

    @Test
    void anExportReplacesAnOldOneAndIsForItsOwnerOnly() throws IOException {
        Path original = folder.resolve("original");
        Tool.make("file", original, storage -> storage.log().initialize(IDENTITY));
        Path file = Files.writeString(folder.resolve("export"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);

        Tool.done("export", original, "--output", link);

        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(file, StandardCharsets.ISO_8859_1).startsWith("PDEXPORT"));
        assertFalse(
                Files.getPosixFilePermissions(file).toString().contains("OTHERS"),
                "others can read it");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static Map<String, Bytes> files(Path directory) throws IOException {
        Map<String, Bytes> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), Bytes.wrap(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}
