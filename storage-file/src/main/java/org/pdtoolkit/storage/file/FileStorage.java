package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.support.DataDirectory;
import org.pdtoolkit.storage.support.Fuse;

/**
 * One open data directory.
 *
 * <pre>
 * LOCK, FORMAT    see {@link DataDirectory}
 * log/*.log       Raft log and hard state, see {@link FileLogStore}
 * state/*.state   applied state, see {@link FileOrderedStore}
 * snap/*.snap     snapshots, see {@link FileSnapshotStore}
 * </pre>
 *
 * Directories are readable by the owner alone (0700), files too (0600); {@code *.tmp} is what a
 * crash left unfinished and is deleted at the next start.
 */
final class FileStorage implements Storage {
    private static final String LOG = "log";

    /** Version 1 had no {@code FORMAT} file and is the same else. */
    private static final DataDirectory.Formats FORMATS =
            new DataDirectory.Formats(
                    FileStorageProvider.NAME, List.of(directory -> {}), FileStorage::unmarked);

    private final DataDirectory directory;
    private final Fuse fuse;
    private final FileLogStore log;
    private final FileSnapshotStore snapshots;
    private final FileOrderedStore ordered;
    private boolean closed;

    private FileStorage(
            DataDirectory directory,
            Fuse fuse,
            FileLogStore log,
            FileSnapshotStore snapshots,
            FileOrderedStore ordered) {
        this.directory = directory;
        this.fuse = fuse;
        this.log = log;
        this.snapshots = snapshots;
        this.ordered = ordered;
    }

    private static int unmarked(Path directory) throws IOException {
        Path log = directory.resolve(LOG);
        if (!Files.isDirectory(log)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(log)) {
            boolean written = files.anyMatch(file -> file.toString().endsWith(LogSegments.SUFFIX));
            return written ? 1 : 0;
        }
    }

    static FileStorage open(FileSystemOps fs, Path path, FileOptions options) {
        DataDirectory directory = DataDirectory.open(path, FORMATS);
        FileStorage storage = null;
        try {
            storage = openLocked(fs, directory, options);
            return storage;
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(path, e);
        } catch (IOException e) {
            throw new Fuse().fail("opening", path, e);
        } finally {
            if (storage == null) {
                directory.close();
            }
        }
    }

    private static FileStorage openLocked(
            FileSystemOps fs, DataDirectory directory, FileOptions options) throws IOException {
        Fuse fuse = new Fuse();
        Path path = directory.path();
        FileLogStore log = FileLogStore.open(fs, path.resolve(LOG), options, fuse);
        FileOrderedStore ordered = null;
        FileStorage storage = null;
        try {
            ordered = FileOrderedStore.open(fs, path.resolve("state"), options, fuse);
            FileSnapshotStore snapshots = FileSnapshotStore.open(fs, path.resolve("snap"), fuse);
            storage = new FileStorage(directory, fuse, log, snapshots, ordered);
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
        for (Closing part : new Closing[] {log::close, ordered::close, snapshots::close}) {
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
        directory.close();
        if (failure != null) {
            throw fuse.fail("closing", directory.path(), failure);
        }
    }

    private interface Closing {
        void close() throws IOException;
    }
}
