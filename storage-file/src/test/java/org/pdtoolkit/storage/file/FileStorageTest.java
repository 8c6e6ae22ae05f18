package org.pdtoolkit.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;

/** What holds for this backend beyond the kit: its files on a real file system. */
class FileStorageTest {
    private static final Map<String, String> SMALL = FileStorageKitTest.SMALL;

    @TempDir Path temporary;

    private Path data() {
        return temporary.resolve("a").resolve("data");
    }

    private Storage open() {
        return new FileStorageProvider().open(data(), SMALL);
    }

    private void writeLog(int appends) {
        try (Storage storage = open()) {
            storage.log().initialize(Bytes.utf8("metadata"));
            for (int i = 1; i <= appends; i++) {
                LogRecord entry = new LogRecord(1, i, 0, Bytes.utf8("x".repeat(100)));
                storage.log().append(new HardState(1, 1, i), List.of(entry));
            }
        }
    }

    private List<Path> files(String directory) throws IOException {
        try (Stream<Path> files = Files.list(data().resolve(directory))) {
            return files.sorted().toList();
        }
    }

    private static void overwrite(Path file, long position, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }

    @Test
    void theServiceLoaderFindsTheProviderByItsName() {
        List<String> names = new ArrayList<>();
        ServiceLoader.load(StorageProvider.class).forEach(provider -> names.add(provider.name()));
        assertEquals(List.of("file"), names);
    }

