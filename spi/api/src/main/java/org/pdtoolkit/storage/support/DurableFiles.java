package org.pdtoolkit.storage.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * File operations that survive a loss of power, and files that only their owner can read.
 *
 * <p>Thread: safe. An interrupt during a call closes the file (a property of {@link FileChannel});
 * the owners of a storage are not to be interrupted.
 */
public final class DurableFiles {
    /** End of the name of a file that is not complete; what a crash left of it may be deleted. */
    public static final String TEMPORARY = ".tmp";

    private DurableFiles() {}

    /** Creates the directory and its parents, mode 0700, each durably. */
    public static void createDirectories(Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (Files.isDirectory(directory)) {
            // The process before this one may have been killed between making and syncing it.
            syncIfReadable(parent);
            return;
        }
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectory(directory, attributes(directory, "rwx------"));
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    private static void syncIfReadable(Path directory) throws IOException {
        try {
            if (directory != null) {
                syncDirectory(directory);
            }
        } catch (AccessDeniedException e) {
            return; // made by someone else, as is what leads to it
        }
    }

    /** Makes creations, renames and deletions in the directory durable. */
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Opens a file; one that is created gets mode 0600. */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), attributes(file, "rw-------"));
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    /** Gives {@code file} this content in one step that a crash does not divide, durably. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + TEMPORARY);
        try (FileChannel channel =
                open(
                        made,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                channel.write(source);
            }
            channel.force(true);
        }
        rename(made, file);
        syncDirectory(file.toAbsolutePath().getParent());
    }

    /** Atomically gives {@code from} the name {@code to}, replacing what had it. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Whether a write failed for lack of room. The text comes from the C library and may be
     * translated, so the free space is asked as well.
     *
     * @param bytes size of the write
     */
    public static boolean isOutOfSpace(Path file, long bytes, IOException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("No space left on device")
                || message.contains("Disk quota exceeded")) {
            return true;
        }
        try {
            Path directory = file.toAbsolutePath().getParent();
            return Files.getFileStore(directory).getUsableSpace() < bytes;
        } catch (IOException unknown) {
            failure.addSuppressed(unknown);
            return false;
        }
    }
}
