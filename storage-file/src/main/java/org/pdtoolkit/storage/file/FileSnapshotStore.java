package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.support.Fuse;

/**
 * Snapshots in files {@code snap/<index>-<term>.snap}, both 16 hex digits, laid out as {@link
 * SnapshotFormat} says. A file gets this name when it is complete and forced.
 *
 * <p>Thread: any; one writer at a time.
 */
final class FileSnapshotStore implements SnapshotStore {
    private static final String SUFFIX = ".snap";
    private static final int NAME_DIGITS = 16;
    private static final String NAME = "[0-9a-f]{16}-[0-9a-f]{16}\\.snap";

    private final FileSystemOps fs;
    private final Path directory;
    private final Fuse fuse;
    private final SecureRandom random = new SecureRandom();
    private FileWriter writing;

    private FileSnapshotStore(FileSystemOps fs, Path directory, Fuse fuse) {
        this.fs = fs;
        this.directory = directory;
        this.fuse = fuse;
    }

    static FileSnapshotStore open(FileSystemOps fs, Path directory, Fuse fuse) throws IOException {
        fs.createDirectories(directory);
        FileNames.deleteLeftovers(fs, directory);
        // A snapshot whose name had not been forced when the process died is visible: keep it so.
        fs.syncDirectory(directory);
        return new FileSnapshotStore(fs, directory, fuse);
    }

    private Path path(long index, long term) {
        String name = FileNames.name(index, NAME_DIGITS) + "-" + FileNames.name(term, NAME_DIGITS);
        return directory.resolve(name + SUFFIX);
    }

    @Override
    public synchronized Optional<SnapshotId> latest() {
        fuse.check();
        List<SnapshotId> all = newestFirst();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    private List<SnapshotId> newestFirst() {
        List<SnapshotId> ids = new ArrayList<>();
        try {
            for (String name : fs.list(directory)) {
                if (name.matches(NAME)) {
                    long index = Long.parseUnsignedLong(name.substring(0, NAME_DIGITS), 16);
                    long term =
                            Long.parseUnsignedLong(
                                    name.substring(NAME_DIGITS + 1, 2 * NAME_DIGITS + 1), 16);
                    ids.add(new SnapshotId(index, term, contentBytes(directory.resolve(name))));
                }
            }
        } catch (IOException e) {
            throw fuse.fail("listing", directory, e);
        }
        Comparator<SnapshotId> order =
                (a, b) -> {
                    int byIndex = Long.compareUnsigned(b.index(), a.index());
                    return byIndex != 0 ? byIndex : Long.compareUnsigned(b.term(), a.term());
                };
        ids.sort(order);
        return ids;
    }

    /** From the size of the file alone; a file that was cut short is found when it is read. */
    private long contentBytes(Path file) throws IOException {
        try (FileSystemOps.Handle handle = fs.openForRead(file)) {
            return Math.max(0, SnapshotFormat.contentBytes(handle.size()));
        }
    }

    @Override
    public synchronized Writer create(long index, long term) {
        fuse.check();
        if (writing != null) {
            throw new IllegalStateException("another snapshot is being written");
        }
        Path path = path(index, term);
        Path temporary = FileNames.temporary(path);
        FileHeader header =
                new FileHeader(FileHeader.Kind.SNAPSHOT, index, random.nextLong(), term, 0);
        try {
            FileSystemOps.Handle handle = fs.create(temporary);
            try {
                writing = new FileWriter(handle, header, path, temporary);
            } catch (IOException e) {
                handle.close();
                fs.delete(temporary);
                throw e;
            }
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(temporary, e);
        } catch (IOException e) {
            throw fuse.fail("creating a snapshot", temporary, e);
        }
        return writing;
    }

    @Override
    public InputStream read(SnapshotId id) {
        fuse.check();
        Path path = path(id.index(), id.term());
        try {
            if (!fs.list(directory).contains(path.getFileName().toString())) {
                throw new IllegalArgumentException("no snapshot " + id + ": it was deleted");
            }
            FileSystemOps.Handle handle = fs.openForRead(path);
            boolean opened = false;
            try {
                FileHeader header =
                        FileHeader.read(handle, path, FileHeader.Kind.SNAPSHOT, id.index());
                if (header.firstSequence() != id.term()) {
                    throw Fuse.corrupt(
                            path,
                            32,
                            "term " + header.firstSequence(),
                            "the file name's " + id.term());
                }
                InputStream content = new SnapshotFormat.Input(handle, path, header);
                opened = true;
                return content;
            } finally {
                if (!opened) {
                    handle.close();
                }
            }
        } catch (IOException e) {
            throw fuse.fail("reading a snapshot", path, e);
        }
    }

    @Override
    public synchronized void retain(int count) {
        fuse.check();
        if (count < 0) {
            throw new IllegalArgumentException("count " + count);
        }
        List<SnapshotId> all = newestFirst();
        if (all.size() <= count) {
            return;
        }
        try {
            // The oldest first: a crash in between must not let an older one become the latest.
            for (int i = all.size() - 1; i >= count; i--) {
                fs.delete(path(all.get(i).index(), all.get(i).term()));
            }
            fs.syncDirectory(directory);
        } catch (IOException e) {
            throw fuse.fail("deleting a snapshot", directory, e);
        }
    }

    /** Lets go of a snapshot that is still being written; the next open deletes its file. */
    synchronized void close() throws IOException {
        if (writing != null) {
            writing.handle.close();
        }
    }

    private synchronized void written(FileWriter writer) {
        if (writing == writer) {
            writing = null;
        }
    }

    private final class FileWriter extends Writer {
        private final FileSystemOps.Handle handle;
        private final SnapshotFormat.Output output;
        private final Path path;
        private final Path temporary;
        private final FileHeader header;
        private boolean open = true;

        FileWriter(FileSystemOps.Handle handle, FileHeader header, Path path, Path temporary)
                throws IOException {
            this.handle = handle;
            this.header = header;
            this.path = path;
            this.temporary = temporary;
            this.output = new SnapshotFormat.Output(handle, header);
        }

        @Override
        public OutputStream stream() {
            return output;
        }

        @Override
        public SnapshotId publish() {
            fuse.check();
            if (!open) {
                throw new IllegalStateException("snapshot is published or discarded");
            }
            try {
                long bytes = output.finish();
                handle.force();
                handle.close();
                fs.rename(temporary, path);
                fs.syncDirectory(directory);
                open = false;
                written(this);
                return new SnapshotId(header.number(), header.firstSequence(), bytes);
            } catch (FileSystemOps.NoSpaceException e) {
                close();
                throw Fuse.full(temporary, e);
            } catch (IOException e) {
                throw fuse.fail("publishing a snapshot", temporary, e);
            }
        }

        @Override
        public void close() {
            if (!open) {
                return;
            }
            open = false;
            written(this);
            try {
                handle.close();
                fs.delete(temporary);
            } catch (IOException e) {
                throw fuse.fail("discarding a snapshot", temporary, e);
            }
        }
    }
}
