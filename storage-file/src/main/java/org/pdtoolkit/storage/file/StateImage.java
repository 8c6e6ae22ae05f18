package org.pdtoolkit.storage.file;

import java.util.Arrays;
import java.util.Iterator;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/**
 * One edition of the whole state: the tree of every space and the applied state that belongs to
 * them. Immutable, so it is its own view.
 */
final class StateImage implements OrderedStore.View {
    static final StateImage EMPTY = new StateImage(emptyTrees(), AppliedState.NONE, 0);

    private final OrderedMap[] trees;
    private final AppliedState applied;
    private final long liveBytes;

    private StateImage(OrderedMap[] trees, AppliedState applied, long liveBytes) {
        this.trees = trees;
        this.applied = applied;
        this.liveBytes = liveBytes;
    }

    private static OrderedMap[] emptyTrees() {
        OrderedMap[] trees = new OrderedMap[Space.values().length];
        Arrays.fill(trees, OrderedMap.EMPTY);
        return trees;
    }

    @Override
    public AppliedState applied() {
        return applied;
    }

    /** Bytes the live pairs take in a state file, frames not counted. */
    long liveBytes() {
        return liveBytes;
    }

    OrderedMap tree(Space space) {
        return trees[space.ordinal()];
    }

    @Override
    public Bytes get(Space space, Bytes key) {
        return tree(space).get(key);
    }

    @Override
    public Iterator<OrderedStore.Pair> scan(Space space, Bytes from, Bytes until) {
        return tree(space).scan(from, until);
    }

    @Override
    public Iterator<OrderedStore.Pair> scanBackward(Space space, Bytes from, Bytes until) {
        return tree(space).scanBackward(from, until);
    }

    @Override
    public void close() {
        // nothing is held but memory
    }

    Editor edit() {
        return new Editor(this);
    }

    /** The same regions and nothing else. */
    StateImage onlyRegions() {
        OrderedMap[] kept = emptyTrees();
        OrderedMap regions = tree(Space.REGIONS);
        kept[Space.REGIONS.ordinal()] = regions;
        long bytes = 0;
        Iterator<OrderedStore.Pair> pairs = regions.scan(null, null);
        while (pairs.hasNext()) {
            OrderedStore.Pair pair = pairs.next();
            bytes += StateBody.bytes(new Batch.Write(Space.REGIONS, pair.key(), pair.value()));
        }
        return new StateImage(kept, AppliedState.NONE, bytes);
    }

    /** Builds the next edition. Thread: one. */
    static final class Editor {
        private final OrderedMap.Editor[] editors;
        private final OrderedMap[] trees;
        private AppliedState applied;
        private long liveBytes;

        private Editor(StateImage image) {
            trees = image.trees.clone();
            editors = new OrderedMap.Editor[trees.length];
            applied = image.applied;
            liveBytes = image.liveBytes;
        }

        void write(Batch.Write write) {
            int at = write.space().ordinal();
            if (editors[at] == null) {
                editors[at] = trees[at].edit();
            }
            Bytes old;
            if (write.value() == null) {
                old = editors[at].remove(write.key());
            } else {
                old = editors[at].put(write.key(), write.value());
                liveBytes += StateBody.bytes(write);
            }
            if (old != null) {
                liveBytes -= (long) StateBody.WRITE_BYTES + write.key().size() + old.size();
            }
        }

        void applied(AppliedState newApplied) {
            applied = newApplied;
        }

        AppliedState applied() {
            return applied;
        }

        StateImage done() {
            for (int i = 0; i < trees.length; i++) {
                if (editors[i] != null) {
                    trees[i] = editors[i].done();
                }
            }
            return new StateImage(trees.clone(), applied, liveBytes);
        }
    }
}
