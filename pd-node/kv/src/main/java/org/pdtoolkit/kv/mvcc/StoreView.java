package org.pdtoolkit.kv.mvcc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * A published state together with a store view opened when first needed, and so not older than the
 * state.
 *
 * <p>Thread: the reader's.
 */
public final class StoreView implements ReadView, AutoCloseable {
    private final MvccState state;
    private final OrderedStore store;
    private OrderedStore.View view;

    StoreView(MvccState state, OrderedStore store) {
        this.state = state;
        this.store = store;
    }

    @Override
    public long revision() {
        return state.revision();
    }

    @Override
    public long compactRevision() {
        return state.compactRevision();
    }

    @Override
    public KeyIndex index() {
        return state.index();
    }

    @Override
    public Bytes value(Version version) {
        return value(view(), version);
    }

    /**
     * The pair of {@code key} before {@code revision}; {@code null} if there was none, or if that
     * is compacted.
     */
    public KeyValue previous(Bytes key, long revision) {
        Version newest = revision - 1 < compactRevision() ? null : index().find(key);
        Version before = newest == null ? null : newest.liveAt(revision - 1);
        return before == null ? null : pair(key, before);
    }

    /** Where {@link #history} stops, whichever is reached first; at least one revision is read. */
    public record HistoryBounds(int revisionsMax, long bytesMax, int recordsMax) {
        boolean reached(int revisions, long bytes, int records) {
            return revisions >= revisionsMax || bytes >= bytesMax || records >= recordsMax;
        }
    }

    /**
     * Reads whole revisions in {@code [from, until)}.
     *
     * @param from not below the compact revision
     * @param until at most one past the newest revision
     * @param wanted keys whose changes are of interest
     * @param bounds number of revisions with a wanted change, sum of the sizes of wanted keys and
     *     values, number of records wanted or not
     */
    public HistoryPage history(
            long from, long until, Predicate<Bytes> wanted, HistoryBounds bounds) {
        List<RevisionChanges> revisions = new ArrayList<>();
        List<KeyValue> changes = new ArrayList<>();
        long current = from;
        long bytes = 0;
        int read = 0;
        Iterator<OrderedStore.Pair> records = records(from, until);
        while (records.hasNext()) {
            OrderedStore.Pair record = records.next();
            long revision = id(record).revision();
            if (revision != current) {
                if (!changes.isEmpty()) {
                    revisions.add(new RevisionChanges(current, changes));
                    changes.clear();
                }
                current = revision;
                if (bounds.reached(revisions.size(), bytes, read)) {
                    return new HistoryPage(revisions, current);
                }
            }
            read++;
            KeyValue pair = decode(record, false);
            if (wanted.test(pair.key())) {
                KeyValue full = decode(record, true);
                changes.add(full);
                bytes += full.key().size() + full.value().size();
            }
        }
        if (!changes.isEmpty()) {
            revisions.add(new RevisionChanges(current, changes));
        }
        return new HistoryPage(revisions, until);
    }

    /** The stored changes of revisions {@code from} to before {@code until}, in order. */
    Iterator<OrderedStore.Pair> records(long from, long until) {
        return view().scan(
                        Space.HISTORY,
                        new RevisionId(from, 0).toKey(),
                        new RevisionId(until, 0).toKey());
    }

    private OrderedStore.View view() {
        if (view == null) {
            view = store.view();
        }
        return view;
    }

    @Override
    public void close() {
        if (view != null) {
            view.close();
            view = null;
        }
    }

    static Bytes value(OrderedStore.View view, Version version) {
        Bytes key = version.id().toKey();
        Bytes record = view.get(Space.HISTORY, key);
        if (record == null) {
            throw new MissingRecordException(version.id());
        }
        return decode(new OrderedStore.Pair(key, record), true).value();
    }

    static RevisionId id(OrderedStore.Pair record) {
        try {
            return RevisionId.fromKey(record.key());
        } catch (IllegalArgumentException e) {
            throw new StorageException.Corrupt(
                    "history key " + record.key() + ": " + e.getMessage());
        }
    }

    static KeyValue decode(OrderedStore.Pair record, boolean withValue) {
        RevisionId id = id(record);
        try {
            return HistoryRecord.decode(id.revision(), record.value(), withValue);
        } catch (IllegalArgumentException e) {
            throw new StorageException.Corrupt(
                    "history record of revision "
                            + id.revision()
                            + "/"
                            + id.sub()
                            + ": "
                            + e.getMessage());
        }
    }
}
