package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.pdtoolkit.storage.support.DurableFiles;

/**
 * The file system of the path that is given: the real one, or the kit's.
 *
 * <p>Thread: safe.
 */
final class DiskFileSystem implements FileSystemOps {
    @Override
    public void createDirectories(Path directory) throws IOException {
        try {
            DurableFiles.createDirectories(directory);
        } catch (IOException e) {
            throw sorted(directory, 0, e);
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public Handle create(Path file) throws IOException {
        return handle(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public Handle open(Path file) throws IOException {
        return handle(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public Handle openForRead(Path file) throws IOException {
        return handle(file, StandardOpenOption.READ);
    }

    private static Handle handle(Path file, OpenOption... options) throws IOException {
        try {
            return new DiskHandle(file, DurableFiles.open(file, options));
        } catch (IOException e) {
            throw sorted(file, 0, e);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        DurableFiles.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        DurableFiles.syncDirectory(directory);
    }

    private static IOException sorted(Path file, long bytes, IOException e) {
        return DurableFiles.isOutOfSpace(file, bytes, e) ? new NoSpaceException(e) : e;
    }

    private static final class DiskHandle implements Handle {
        private final Path file;
        private final FileChannel channel;

        DiskHandle(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int n = channel.read(target, position + total);
                if (n < 0) {
                    break;
                }
                total += n;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            int bytes = source.remaining();
            long at = position;
            try {
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
            } catch (IOException e) {
                throw sorted(file, bytes, e);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
