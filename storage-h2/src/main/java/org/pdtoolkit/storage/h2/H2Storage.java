package org.pdtoolkit.storage.h2;

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
 * One open data directory.
 *
 * <pre>
 * LOCK, FORMAT     see {@link DataDirectory}
 * log.h2           Raft log and hard state, see {@link H2LogStore}
 * state.h2         applied state, see {@link H2OrderedStore}
 * snapshots.h2     snapshots, see {@link H2SnapshotStore}
 * *.h2.journal     see {@link BlockFile}
 * </pre>
 *
 * The three stores have nothing in common but the directory, since different threads own them.
 */
final class H2Storage implements Storage {
    static final String LOG = "log.h2";
    static final String STATE = "state.h2";
    static final String SNAPSHOTS = "snapshots.h2";

    /** Version 1 is the first; a directory without FORMAT must not hold a file of ours. */
    private static final DataDirectory.Formats FORMATS =
            new DataDirectory.Formats(
                    H2StorageProvider.NAME, List.of(), H2Storage::unmarkedVersion);

    /** Entries and snapshots are mostly read in order, so a small cache serves them. */
    private static final long SMALL_CACHE_MAX = 4 << 20;

    private static final long CACHE_UNIT = 1 << 20;

    private final DataDirectory directory;
    private final Fuse fuse;
    private final H2LogStore log;
    private final H2OrderedStore ordered;
    private final H2SnapshotStore snapshots;
    private boolean closed;

    private H2Storage(
            DataDirectory directory,
            Fuse fuse,
            H2LogStore log,
            H2OrderedStore ordered,
            H2SnapshotStore snapshots) {
        this.directory = directory;
        this.fuse = fuse;
        this.log = log;
        this.ordered = ordered;
        this.snapshots = snapshots;
    }

    private static int unmarkedVersion(Path path) {
        return Files.exists(path.resolve(LOG)) ? 1 : 0;
    }

    static H2Storage open(Path path, H2Options options, BlockFile.Opener opener) {
        DataDirectory directory = DataDirectory.open(path, FORMATS);
        H2Storage storage = null;
        try {
            storage = openLocked(directory, new Setup(options, opener, new Fuse()));
            return storage;
        } finally {
            if (storage == null) {
                directory.close();
            }
        }
    }

    private static H2Storage openLocked(DataDirectory directory, Setup setup) {
        Path path = directory.path();
        long smallCache =
                Math.max(CACHE_UNIT, Math.min(SMALL_CACHE_MAX, setup.options().cacheBytes() / 4));
        H2LogStore log = H2LogStore.open(path.resolve(LOG), setup, smallCache);
        H2OrderedStore ordered = null;
        H2Storage storage = null;
        try {
            ordered = H2OrderedStore.open(path.resolve(STATE), setup);
            H2SnapshotStore snapshots =
                    H2SnapshotStore.open(path.resolve(SNAPSHOTS), setup, CACHE_UNIT);
            storage = new H2Storage(directory, setup.fuse(), log, ordered, snapshots);
            return storage;
        } finally {
            if (storage == null) {
                log.abandon();
                if (ordered != null) {
                    ordered.abandon();
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
        RuntimeException failure = null;
        try {
            if (!fuse.blown()) {
                ordered.flush();
            }
        } catch (StorageException.Full e) {
            throw e; // before anything is released
        } catch (RuntimeException e) {
            failure = e;
        }
        closed = true;
        fuse.close();
        for (Runnable part :
                new Runnable[] {log::close, ordered::close, snapshots::close, directory::close}) {
            try {
                part.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
