package org.pdtoolkit.storage.h2;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.RootReference;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.support.Fuse;

/**
 * A picture of the applied state: the roots of its B-trees. While it is open, MVStore gives away no
 * page that can be reached from them.
 *
 * <p>Thread: any; closing once.
 */
final class H2View implements OrderedStore.View {
    private final VersionedStore store;
    private final Fuse fuse;
    private final H2OrderedStore.Image image;
    private final MVStore.TxCounter usage;
    private volatile boolean closed;

    H2View(VersionedStore store, Fuse fuse, H2OrderedStore.Image image, MVStore.TxCounter usage) {
        this.store = store;
        this.fuse = fuse;
        this.image = image;
        this.usage = usage;
    }

    @Override
    public AppliedState applied() {
        return image.applied();
    }

    @Override
    public Bytes get(Space space, Bytes key) {
        RootReference<Bytes, Bytes> root = root(space);
        try {
            return root.root.map.get(root.root, key);
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
    }

    private RootReference<Bytes, Bytes> root(Space space) {
        fuse.check();
        if (closed) {
            throw new IllegalStateException("view is closed");
        }
        return image.roots().get(space);
    }

    @Override
    public Iterator<OrderedStore.Pair> scan(Space space, Bytes from, Bytes until) {
        return scan(space, from, until, false);
    }

    @Override
    public Iterator<OrderedStore.Pair> scanBackward(Space space, Bytes from, Bytes until) {
        return scan(space, from, until, true);
    }

    private Iterator<OrderedStore.Pair> scan(
            Space space, Bytes from, Bytes until, boolean backward) {
        RootReference<Bytes, Bytes> root = root(space);
        if (from != null && until != null && from.compareTo(until) >= 0) {
            return Collections.emptyIterator();
        }
        try {
            Cursor<Bytes, Bytes> cursor =
                    backward
                            ? new Cursor<>(root, until, from, true)
                            : new Cursor<>(root, from, until, false);
            return new Scan(cursor, until);
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.store().deregisterVersionUsage(usage);
        }
    }

    /** MVStore's bounds are inclusive, ours end before {@code until}. */
    private final class Scan implements Iterator<OrderedStore.Pair> {
        private final Cursor<Bytes, Bytes> cursor;
        private final Bytes until;
        private OrderedStore.Pair next;

        Scan(Cursor<Bytes, Bytes> cursor, Bytes until) {
            this.cursor = cursor;
            this.until = until;
        }

        @Override
        public boolean hasNext() {
            if (next != null) {
                return true;
            }
            fuse.check();
            try {
                while (next == null && cursor.hasNext()) {
                    Bytes key = cursor.next();
                    if (until == null || !key.equals(until)) {
                        next = new OrderedStore.Pair(key, cursor.getValue());
                    }
                }
            } catch (RuntimeException e) {
                throw store.translate("read", e);
            }
            return next != null;
        }

        @Override
        public OrderedStore.Pair next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            OrderedStore.Pair pair = next;
            next = null;
            return pair;
        }
    }
}
