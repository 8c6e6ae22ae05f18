package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The real file system.
 *
 * <p>Thread: safe. An interrupt during a call closes the file (a property of {@link FileChannel});
 * the owners of a storage are not to be interrupted.
 */
final class DiskFileSystem implements FileSystemOps {
    /**
     * Lock files held by this process. POSIX drops a process's locks on a file when it closes any
     * descriptor of it, so a second attempt of this process must not even open the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int HOLDER_BYTES_MAX = 256;

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (IOException e) {
            throw sorted(directory, 0, e);
        }
        if (parent != null) {
            syncDirectory(parent);
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
            return new DiskHandle(file, channel(file, options));
        } catch (IOException e) {
            throw sorted(file, 0, e);
        }
    }

    private static FileChannel channel(Path file, OpenOption... options) throws IOException {
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

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Lock tryLock(Path file) throws IOException {
        Path key = file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
        if (!HELD.add(key)) {
            return null;
        }
        FileChannel channel = null;
        boolean held = false;
        try {
            channel = channel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return null;
            }
            channel.truncate(0);
            String holder = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
            held = true;
            FileChannel kept = channel;
            return () -> {
                try {
                    kept.close();
                } finally {
                    HELD.remove(key);
                }
            };
        } catch (IOException e) {
            throw sorted(file, 0, e);
        } finally {
            if (!held) {
                HELD.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public String lockHolder(Path file) {
        try {
            Path held = file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
            if (HELD.contains(held)) {
                return Long.toString(ProcessHandle.current().pid());
            }
            if (Files.size(file) > HOLDER_BYTES_MAX) {
                return "";
            }
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return ""; // only for the message: the lock itself has already been refused
        }
    }

    /**
     * Tells "no room" from other errors. The text comes from the C library and may be translated,
     * so the free space is asked as well.
     */
    private static IOException sorted(Path file, long bytes, IOException e) {
        String message = String.valueOf(e.getMessage());
        boolean full =
                message.contains("No space left on device")
                        || message.contains("Disk quota exceeded");
        if (!full) {
            try {
                Path directory = file.toAbsolutePath().getParent();
                full = Files.getFileStore(directory).getUsableSpace() < bytes;
            } catch (IOException unknown) {
                e.addSuppressed(unknown);
            }
        }
        return full ? new NoSpaceException(e) : e;
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
