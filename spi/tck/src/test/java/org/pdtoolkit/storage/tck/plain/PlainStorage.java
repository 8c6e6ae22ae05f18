package org.pdtoolkit.storage.tck.plain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DataDirectory;
import org.pdtoolkit.storage.support.Fuse;

/**
 * One open directory.
 *
 * <pre>
 * LOCK, FORMAT   see {@link DataDirectory}
 * log            Raft log and hard state, all of it
 * state          applied state, all of it
 * N.snap         snapshot of index N, 16 hex digits
 * </pre>
 */
final class PlainStorage implements Storage {
    private final AutoCloseable lock;
    private final Fuse fuse;
    private final PlainLog log;
    private final PlainState state;
    private final PlainSnapshots snapshots;
    private boolean closed;

    private PlainStorage(AutoCloseable lock, PlainFiles files, Fuse fuse) {
        this.lock = lock;
        this.fuse = fuse;
        files.recover();
        this.log = new PlainLog(files, fuse);
        this.state = new PlainState(files, fuse);
        this.snapshots = new PlainSnapshots(files, fuse);
    }

    static PlainStorage open(PlainStorageProvider provider, Path directory) {
        Fuse fuse = new Fuse();
        AutoCloseable lock = lock(provider, directory);
        PlainStorage storage = null;
        try {
            storage =
                    new PlainStorage(lock, new PlainFiles(directory, fuse, provider.flaw()), fuse);
            return storage;
        } finally {
            if (storage == null) {
                release(lock);
            }
        }
    }

    private static AutoCloseable lock(PlainStorageProvider provider, Path directory) {
        Flaw flaw = provider.flaw();
        return switch (flaw) {
            case NO_LOCK,
                    LOCK_WITHIN_THE_PROCESS_ONLY,
                    REFUSED_OPEN_RELEASES_THE_LOCK,
                    FOREIGN_DIRECTORY_TAKEN_OVER,
                    READ_ONLY_DISK_TAKEN_FOR_EMPTY,
                    DIRECTORY_MADE_WITHOUT_PARENT_SYNC ->
                    poorLock(provider, directory);
            default ->
                    DataDirectory.open(
                            directory, new DataDirectory.Formats("plain", List.of(), path -> 0));
        };
    }

    private static AutoCloseable poorLock(PlainStorageProvider provider, Path directory) {
        Flaw flaw = provider.flaw();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            if (flaw != Flaw.READ_ONLY_DISK_TAKEN_FOR_EMPTY) {
                throw new Fuse().fail("creating", directory, e);
            }
        }
        if (!provider.held.add(directory) && flaw != Flaw.NO_LOCK) {
            if (flaw == Flaw.REFUSED_OPEN_RELEASES_THE_LOCK) {
                provider.held.remove(directory);
            }
            throw new StorageException.Locked(directory + ": in use");
        }
        return () -> provider.held.remove(directory);
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a lock throws nothing else", e);
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
        return state;
    }

    /** Also FULL, still open, when what is committed finds no room. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            if (!fuse.blown()) {
                state.sync();
            }
        } catch (StorageException.Failed e) {
            closeNow();
            throw e;
        }
        closeNow();
    }

    private void closeNow() {
        closed = true;
        fuse.close();
        release(lock);
    }
}
