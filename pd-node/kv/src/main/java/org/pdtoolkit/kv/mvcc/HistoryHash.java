package org.pdtoolkit.kv.mvcc;

import java.util.Iterator;
import java.util.zip.CRC32C;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.StoreHash;
import org.pdtoolkit.storage.OrderedStore;

/**
 * CRC-32C over the word {@code key} and then every record of the history, key and value, that
 * compaction at the compact revision keeps. What compaction has yet to delete does not count, so
 * members agree however far each of them has come with it. Source: etcd HashKV.
 *
 * <p>Thread: the reader's; takes time in the size of the store and a record of memory.
 */
public final class HistoryHash {
    private static final Bytes NAME = Bytes.utf8("key");

    private HistoryHash() {}

    /**
     * @param revision 0 for the newest
     * @throws KvException COMPACTED, FUTURE_REVISION
     */
    public static StoreHash of(StoreView view, long revision) {
        if (revision != 0 && revision < Math.max(0, view.compactRevision())) {
            throw new KvException(KvError.COMPACTED);
        }
        if (revision > view.revision()) {
            throw new KvException(KvError.FUTURE_REVISION);
        }
        long until = revision == 0 ? view.revision() : revision;
        CRC32C crc = new CRC32C();
        crc.update(NAME.asByteBuffer());
        Iterator<OrderedStore.Pair> records = view.records(0, until + 1);
        while (records.hasNext()) {
            OrderedStore.Pair record = records.next();
            if (kept(view, record)) {
                crc.update(record.key().asByteBuffer());
                crc.update(record.value().asByteBuffer());
            }
        }
        return new StoreHash((int) crc.getValue(), view.revision(), view.compactRevision(), until);
    }

    /** A deletion stays at the compact revision itself; see {@link Compactor}. */
    private static boolean kept(StoreView view, OrderedStore.Pair record) {
        RevisionId id = StoreView.id(record);
        long compacted = view.compactRevision();
        if (id.revision() > compacted) {
            return true;
        }
        Version version = view.index().find(StoreView.decode(record, false).key());
        while (version != null && version.revision() > compacted) {
            version = version.older();
        }
        return version != null
                && version.id().equals(id)
                && (version.live() || version.revision() == compacted);
    }
}
