package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.Storage;

/** The command line of {@code pd-node storage}: what it refuses, with which code and words. */
class StorageCommandTest {
    private static final Bytes IDENTITY =
            Bytes.wrap(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 42, -1, 0, 0, 0, 0, 0, 0, 7});

    @TempDir private Path folder;

    /** Makes {@code node} (a data dir), {@code empty}, {@code other} (no storage), and a file. */
    private void prepare() throws IOException {
        Tool.make("file", folder.resolve("node"), StorageCommandTest::fill);
        Files.createDirectory(folder.resolve("empty"));
        Files.writeString(
                Files.createDirectory(folder.resolve("other")).resolve("readme"), "not ours");
        Files.writeString(folder.resolve("text"), "no export");
        Files.createSymbolicLink(folder.resolve("broken"), folder.resolve("nowhere"));
        Path odd = Files.createDirectory(folder.resolve("odd.importing"));
        Files.writeString(odd.resolve("mine"), "keep");
    }

    private static void fill(Storage storage) {
        storage.log().initialize(IDENTITY);
        storage.log().append(new HardState(1, 7, 0), List.of(new LogRecord(1, 1, 0, Bytes.EMPTY)));
    }

    private List<String> everything() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    WORDS                                          | CODE | SAYS
                    ''                                             | 2    | a command is missing
                    inspekt @/node                                 | 2    | inspekt
                    inspect                                        | 2    | DIR
                    inspect @/node @/node                          | 2    | node
                    inspect @/node --format yaml                   | 2    | yaml
                    inspect @/node --frmat json                    | 2    | --frmat
                    inspect @/nowhere                              | 2    | no such directory
                    inspect @/empty                                | 2    | holds no storage
                    inspect @/other                                | 2    | holds no storage
                    inspect @/text                                 | 2    | not a directory
                    inspect @/broken                               | 2    | no such directory
                    verify @/nowhere                               | 2    | no such directory
                    verify @/empty                                 | 2    | holds no storage
                    export @/node                                  | 2    | --output
                    export @/nowhere --output @/x                  | 2    | no such directory
                    export @/node --output @/empty                 | 2    | a directory
                    export @/node --output @/node/x                | 2    | inside of
                    export @/node --output @/nowhere/x             | 1    | nowhere
                    import @/text --to file                        | 2    | --data-dir
                    import @/text --data-dir @/new                 | 2    | --to
                    import @/nowhere --data-dir @/new --to file    | 2    | no such file
                    import @/empty --data-dir @/new --to file      | 2    | no such file
                    import @/text --data-dir @/new --to nosql      | 2    | there is no storage
                    import @/text --data-dir @/node --to file      | 2    | not an empty directory
                    import @/text --data-dir @/text --to file      | 2    | not an empty directory
                    import @/text --data-dir @/odd --to file       | 2    | something else
                    import @/text --data-dir @/new --to file       | 3    | not an export
                    import @/text --data-dir @/empty --to file     | 3    | not an export
                    import @/text --data-dir @/new --to file --option a=b | 2    | option "a"
                    import @/text --data-dir @/new --to file --option a | 2    | a
                    convert @/node --output @/new                  | 2    | --to
                    convert @/node --to file                       | 2    | --output
                    convert @/node --from h2 --to file --output @/new | 2    | its storage is 'file'
                    convert @/nowhere --to file --output @/new     | 2    | no such directory
                    convert @/node --to file --output @/node       | 2    | inside of
                    convert @/node --to file --output @/node/new   | 2    | inside of
                    convert @/node --to file --output @/other      | 2    | not an empty directory
                    """)
    void wrongArgumentsAreRefusedAndChangeNothing(String words, int code, String says)
            throws IOException {
        prepare();
        List<String> before = everything();
        Object[] arguments =
                words.isEmpty() ? new Object[0] : words.replace("@", folder.toString()).split(" ");

        Tool.Result result = Tool.run(arguments);

        assertEquals(code, result.code(), result.err());
        assertTrue(result.err().startsWith("pd-node storage"), result.err());
        assertTrue(result.err().contains(says), result.err());
        assertEquals("", result.out());
        assertEquals(before, everything());
    }

    @Test
    void anImportMayFillAnEmptyDirectory() throws IOException {
        prepare();
        Tool.done("export", folder.resolve("node"), "--output", folder.resolve("x"));

        Tool.done(
                "import", folder.resolve("x"), "--data-dir", folder.resolve("empty"), "--to=file");

        assertTrue(Files.exists(folder.resolve("empty/FORMAT")));
        Tool.done("verify", folder.resolve("empty"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "inspect", "verify", "export", "import", "convert"})
    void helpFitsAScreenAndHasAnExample(String command) {
        Tool.Result result = command.isEmpty() ? Tool.done("--help") : Tool.done(command, "--help");

        assertTrue(result.out().contains("Example"), result.out());
        assertTrue(result.out().lines().count() <= 40, result.out());
        result.out().lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @ParameterizedTest
    @MethodSource("org.pdtoolkit.server.offline.Tool#backends")
    void aDirectoryInUseIsRefusedWithThePid(String backend) throws IOException {
        Path node = folder.resolve("node");
        String pid = Long.toString(ProcessHandle.current().pid());
        try (Storage storage = StorageChoice.of(backend).open(node)) {
            fill(storage);
            for (Object[] words :
                    List.of(
                            new Object[] {"inspect", node},
                            new Object[] {"verify", node},
                            new Object[] {"export", node, "--output", folder.resolve("x")},
                            new Object[] {
                                "convert", node, "--to", "file", "--output", folder.resolve("y")
                            })) {
                Tool.Result result = Tool.run(words);

                assertEquals(ExitCode.IN_USE.number(), result.code(), result.err());
                assertTrue(result.err().contains("process " + pid), result.err());
            }
        }
        assertEquals(List.of("node"), List.of(folder.toFile().list()));
    }

    @ParameterizedTest
    @MethodSource("org.pdtoolkit.server.offline.Tool#backends")
    void inspectTellsWhoseItIsAndHowFarItIs(String backend) throws IOException {
        Path node = folder.resolve("node");
        Tool.make(backend, node, StorageCommandTest::fill);

        String table = Tool.done("inspect", node).out();
        String json = Tool.done("inspect", node, "--format", "json").out();

        assertTrue(table.contains(backend + ", format version "), table);
        assertTrue(table.contains("42 (2a)"), table);
        assertTrue(table.contains("18374686479671623687 (ff00000000000007)"), table);
        assertTrue(table.contains("entries 1 to 1 (1), terms 1 to 1"), table);
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                // reads it all, or fails
            }
        }
        String flat = json.replaceAll("\\s+", "");
        assertTrue(flat.contains("\"backend\":\"" + backend + "\""), json);
        assertTrue(flat.contains("\"member_id\":18374686479671623687,"), json);
        assertTrue(flat.contains("\"member_id_hex\":\"ff00000000000007\""), json);
        assertTrue(flat.contains("\"last_index\":1,"), json);
    }

    @Test
    void verifyNamesFileOffsetAndNextStepOfDamage() throws IOException {
        Path node = folder.resolve("node");
        Tool.make("file", node, StorageCommandTest::fill);
        Path log;
        try (Stream<Path> files = Files.list(node.resolve("log"))) {
            log = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(log);
        bytes[10] ^= 1;
        Files.write(log, bytes);

        Tool.Result result = Tool.run("verify", node);

        assertEquals(ExitCode.DAMAGED.number(), result.code(), result.err());
        assertTrue(result.err().contains(log.toString()), result.err());
        assertTrue(result.err().contains("offset"), result.err());
        assertTrue(result.err().contains("backup"), result.err());
    }

    @Test
    void verifyListsWhatDoesNotFitTogether() {
        Path node = folder.resolve("node");
        Tool.make(
                "file",
                node,
                storage -> {
                    fill(storage);
                    storage.log().append(new HardState(1, 7, 99), List.of());
                });

        Tool.Result result = Tool.run("verify", node);

        assertEquals(ExitCode.DAMAGED.number(), result.code(), result.err());
        assertTrue(result.err().contains("index 99 is committed"), result.err());
        assertFalse(result.out().contains("no damage"), result.out());
    }
}
