package org.pdtoolkit.storage.tck.plain;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.support.Fuse;

/** A file each, named by its index; first the term, then the content. Held in memory meanwhile. */
final class PlainSnapshots implements SnapshotStore {
    static final String SUFFIX = ".snap";

    private final PlainFiles files;
    private final Fuse fuse;
    private final Flaw flaw;
    private PlainWriter writing;

    PlainSnapshots(PlainFiles files, Fuse fuse) {
        this.files = files;
        this.fuse = fuse;
        this.flaw = files.flaw();
    }

    private static String name(long index) {
        return String.format("%016x", index) + SUFFIX;
    }

    private static SnapshotId id(String name, byte[] content) {
        long index = Long.parseUnsignedLong(name.substring(0, name.length() - SUFFIX.length()), 16);
        return new SnapshotId(
                index, ByteBuffer.wrap(content).getLong(), content.length - Long.BYTES);
    }

    @Override
    public synchronized Optional<SnapshotId> latest() {
        fuse.check();
        List<String> names = files.list(SUFFIX);
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String newest = names.get(names.size() - 1);
        return Optional.of(id(newest, files.read(newest)));
    }

    @Override
    public synchronized Writer create(long index, long term) {
        fuse.check();
        if (writing != null) {
            throw new IllegalStateException("another snapshot is being written");
        }
        writing = new PlainWriter(index, term);
        if (flaw == Flaw.VISIBLE_BEFORE_PUBLISH) {
            files.write(name(index), ByteBuffer.allocate(Long.BYTES).putLong(term).array());
        }
        return writing;
    }

    @Override
    public synchronized InputStream read(SnapshotId id) {
        fuse.check();
        byte[] content = files.read(name(id.index()));
        if (content == null && flaw == Flaw.OLD_SNAPSHOT_FOR_A_MISSING_ONE) {
            content = latest().map(latest -> files.read(name(latest.index()))).orElse(null);
        } else if (content == null || !id(name(id.index()), content).equals(id)) {
            throw new IllegalArgumentException("no snapshot " + id);
        }
        return new ByteArrayInputStream(content, Long.BYTES, content.length - Long.BYTES);
    }

    /** The oldest first: a crash in between must not let an older one become the latest. */
    @Override
    public synchronized void retain(int count) {
        fuse.check();
        List<String> names = files.list(SUFFIX);
        int surplus = Math.max(0, names.size() - count);
        int from = flaw == Flaw.RETAIN_DELETES_THE_NEWEST ? names.size() - surplus : 0;
        if (surplus > 0) {
            files.delete(names.subList(from, from + surplus));
        }
    }

    private final class PlainWriter extends Writer {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final long index;
        private final long term;

        PlainWriter(long index, long term) {
            this.index = index;
            this.term = term;
            content.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(term).array());
        }

        @Override
        public OutputStream stream() {
            return content;
        }

        @Override
        public SnapshotId publish() {
            synchronized (PlainSnapshots.this) {
                fuse.check();
                if (writing != this) {
                    throw new IllegalStateException("snapshot is published or discarded");
                }
                files.write(name(index), content.toByteArray());
                writing = null;
                return new SnapshotId(index, term, content.size() - Long.BYTES);
            }
        }

        @Override
        public void close() {
            synchronized (PlainSnapshots.this) {
                if (writing == this) {
                    writing = null;
                }
            }
        }
    }
}
