package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentFormat;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.tck.MemoryStorageProvider;

/** An export that is not what was written is refused, and leaves nothing. */
class DamagedExportTest {
    @TempDir private Path folder;

    private byte[] export;

    @BeforeEach
    void write() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ContentEncoder encoder = new ContentEncoder(out);
        encoder.log(
                new ContentSink.LogHead(
                        Optional.of(Bytes.utf8("me")), new HardState(2, 1, 11), 9, 1));
        encoder.entry(new LogRecord(1, 10, 0, Bytes.utf8("one")));
        encoder.entry(new LogRecord(2, 11, 1, Bytes.EMPTY));
        encoder.state(new AppliedState(11, 2, Bytes.utf8("members")));
        encoder.pair(Space.HISTORY, new Pair(Bytes.utf8("a"), Bytes.utf8("1")));
        encoder.pair(Space.META, new Pair(Bytes.utf8("a"), Bytes.EMPTY));
        encoder.snapshot(10, 1);
        encoder.snapshotBytes(new byte[] {1, 2, 3}, 3);
        encoder.end();
        export = out.toByteArray();
    }

    private static String decode(byte[] stream) throws IOException {
        try (Storage storage = new MemoryStorageProvider().open(Path.of("new"), Map.of())) {
            return ContentDecoder.decode(
                    "stream", new ByteArrayInputStream(stream), new ContentBuilder(storage));
        }
    }

    private static void assertRefused(byte[] stream, String what) {
        OfflineException refusal = assertThrows(OfflineException.class, () -> decode(stream), what);
        assertEquals(ExitCode.DAMAGED, refusal.code(), what);
        assertTrue(refusal.getMessage().startsWith("stream: "), refusal.getMessage());
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        assertEquals(64, decode(export).length());
    }

    @Test
    void oneCutShortAnywhereIsRefused() {
        for (int length = 0; length < export.length; length++) {
            assertRefused(Arrays.copyOf(export, length), "cut to " + length);
        }
    }

    @Test
    void oneWithAnyBitFlippedIsRefused() {
        for (int bit = 0; bit < export.length * Byte.SIZE; bit++) {
            byte[] flipped = export.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            assertRefused(flipped, "bit " + bit);
        }
    }

    @Test
    void oneThatGoesOnBehindItsEndIsRefused() {
        assertRefused(Arrays.copyOf(export, export.length + 1), "one byte more");
        byte[] twice = Arrays.copyOf(export, export.length * 2);
        System.arraycopy(export, 0, twice, export.length, export.length);
        assertRefused(twice, "twice");
    }

    /** Its block checksums are right, so only the digest tells. */
    @Test
    void oneWithABlockLeftOutIsRefused() {
        int from = ContentFormat.MAGIC.length + Integer.BYTES;
        while (from < export.length) {
            int length = 5 + ByteBuffer.wrap(export).getInt(from + 1) + 4;
            byte[] without = new byte[export.length - length];
            System.arraycopy(export, 0, without, 0, from);
            System.arraycopy(export, from + length, without, from, export.length - from - length);
            assertRefused(without, "without the block at " + from);
            from += length;
        }
    }

    @Test
    void theCommandLeavesNoDirectory() throws IOException {
        Path directory = folder.resolve("new");
        List<byte[]> streams =
                List.of(
                        new byte[0],
                        Arrays.copyOf(export, export.length - 1),
                        Arrays.copyOf(export, export.length + 1));
        for (byte[] stream : streams) {
            Path file = Files.write(folder.resolve("export"), stream);

            Tool.Result result = Tool.run("import", file, "--data-dir", directory, "--to", "file");

            assertEquals(ExitCode.DAMAGED.number(), result.code(), result.err());
            assertTrue(result.err().contains(file.toString()), result.err());
            assertFalse(Files.exists(directory));
            assertFalse(Files.exists(folder.resolve("new.importing")));
        }
    }
}
