package org.pdtoolkit.storage.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pdtoolkit.storage.StorageException;

/**
 * A data directory, made durably, locked, and known to hold one format of one backend.
 *
 * <pre>
 * LOCK      held while open; pid of the holder as text
 * FORMAT    see {@link StorageFormat}
 * …         what the backend keeps
 * </pre>
 *
 * <p>Thread: any; closing once.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String LOCK = "LOCK";
    private static final int HOLDER_BYTES_MAX = 256;

    /**
     * Directories held by this process. POSIX drops a process's locks on a file when it closes any
     * descriptor of it, so a second attempt of this process must not even open the file.
     */
    private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

    /**
     * One step of a disk format, from one version to the next. It may be interrupted at any point
     * and is then run again, so it must accept what it left behind.
     */
    public interface Migration {
        void run(Path directory) throws IOException;
    }

    /**
     * The formats of a backend.
     *
     * @param backend name of the provider
     * @param migrations step {@code i} leads from version {@code i + 1} to {@code i + 2}; the
     *     version that this program writes is one more than their number
     * @param unmarked tells the version of a directory without {@code FORMAT}: 0 for one that this
     *     backend has not written to
     */
    public record Formats(String backend, List<Migration> migrations, Unmarked unmarked) {
        StorageFormat current() {
            return new StorageFormat(backend, migrations.size() + 1);
        }
    }

    /** See {@link Formats}. */
    public interface Unmarked {
        int version(Path directory) throws IOException;
    }

    private final Path path;
    private final String key;
    private final FileChannel lock;

    private DataDirectory(Path path, String key, FileChannel lock) {
        this.path = path;
        this.key = key;
        this.lock = lock;
    }

    /**
     * Makes the directory if there is none, locks it, and brings it to the current format.
     *
     * <p>Errors: {@link StorageException.Locked} with the pid of the holder; {@link
     * StorageException.Incompatible} when another backend or a newer version wrote it; {@link
     * StorageException.Corrupt} for a damaged {@code FORMAT}; {@link StorageException.Full}; {@link
     * StorageException.Failed}. Rules: PRV-03, PRV-05.
     */
    public static DataDirectory open(Path path, Formats formats) {
        try {
            DurableFiles.createDirectories(path);
            DataDirectory directory = lock(path);
            boolean ready = false;
            try {
                directory.bringTo(formats);
                ready = true;
                return directory;
            } finally {
                if (!ready) {
                    directory.close();
                }
            }
        } catch (IOException e) {
            throw DurableFiles.isOutOfSpace(path, 0, e)
                    ? Fuse.full(path, e)
                    : new Fuse().fail("opening", path, e);
        }
    }

    private static DataDirectory lock(Path path) throws IOException {
        String key = path.toRealPath().toUri().toString();
        if (!HELD.add(key)) {
            throw locked(path, Long.toString(ProcessHandle.current().pid()));
        }
        Path file = path.resolve(LOCK);
        FileChannel channel = null;
        boolean held = false;
        try {
            channel = DurableFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw locked(path, holder(file));
            }
            channel.truncate(0);
            String holder = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
            held = true;
            return new DataDirectory(path, key, channel);
        } finally {
            if (!held) {
                HELD.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static StorageException locked(Path path, String holder) {
        return new StorageException.Locked(
                path
                        + ": in use by "
                        + (holder.isEmpty() ? "another process" : "process " + holder)
                        + ". Stop it, or choose another data directory");
    }

    private static String holder(Path file) {
        try {
            if (Files.size(file) > HOLDER_BYTES_MAX) {
                return "";
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return ""; // only for the message: the lock itself has already been refused
        }
    }

    private void bringTo(Formats formats) throws IOException {
        StorageFormat current = formats.current();
        Optional<StorageFormat> marked = StorageFormat.of(path);
        int version =
                marked.isPresent() ? marked.get().version() : formats.unmarked().version(path);
        if (marked.isPresent() && !marked.get().backend().equals(current.backend())) {
            throw new StorageException.Incompatible(
                    path.resolve(StorageFormat.FILE)
                            + ": written by storage \""
                            + marked.get().backend()
                            + "\", opened with \""
                            + current.backend()
                            + "\". Start with --storage "
                            + marked.get().backend()
                            + ", or convert the directory");
        }
        if (version > current.version()) {
            throw new StorageException.Incompatible(
                    path.resolve(StorageFormat.FILE)
                            + ": written in "
                            + marked.orElse(current)
                            + ", this program reads up to version "
                            + current.version()
                            + ". Use the program that wrote it, or a newer one");
        }
        if (version == 0) {
            current.write(path);
            return;
        }
        for (; version < current.version(); version++) {
            formats.migrations().get(version - 1).run(path);
            new StorageFormat(current.backend(), version + 1).write(path);
        }
    }

    public Path path() {
        return path;
    }

    /** Releases the lock. Idempotent. Errors: {@link StorageException.Failed}. */
    @Override
    public void close() {
        if (lock.isOpen()) {
            try {
                lock.close();
            } catch (IOException e) {
                throw new Fuse().fail("unlocking", path, e);
            } finally {
                HELD.remove(key);
            }
        }
    }
}
