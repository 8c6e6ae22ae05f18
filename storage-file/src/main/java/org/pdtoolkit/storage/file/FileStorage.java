package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.file.Path;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.Fuse;

/**
 * One open data directory.
 *
 * <pre>
 * LOCK            held while open; pid of the holder as text
 * log/*.log       Raft log and hard state, see {@link FileLogStore}
 * state/*.state   applied state, see {@link FileOrderedStore}
 * snap/*.snap     snapshots, see {@link FileSnapshotStore}
 * </pre>
 *
 * Directories are readable by the owner alone (0700), files too (0600); {@code *.tmp} is what a
 * crash left unfinished and is deleted at the next start.
 */
final class FileStorage implements Storage {
    private static final String LOCK = "LOCK";

    private final Path directory;
    private final FileSystemOps.Lock lock;
    private final Fuse fuse;
    private final FileLogStore log;
    private final FileSnapshotStore snapshots;
    private final FileOrderedStore ordered;
    private boolean closed;

    private FileStorage(
            Path directory,
            FileSystemOps.Lock lock,
            Fuse fuse,
            FileLogStore log,
            FileSnapshotStore snapshots,
            FileOrderedStore ordered) {
        this.directory = directory;
        this.lock = lock;
        this.fuse = fuse;
        this.log = log;
        this.snapshots = snapshots;
        this.ordered = ordered;
    }

    static FileStorage open(FileSystemOps fs, Path directory, FileOptions options) {
        try {
            fs.createDirectories(directory);
            Path lockFile = directory.resolve(LOCK);
            FileSystemOps.Lock lock = fs.tryLock(lockFile);
            if (lock == null) {
                String holder = fs.lockHolder(lockFile);
                throw new StorageException.Locked(
                        directory
                                + ": in use by "
                                + (holder.isEmpty() ? "another process" : "process " + holder)
                                + ". Stop it, or choose another data directory");
            }
            FileStorage storage = null;
            try {
                storage = openLocked(fs, directory, options, lock);
                return storage;
            } finally {
                if (storage == null) {
                    lock.close();
                }
            }
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(directory, e);
        } catch (IOException e) {
            throw new Fuse().fail("opening", directory, e);
        }
    }

    private static FileStorage openLocked(
            FileSystemOps fs, Path directory, FileOptions options, FileSystemOps.Lock lock)
            throws IOException {
        Fuse fuse = new Fuse();
        FileLogStore log = FileLogStore.open(fs, directory.resolve("log"), options, fuse);
        FileOrderedStore ordered = null;
        FileStorage storage = null;
        try {
            ordered = FileOrderedStore.open(fs, directory.resolve("state"), options, fuse);
            FileSnapshotStore snapshots =
                    FileSnapshotStore.open(fs, directory.resolve("snap"), fuse);
            storage = new FileStorage(directory, lock, fuse, log, snapshots, ordered);
            return storage;
        } finally {
            if (storage == null) {
                log.close();
                if (ordered != null) {
                    ordered.close();
                }
            }
        }
    }

    @Override
    public LogStore log() {
        return log;
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    @Override
    public OrderedStore ordered() {
        return ordered;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        fuse.close();
        IOException failure = null;
        for (Closing part :
                new Closing[] {log::close, ordered::close, snapshots::close, lock::close}) {
            try {
                part.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw fuse.fail("closing", directory, failure);
        }
    }

    private interface Closing {
        void close() throws IOException;
    }
}
