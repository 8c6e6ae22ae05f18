package org.pdtoolkit.kv.mvcc;

import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.StorageException;

/**
 * The history as it lies in a store, for tools that work on one that no machine has open.
 *
 * <p>Thread: any.
 */
public final class StoredHistory {
    /** Revision of a store whose history is empty. */
    public static final long FIRST_REVISION = MvccState.FIRST_REVISION;

    private StoredHistory() {}

    /**
     * One change, without its value; a deletion has version 0.
     *
     * @throws StorageException.Corrupt for a pair that is none
     */
    public static KeyValue change(OrderedStore.Pair record) {
        return StoreView.decode(record, false);
    }

    /**
     * A record of {@code HISTORY} that makes this the newest revision and changes nothing: the
     * deletion of the empty key, which no request can name.
     */
    public static OrderedStore.Pair mark(long revision) {
        return new OrderedStore.Pair(
                new RevisionId(revision, 0).toKey(), HistoryRecord.ofTombstone(Bytes.EMPTY));
    }

    /** The pair of {@code META} that makes this the oldest readable revision. */
    public static OrderedStore.Pair compacted(long revision) {
        return new OrderedStore.Pair(MvccStore.COMPACT_KEY, Bytes.ofLong(revision));
    }
}
