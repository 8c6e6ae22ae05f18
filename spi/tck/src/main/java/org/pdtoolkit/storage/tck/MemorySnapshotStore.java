package org.pdtoolkit.storage.tck;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pdtoolkit.storage.SnapshotStore;

/** Snapshots as byte arrays by index. Thread: any. */
final class MemorySnapshotStore implements SnapshotStore {
    private final Runnable check;
    private final TreeMap<Long, Map.Entry<SnapshotId, byte[]>> published = new TreeMap<>();
    private MemoryWriter writing;

    MemorySnapshotStore(Runnable check) {
        this.check = check;
    }

    @Override
    public synchronized Optional<SnapshotId> latest() {
        check.run();
        return published.isEmpty()
                ? Optional.empty()
                : Optional.of(published.lastEntry().getValue().getKey());
    }

    @Override
    public synchronized Writer create(long index, long term) {
        check.run();
        if (writing != null) {
            throw new IllegalStateException("another snapshot is being written");
        }
        writing = new MemoryWriter(index, term);
        return writing;
    }

    @Override
    public synchronized InputStream read(SnapshotId id) {
        check.run();
        Map.Entry<SnapshotId, byte[]> entry = published.get(id.index());
        if (entry == null || entry.getKey().term() != id.term()) {
            throw new IllegalArgumentException("no snapshot " + id);
        }
        return new ByteArrayInputStream(entry.getValue());
    }

    @Override
    public synchronized void retain(int count) {
        check.run();
        while (published.size() > count) {
            published.pollFirstEntry();
        }
    }

    synchronized void discardUnfinished() {
        writing = null;
    }

    private final class MemoryWriter extends Writer {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final long index;
        private final long term;

        MemoryWriter(long index, long term) {
            this.index = index;
            this.term = term;
        }

        @Override
        public OutputStream stream() {
            return content;
        }

        @Override
        public SnapshotId publish() {
            synchronized (MemorySnapshotStore.this) {
                check.run();
                if (writing != this) {
                    throw new IllegalStateException("snapshot is published or discarded");
                }
                SnapshotId id = new SnapshotId(index, term, content.size());
                published.put(index, Map.entry(id, content.toByteArray()));
                writing = null;
                return id;
            }
        }

        @Override
        public void close() {
            synchronized (MemorySnapshotStore.this) {
                if (writing == this) {
                    writing = null;
                }
            }
        }
    }
}
