package org.pdtoolkit.kv.machine;

import java.util.Iterator;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;
import org.pdtoolkit.kv.lease.LeaseTable;
import org.pdtoolkit.kv.mvcc.KeyIndex;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * Leases in the {@code META} space: prefix and 8 bytes of id, to a format byte and the seconds to
 * live. Which keys hang on a lease is not stored: the keys say it.
 */
final class LeaseRecords {
    private static final Bytes PREFIX = Bytes.utf8("kv/lease/");
    private static final int FORMAT = 1;

    private LeaseRecords() {}

    static void stageGrant(Batch batch, long id, long ttlSeconds) {
        Bytes record = new ByteWriter(16).writeByte(FORMAT).writeVarint(ttlSeconds).toBytes();
        batch.put(Space.META, key(id), record);
    }

    static void stageRevoke(Batch batch, long id) {
        batch.delete(Space.META, key(id));
    }

    /** Fills an empty {@code table}. */
    static void load(OrderedStore store, KeyIndex index, LeaseTable table) {
        try (OrderedStore.View view = store.view()) {
            Iterator<OrderedStore.Pair> records = view.scan(Space.META, PREFIX, PREFIX.prefixEnd());
            while (records.hasNext()) {
                load(records.next(), table);
            }
        }
        index.visitAll(
                (key, newest) -> {
                    if (newest.lease() != 0) {
                        table.move(key, 0, newest.lease());
                    }
                    return true;
                });
    }

    private static void load(OrderedStore.Pair pair, LeaseTable table) {
        try {
            byte[] key = pair.key().toArray();
            long id = Bytes.copyOf(key, PREFIX.size(), key.length).toLong();
            ByteReader reader = new ByteReader(pair.value());
            int format = reader.readByte();
            long ttlSeconds = reader.readVarint();
            reader.expectEnd();
            if (format != FORMAT || ttlSeconds < 1 || ttlSeconds > KvLimits.LEASE_TTL_SECONDS_MAX) {
                throw new IllegalArgumentException("format " + format + ", ttl " + ttlSeconds);
            }
            table.grant(id, ttlSeconds);
        } catch (IllegalArgumentException e) {
            throw new StorageException.Corrupt(
                    "lease record " + pair.key() + ": " + e.getMessage());
        }
    }

    private static Bytes key(long id) {
        return PREFIX.concat(Bytes.ofLong(id));
    }
}
