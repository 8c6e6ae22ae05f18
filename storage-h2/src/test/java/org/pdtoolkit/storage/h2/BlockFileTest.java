package org.pdtoolkit.storage.h2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** What a {@link BlockFile} promises, whoever uses it. */
class BlockFileTest {
    private static final int BLOCK = BlockFile.BLOCK;
    private static final long JOURNAL_BYTES = 16 << 10;

    private final SimulatedDisk disk = new SimulatedDisk();

    private static BlockFile open(SimulatedDisk on) throws IOException {
        return BlockFile.open(on.path("/file"), JOURNAL_BYTES, DurableFiles::open);
    }

    /** Content without zeros, different for each seed. */
    private static byte[] content(int seed, int blocks) {
        byte[] content = new byte[blocks * BLOCK];
        new Random(seed).nextBytes(content);
        for (int i = 0; i < content.length; i++) {
            content[i] |= 1;
        }
        return content;
    }

    private static void write(BlockFile file, int block, byte[] content) {
        file.write(block * (long) BLOCK, ByteBuffer.wrap(content));
    }

    private static byte[] read(BlockFile file, int block, int blocks) throws IOException {
        return file.read(block * (long) BLOCK, blocks * BLOCK).array();
    }

    @Test
    void blocksOfEveryPatternOfZerosComeBack() throws IOException {
        byte[] all = new byte[8 * BLOCK];
        all[BLOCK] = 1; // the first byte of block 1
        all[3 * BLOCK - 1] = 2; // the last of block 2
        System.arraycopy(content(1, 1), 0, all, 3 * BLOCK, BLOCK);
        all[4 * BLOCK + 100] = 3;
        all[4 * BLOCK + 4000] = 4;
        Arrays.fill(all, 5 * BLOCK, 5 * BLOCK + 2048, (byte) 5);
        Arrays.fill(all, 6 * BLOCK + 2048, 7 * BLOCK, (byte) 6);
        try (BlockFile file = open(disk)) {
            write(file, 0, all);
            assertArrayEquals(all, read(file, 0, 8));
            file.force();
            assertArrayEquals(all, read(file, 0, 8));
        }
        try (BlockFile file = open(disk)) {
            assertArrayEquals(all, read(file, 0, 8));
            file.checkpoint();
            assertArrayEquals(all, read(file, 0, 8));
            assertArrayEquals(
                    Arrays.copyOfRange(all, 3 * BLOCK + 10, 4 * BLOCK + 110),
                    file.read(3 * BLOCK + 10, BLOCK + 100).array());
        }
    }

    @Test
    void whatWasNotForcedIsForgottenAsAWhole() throws IOException {
        byte[] old = content(1, 3);
        try (BlockFile file = open(disk)) {
            write(file, 0, old);
            file.force();
            write(file, 1, content(2, 5));
            file.discard();
            assertEquals(3 * BLOCK, file.length());
            assertArrayEquals(old, read(file, 0, 3));
            write(file, 1, content(3, 5));
            file.truncate(2 * BLOCK);
        }
        try (BlockFile file = open(disk)) {
            assertEquals(3 * BLOCK, file.length());
            assertArrayEquals(old, read(file, 0, 3));
        }
    }

    @Test
    void aFileThatWasCutShorterStaysSo() throws IOException {
        try (BlockFile file = open(disk)) {
            write(file, 0, content(1, 6));
            file.force();
            file.checkpoint();
            file.truncate(2 * BLOCK);
            file.force();
        }
        try (BlockFile file = open(disk)) {
            assertEquals(2 * BLOCK, file.length());
            file.checkpoint();
        }
        assertEquals(BlockFile.HEADER + 2 * BlockFile.SLOT, Files.size(disk.path("/file")));
    }

    @Test
    void noRoomLeavesWhatWaitsForTheNextForce() throws IOException {
        byte[] content = content(1, 10);
        try (BlockFile file = open(disk)) {
            disk.fullFrom(0);
            write(file, 0, content);
            IOException full = assertThrows(IOException.class, file::force);
            assertTrue(DurableFiles.isOutOfSpace(file.path(), 0, full), full.toString());
            assertArrayEquals(content, read(file, 0, 10));
            disk.makeRoom();
            file.force();
        }
        try (BlockFile file = open(disk.afterPowerLoss(Survivors.NONE, 0))) {
            assertArrayEquals(content, read(file, 0, 10));
        }
    }

    @Test
    void aFileWithoutItsJournalIsRefused() throws IOException {
        open(disk).close();
        Path journal = disk.path("/file" + BlockFile.JOURNAL);
        Files.delete(journal);
        StorageException.Corrupt refusal =
                assertThrows(StorageException.Corrupt.class, () -> open(disk));
        assertTrue(refusal.getMessage().startsWith(journal.toString()), refusal.getMessage());
    }

    @Test
    void aJournalWithoutItsFileIsRefused() throws IOException {
        try (BlockFile file = open(disk)) {
            write(file, 0, content(1, 1));
            file.force();
        }
        Files.delete(disk.path("/file"));
        assertThrows(StorageException.Corrupt.class, () -> open(disk));
    }

    @Test
    void aBlockInThePlaceOfAnotherIsFound() throws IOException {
        try (BlockFile file = open(disk)) {
            write(file, 0, content(1, 3));
            file.force();
            file.checkpoint();
        }
        byte[] bytes = Files.readAllBytes(disk.path("/file"));
        System.arraycopy(
                bytes, BlockFile.HEADER, bytes, BlockFile.HEADER + BlockFile.SLOT, BlockFile.SLOT);
        Files.write(disk.path("/file"), bytes);
        try (BlockFile file = open(disk)) {
            read(file, 0, 1);
            assertThrows(StorageException.Corrupt.class, () -> read(file, 1, 1));
        }
    }
}
