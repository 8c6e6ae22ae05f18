package org.pdtoolkit.storage.h2;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.RootReference;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.Fuse;

/**
 * Snapshots in {@code snapshots.h2}: a map of the published ones, and one of their parts.
 *
 * <pre>
 * published   index 8 | term 8     → serial 8 | bytes 8 | parts 4
 * parts       serial 8 | number 4  → content, 64 KiB but for the last
 * </pre>
 *
 * <p>Numbers are big endian, so the last key published is that of the newest. Parts are saved in
 * bounded steps while they are written; the version that holds the published row makes them a
 * snapshot. Parts of a serial that is not published are what a crash left, and are removed.
 *
 * <p>Thread: any; one writer at a time.
 */
final class H2SnapshotStore implements SnapshotStore {
    private static final int PART_BYTES = 64 << 10;

    private final VersionedStore store;
    private final Fuse fuse;
    private final MVMap<Bytes, Bytes> published;
    private final MVMap<Bytes, Bytes> parts;
    private long nextSerial = 1;
    private PartWriter writing;

    private H2SnapshotStore(VersionedStore store, Fuse fuse) {
        this.store = store;
        this.fuse = fuse;
        this.published = store.map("published", BytesType.INSTANCE, BytesType.INSTANCE);
        this.parts = store.map("parts", BytesType.INSTANCE, BytesType.INSTANCE);
    }

    static H2SnapshotStore open(Path path, Setup setup, long cacheBytes) {
        return VersionedStore.open(
                path,
                setup,
                cacheBytes,
                versioned -> {
                    H2SnapshotStore opened = new H2SnapshotStore(versioned, setup.fuse());
                    opened.removeUnpublished();
                    return opened;
                });
    }

    private void removeUnpublished() {
        Set<Long> serials = new HashSet<>();
        published.values().forEach(row -> serials.add(Row.decode(row).serial()));
        // Keys alone, from one serial to the next: the content is not read.
        for (Bytes key = parts.firstKey(); key != null; ) {
            long serial = key.asByteBuffer().getLong();
            nextSerial = Math.max(nextSerial, serial + 1);
            if (!serials.contains(serial)) {
                removeParts(serial);
            }
            key = parts.ceilingKey(partKey(serial + 1, 0));
        }
    }

    private void removeParts(long serial) {
        Bytes end = partKey(serial + 1, 0);
        for (Bytes key = parts.ceilingKey(partKey(serial, 0));
                key != null && key.compareTo(end) < 0;
                key = parts.higherKey(key)) {
            parts.remove(key);
        }
    }

    /** Value of a published row. */
    private record Row(long serial, long bytes, int parts) {
        Bytes encode() {
            ByteBuffer row = ByteBuffer.allocate(20);
            return Bytes.wrap(row.putLong(serial).putLong(bytes).putInt(parts).array());
        }

        static Row decode(Bytes encoded) {
            ByteBuffer row = encoded.asByteBuffer();
            return new Row(row.getLong(), row.getLong(), row.getInt());
        }
    }

    private static Bytes rowKey(long index, long term) {
        return Bytes.ofLong(index).concat(Bytes.ofLong(term));
    }

    private static Bytes partKey(long serial, int number) {
        return Bytes.wrap(ByteBuffer.allocate(12).putLong(serial).putInt(number).array());
    }

