package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Every file operation of this backend. What is not forced here may be lost or torn by a crash.
 *
 * <p>Thread: as the implementation of the file system; each {@link Handle} by one thread at a time.
 */
interface FileSystemOps {
    /** The file system refused bytes for lack of room; what was written before it is unknown. */
    final class NoSpaceException extends IOException {
        private static final long serialVersionUID = 1L;

        NoSpaceException(Throwable cause) {
            super("no space left on device", cause);
        }
    }

    /** An open file with positioned access. */
    interface Handle extends AutoCloseable {
        /** Fills {@code target} from {@code position}; returns fewer bytes only at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes all remaining bytes. */
        void write(ByteBuffer source, long position) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        /** Blocks until content and size are on stable media (fdatasync). */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Creates the directory and its parents, readable by the owner alone, durably. */
    void createDirectories(Path directory) throws IOException;

    /** File names in the directory, sorted. */
    List<String> list(Path directory) throws IOException;

    /** Opens for reading and writing; an existing file is emptied. */
    Handle create(Path file) throws IOException;

    Handle open(Path file) throws IOException;

    Handle openForRead(Path file) throws IOException;

    /** Atomically gives {@code from} the name {@code to}, replacing what had it. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes if present. */
    void delete(Path file) throws IOException;

    /** Makes creations, renames and deletions in the directory durable. */
    void syncDirectory(Path directory) throws IOException;
}