    @Test
    void onlyTheOwnerCanReadTheData() throws IOException {
        writeLog(100);
        try (Stream<Path> paths = Files.walk(data().getParent())) {
            for (Path path : paths.toList()) {
                String expected = Files.isDirectory(path) ? "rwx------" : "rw-------";
                assertEquals(
                        expected,
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(path)),
                        path.toString());
            }
        }
    }

    @Test
    void aRewriteIsSpreadOverCommitsAndKeepsWhatIsCommittedMeanwhile() throws IOException {
        Map<String, String> options = Map.of("rewrite-bytes", "65536");
        int keys = 300;
        int rounds = 6000;
        int unfinished = 0;
        try (Storage storage = new FileStorageProvider().open(data(), options)) {
            for (int i = 1; i <= rounds; i++) {
                Bytes value = Bytes.ofLong(i).concat(Bytes.wrap(new byte[500]));
                Batch batch = new Batch().put(Space.META, Bytes.ofLong(i % keys), value);
                storage.ordered().commit(batch, new AppliedState(i, 1, Bytes.EMPTY));
                if (i % 10 == 0 && files("state").size() == 2) {
                    unfinished++;
                }
            }
            long live = storage.ordered().usage().liveBytes();
            long total = storage.ordered().usage().totalBytes();
            assertTrue(total < live * 7 / 2 + 65536, live + " of " + total);
        }
        assertTrue(unfinished > 10, "seen unfinished " + unfinished + " times");
        String newest = files("state").get(0).getFileName().toString();
        assertTrue(Long.parseLong(newest.substring(0, 16), 16) > 5, newest);
        try (Storage storage = open();
                OrderedStore.View view = storage.ordered().view()) {
            assertEquals(rounds, view.applied().index());
            for (int i = rounds - keys + 1; i <= rounds; i++) {
                Bytes value = view.get(Space.META, Bytes.ofLong(i % keys));
                assertEquals(Bytes.ofLong(i), Bytes.copyOf(value.toArray(), 0, 8));
            }
        }
    }

    @Test
    void theRefusalOfALockedDirectoryNamesTheHolder() {
        try (Storage storage = open()) {
            StorageException refusal = assertThrows(StorageException.Locked.class, this::open);
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(refusal.getMessage().contains(pid), refusal.getMessage());
            storage.log().metadata();
        }
    }

    /** Holds a storage open until its input ends; run in a process of its own. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (Storage storage = new FileStorageProvider().open(Path.of(args[0]), SMALL)) {
                System.out.println("open");
                while (System.in.read() >= 0) {
                    storage.log().metadata();
                }
            }
        }
    }

    /** Appends and commits until it is killed, naming each index once it is durable. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] args) {
            try (Storage storage = new FileStorageProvider().open(Path.of(args[0]), SMALL)) {
                storage.log().initialize(Bytes.utf8("metadata"));
                for (long i = 1; i < 1_000_000; i++) {
                    LogRecord entry = new LogRecord(1, i, 0, Bytes.ofLong(i));
                    storage.log().append(new HardState(1, 1, i), List.of(entry));
                    Batch batch = new Batch().put(Space.META, Bytes.ofLong(i % 50), entry.data());
                    storage.ordered().commit(batch, new AppliedState(i, 1, Bytes.EMPTY));
                    System.out.println(i);
                }
            }
        }
    }

    private Process start(Class<?> program) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        data().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aProcessKilledWhileItWritesLosesNothing() throws Exception {
        Process appender = start(Appender.class);
        String line = "0";
        try {
            for (int i = 0; i < 200; i++) {
                line = appender.inputReader().readLine();
            }
        } finally {
            appender.toHandle().destroyForcibly(); // leaves the pipe readable
            appender.waitFor();
        }
        for (String next = appender.inputReader().readLine(); next != null; ) {
            line = next;
            next = appender.inputReader().readLine();
        }
        long acknowledged = Long.parseLong(line);
        assertTrue(acknowledged >= 200, line);
        try (Storage storage = open()) {
            long last = storage.log().lastIndex();
            assertTrue(last == acknowledged || last == acknowledged + 1, last + ", " + line);
            assertEquals(last, storage.log().read(last, last + 1, 0).get(0).data().toLong());
            AppliedState applied = storage.ordered().applied();
            assertTrue(applied.index() == last || applied.index() == last - 1, applied.toString());
            try (OrderedStore.View view = storage.ordered().view()) {
                Bytes newest = view.get(Space.META, Bytes.ofLong(applied.index() % 50));
                assertEquals(applied.index(), newest.toLong());
            }
        }
    }

    @Test
    void anotherProcessIsRefusedAndAKilledOneLeavesNoLock() throws Exception {
        Process holder = start(Holder.class);
        try {
            assertEquals("open", holder.inputReader().readLine());
            StorageException refusal = assertThrows(StorageException.Locked.class, this::open);
            assertTrue(
                    refusal.getMessage().contains(Long.toString(holder.pid())),
                    refusal.getMessage());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        open().close();
    }

    @Test
    void aNewerFormatIsRefusedByItsNumber() throws IOException {
        writeLog(1);
        Path segment = files("log").get(0);
        byte[] header = new byte[FileHeader.BYTES];
        ByteBuffer edited = ByteBuffer.wrap(header);
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
            channel.read(edited, 0);
        }
        edited.putInt(8, 9);
        CRC32C crc = new CRC32C();
        crc.update(header, 0, FileHeader.BYTES - 4);
        edited.putInt(FileHeader.BYTES - 4, (int) crc.getValue());
        overwrite(segment, 0, header);
        StorageException refusal = assertThrows(StorageException.Incompatible.class, this::open);
        assertTrue(refusal.getMessage().contains("version 9"), refusal.getMessage());
    }

    @Test
    void damageInTheMiddleIsRefusedWithFileOffsetAndNextStep() throws IOException {
        writeLog(10);
        Path segment = files("log").get(0);
        overwrite(segment, 700, (byte) 'y', (byte) 'y');
        String message = assertThrows(StorageException.Corrupt.class, this::open).getMessage();
        for (String part : List.of(segment.toString(), "offset", "found", "expected", "restore")) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void blocksZeroedInTheMiddleAreDamageAndNotATornTail() throws IOException {
        writeLog(20);
        overwrite(files("log").get(0), 1024, new byte[512]);
        assertThrows(StorageException.Corrupt.class, this::open);
    }

    @Test
    void aTornLastWriteIsCutAndTheLogGoesOn() throws IOException {
        writeLog(3);
        Path segment = files("log").get(0);
        long end = endOfData(segment);
        overwrite(segment, end - 60, new byte[60]);
        for (int i = 0; i < 2; i++) {
            try (Storage storage = open()) {
                assertEquals(2 + i, storage.log().lastIndex());
                LogRecord entry = new LogRecord(2, 3 + i, 0, Bytes.utf8("again"));
                storage.log().append(new HardState(2, 1, 2), List.of(entry));
            }
        }
    }

    private static long endOfData(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void aMissingSegmentIsFound() throws IOException {
        writeLog(200);
        List<Path> segments = files("log");
        assertTrue(segments.size() > 4, segments.toString());
        Files.delete(segments.get(2));
        String message = assertThrows(StorageException.Corrupt.class, this::open).getMessage();
        assertTrue(message.contains("missing"), message);
    }

    @Test
    void aSegmentInThePlaceOfAnotherIsFound() throws IOException {
        writeLog(200);
        List<Path> segments = files("log");
        Files.write(segments.get(2), Files.readAllBytes(segments.get(1)));
        assertThrows(StorageException.Corrupt.class, this::open);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    segment-bytes   | 1023          | segment-bytes
                    segment-bytes   | many          | expected a number
                    log-cache-bytes | -1            | log-cache-bytes
                    rewrite-bytes   | 9999999999999 | rewrite-bytes
                    segment-size    | 4096          | unknown option "segment-size"
                    """)
    void aBadOptionIsRefusedBeforeTheDirectoryIsTouched(String name, String value, String says) {
        StorageException refusal =
                assertThrows(
                        StorageException.Incompatible.class,
                        () -> new FileStorageProvider().open(data(), Map.of(name, value)));
        assertTrue(refusal.getMessage().contains(says), refusal.getMessage());
        assertTrue(Files.notExists(data()));
    }
}
