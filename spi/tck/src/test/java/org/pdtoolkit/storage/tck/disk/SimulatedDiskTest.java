package org.pdtoolkit.storage.tck.disk;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.PowerLoss;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** What a loss of power leaves, and how errors look. */
class SimulatedDiskTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Path file = disk.path("/file");

    private static ByteBuffer bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return ByteBuffer.wrap(bytes);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, READ)) {
            channel.force(true);
        }
    }

    private static String after(SimulatedDisk disk, Survivors survivors) throws IOException {
        Path left = disk.afterPowerLoss(survivors, 1).path("/file");
        return Files.exists(left) ? Files.readString(left) : "no file";
    }

    @Test
    void aNameIsDurableOnceItsDirectoryIsSynced() throws IOException {
        Files.writeString(file, "text");
        sync(file);
        assertEquals("text", after(disk, Survivors.ALL));
        assertEquals("no file", after(disk, Survivors.NONE));
        sync(disk.path("/"));
        assertEquals("text", after(disk, Survivors.NONE));
    }

    @Test
    void contentIsDurableOnceItIsForced() throws IOException {
        Files.writeString(file, "text");
        sync(disk.path("/"));
        assertEquals("", after(disk, Survivors.NONE));
        sync(file);
        Files.writeString(file, "more than before");
        assertEquals("text", after(disk, Survivors.NONE));
        assertEquals("more than before", after(disk, Survivors.ALL));
    }

    @Test
    void aDirectoryIsLostWithAllBelowWhenItsParentIsNotSynced() throws IOException {
        Path inner = Files.createDirectories(disk.path("/a/b"));
        Files.writeString(inner.resolve("file"), "text");
        sync(inner.resolve("file"));
        sync(inner);
        sync(disk.path("/"));
        SimulatedDisk left = disk.afterPowerLoss(Survivors.NONE, 0);
        assertTrue(Files.isDirectory(left.path("/a")));
        assertFalse(Files.exists(left.path("/a/b")));
        sync(disk.path("/a"));
        left = disk.afterPowerLoss(Survivors.NONE, 0);
        assertEquals("text", Files.readString(left.path("/a/b/file")));
    }

    @Test
    void unforcedBlocksSurviveInAnyOrder() throws IOException {
        Set<String> seen = new HashSet<>();
        try (FileChannel channel = FileChannel.open(file, WRITE, CREATE)) {
            channel.write(bytes(1024, 'a'));
            channel.force(true);
            sync(disk.path("/"));
            channel.write(bytes(512, 'b'), 0);
            channel.write(bytes(512, 'b'), 512);
        }
        for (int seed = 0; seed < 100; seed++) {
            Path left = disk.afterPowerLoss(Survivors.SOME, seed).path("/file");
            String text = Files.readString(left);
            seen.add(text.charAt(0) + text.substring(511, 513) + text.charAt(1023));
        }
        assertEquals(Set.of("aaaa", "bbbb", "aabb", "bbaa"), seen);
    }

    @Test
    void theInterruptedWriteIsTornAndNothingWorksAfterIt() throws IOException {
        FileChannel channel = FileChannel.open(file, WRITE, CREATE);
        disk.losePowerAt(2);
        assertThrows(PowerLoss.class, () -> channel.write(bytes(10, 'x')));
        assertTrue(disk.lostPower());
        assertThrows(PowerLoss.class, channel::size);
        assertThrows(PowerLoss.class, () -> Files.exists(file));
        channel.close();
        assertEquals("xxxxx", after(disk, Survivors.ALL));
    }

    @Test
    void aFailedForceForcesNothing() throws IOException {
        Files.writeString(file, "text");
        sync(disk.path("/"));
        disk.failAt(disk.steps() + 1);
        IOException failure = assertThrows(IOException.class, () -> sync(file));
        assertEquals("Input/output error", failure.getMessage());
        assertEquals("", after(disk, Survivors.NONE));
        sync(file);
        assertEquals("text", after(disk, Survivors.NONE));
    }

    @Test
    void aReadThatFailsIsCounted() throws IOException {
        Files.writeString(file, "text");
        disk.failReadAt(disk.reads() + 1);
        assertThrows(IOException.class, () -> Files.readString(file));
        assertEquals("text", Files.readString(file));
    }

    @Test
    void aFullDiskWritesInPartAndThenRefuses() throws IOException {
        try (FileChannel channel = FileChannel.open(file, WRITE, CREATE)) {
            disk.fullFrom(2);
            assertEquals(5, channel.write(bytes(10, 'x')));
            String message =
                    assertThrows(IOException.class, () -> channel.write(bytes(5, 'x')))
                            .getMessage();
            assertEquals("No space left on device", message);
            assertEquals(0, Files.getFileStore(file).getUsableSpace());
            assertEquals(5, channel.write(bytes(5, 'y'), 0), "what is there can be overwritten");
            disk.makeRoom();
            assertEquals(5, channel.write(bytes(5, 'x')));
        }
        disk.fullFrom(1);
        Path directory = disk.path("/directory");
        String message =
                assertThrows(IOException.class, () -> Files.createDirectory(directory))
                        .getMessage();
        assertEquals("/directory: No space left on device", message);
    }

    @Test
    void aReadOnlyDiskIsReadAndRefusesEveryChange() throws IOException {
        Files.writeString(file, "text");
        Path other = disk.path("/other");
        try (FileChannel channel = FileChannel.open(file, WRITE)) {
            disk.turnReadOnly();
            int steps = disk.steps();
            assertReadOnly(() -> channel.write(bytes(1, 'x')));
            assertReadOnly(() -> channel.truncate(0));
            assertReadOnly(() -> FileChannel.open(file, WRITE));
            assertReadOnly(() -> Files.createFile(other));
            assertReadOnly(() -> Files.createDirectory(other));
            assertReadOnly(() -> Files.move(file, other));
            assertReadOnly(() -> Files.delete(file));
            assertEquals(steps, disk.steps());
        }
        assertFalse(Files.isWritable(file));
        assertTrue(Files.getFileStore(file).isReadOnly());
        assertEquals("text", Files.readString(file));
    }

    private static void assertReadOnly(Executable change) {
        String message = assertThrows(IOException.class, change).getMessage();
        assertTrue(message.contains("Read-only file system"), message);
    }

    @Test
    void whatAKilledProcessWroteIsThereAndNotYetDurable() throws IOException {
        Files.writeString(file, "text");
        SimulatedDisk killed = disk.afterKill();
        Files.writeString(file, "not seen by the other");
        assertEquals("text", Files.readString(killed.path("/file")));
        assertEquals("no file", after(killed, Survivors.NONE));
        sync(killed.path("/"));
        assertEquals("", after(killed, Survivors.NONE));
        sync(killed.path("/file"));
        assertEquals("text", after(killed, Survivors.NONE));
    }

    @Test
    void damageIsDoneToTheMedia() throws IOException {
        Files.writeString(file, "text");
        disk.flip(file, 1, 0);
        assertEquals("tdxt", after(disk, Survivors.ALL));
        disk.cut(file, 2);
        assertEquals("td", Files.readString(file));
        assertEquals(Map.of(file, 2), disk.files());
    }

    @Test
    void pathsOfTwoDisksAreDifferent() {
        Path same = disk.path("/file");
        Path other = new SimulatedDisk().path("/file");
        assertEquals(file, same);
        assertEquals(file.hashCode(), same.hashCode());
        assertEquals(file.toUri(), same.toUri());
        assertNotEquals(file, other);
        assertNotEquals(file.toUri(), other.toUri());
        assertNotEquals(0, file.compareTo(other));
    }
}