    @Override
    public synchronized Optional<SnapshotId> latest() {
        fuse.check();
        try {
            Bytes key = published.lastKey();
            if (key == null) {
                return Optional.empty();
            }
            ByteBuffer id = key.asByteBuffer();
            long bytes = Row.decode(published.get(key)).bytes();
            return Optional.of(new SnapshotId(id.getLong(), id.getLong(), bytes));
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
    }

    @Override
    public synchronized Writer create(long index, long term) {
        fuse.check();
        if (writing != null) {
            throw new IllegalStateException("another snapshot is being written");
        }
        writing = new PartWriter(index, term, nextSerial++);
        return writing;
    }

    @Override
    public synchronized InputStream read(SnapshotId id) {
        fuse.check();
        try {
            Bytes row = published.get(rowKey(id.index(), id.term()));
            if (row == null) {
                throw new IllegalArgumentException("no snapshot " + id + ": it was deleted");
            }
            return new PartStream(Row.decode(row));
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
    }

    @Override
    public synchronized void retain(int count) {
        fuse.check();
        if (count < 0) {
            throw new IllegalArgumentException("count " + count);
        }
        Map<Bytes, Bytes> removed = new HashMap<>();
        try {
            Iterator<Bytes> oldestFirst = published.keyIterator(null);
            for (int left = published.size(); left > count; left--) {
                Bytes key = oldestFirst.next();
                removed.put(key, published.get(key));
            }
            removed.keySet().forEach(published::remove);
            store.save();
            removed.values().forEach(row -> removeParts(Row.decode(row).serial()));
        } catch (StorageException.Full e) {
            published.putAll(removed);
            throw e;
        } catch (RuntimeException e) {
            throw store.broken("delete", e);
        }
    }

    /** Lets go of the files; parts of what was being written go at the next open. */
    void close() {
        store.close();
    }

    /** Lets go of the files without writing. */
    void abandon() {
        store.closeFile();
    }

    private final class PartWriter extends Writer {
        private final long index;
        private final long term;
        private final long serial;
        private final OutputStream stream = new PartOutput(this);
        private byte[] part = new byte[PART_BYTES];
        private int filled;
        private int count;
        private long bytes;
        private boolean open = true;

        PartWriter(long index, long term, long serial) {
            this.index = index;
            this.term = term;
            this.serial = serial;
        }

        @Override
        public OutputStream stream() {
            return stream;
        }

        void write(byte[] source, int from, int length) {
            for (int done = 0; done < length; ) {
                int step = Math.min(length - done, PART_BYTES - filled);
                System.arraycopy(source, from + done, part, filled, step);
                filled += step;
                done += step;
                if (filled == PART_BYTES) {
                    flush();
                }
            }
        }

        private void flush() {
            synchronized (H2SnapshotStore.this) {
                requireOpen();
                try {
                    parts.put(partKey(serial, count), Bytes.copyOf(part, 0, filled));
                    count++;
                    bytes += filled;
                    filled = 0;
                    if (store.wantsSave()) {
                        store.save();
                    }
                } catch (RuntimeException e) {
                    throw store.broken("write", e);
                }
            }
        }

        private void requireOpen() {
            fuse.check();
            if (!open) {
                throw new IllegalStateException("snapshot is published or discarded");
            }
        }

        @Override
        public SnapshotId publish() {
            synchronized (H2SnapshotStore.this) {
                requireOpen();
                if (filled > 0) {
                    flush();
                }
                Bytes key = rowKey(index, term);
                Bytes before = published.put(key, new Row(serial, bytes, count).encode());
                try {
                    store.save();
                    if (before != null) {
                        removeParts(Row.decode(before).serial());
                    }
                } catch (StorageException.Full e) {
                    if (before == null) {
                        published.remove(key);
                    } else {
                        published.put(key, before);
                    }
                    close();
                    throw e;
                } catch (RuntimeException e) {
                    throw store.broken("publish", e);
                }
                done();
                return new SnapshotId(index, term, bytes);
            }
        }

        private void done() {
            open = false;
            part = new byte[0];
            if (writing == this) {
                writing = null;
            }
        }

        @Override
        public void close() {
            synchronized (H2SnapshotStore.this) {
                if (!open) {
                    return;
                }
                done();
                if (fuse.blown()) {
                    return;
                }
                try {
                    removeParts(serial);
                } catch (RuntimeException e) {
                    throw store.broken("discard", e);
                }
            }
        }
    }

    private static final class PartOutput extends OutputStream {
        private final PartWriter writer;

        PartOutput(PartWriter writer) {
            this.writer = writer;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int from, int length) {
            writer.write(source, from, length);
        }
    }

    /** The parts as they are now; they stay until it is closed. */
    private final class PartStream extends InputStream {
        private final MVStore.TxCounter usage = store.store().registerVersionUsage();
        private final RootReference<Bytes, Bytes> root = parts.getRoot();
        private final Row row;
        private final Cursor<Bytes, Bytes> cursor;
        private int next;
        private ByteBuffer part = ByteBuffer.allocate(0);
        private boolean closed;

        PartStream(Row row) {
            this.row = row;
            this.cursor = new Cursor<>(root, partKey(row.serial(), 0), null);
        }

        /** Whether there is a byte left in the part at hand. */
        private boolean advance() {
            while (!part.hasRemaining() && next < row.parts()) {
                fuse.check();
                if (closed) {
                    throw new IllegalStateException("stream is closed");
                }
                try {
                    boolean there =
                            cursor.hasNext() && cursor.next().equals(partKey(row.serial(), next));
                    if (!there) {
                        throw Fuse.corrupt(
                                store.path(),
                                BlockFile.HEADER,
                                "no part " + next,
                                row.parts() + " parts of snapshot " + row.serial());
                    }
                    part = cursor.getValue().asByteBuffer();
                    next++;
                } catch (RuntimeException e) {
                    throw store.translate("read", e);
                }
            }
            return part.hasRemaining();
        }

        @Override
        public int read() {
            return advance() ? part.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int from, int length) {
            if (length == 0) {
                return 0;
            }
            if (!advance()) {
                return -1;
            }
            int step = Math.min(length, part.remaining());
            part.get(target, from, step);
            return step;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                store.store().deregisterVersionUsage(usage);
            }
        }
    }
}
