package org.pdtoolkit.kv.mvcc;

import java.nio.ByteBuffer;
import org.pdtoolkit.bytes.Bytes;

/**
 * Names one change: the revision of its transaction and its place in it. As a key of the {@code
 * HISTORY} space: 8 and 4 bytes, big endian, so that the store keeps changes in order.
 *
 * @param revision from 2
 * @param sub from 0
 */
record RevisionId(long revision, int sub) {
    private static final int SIZE_BYTES = Long.BYTES + Integer.BYTES;

    Bytes toKey() {
        return Bytes.wrap(ByteBuffer.allocate(SIZE_BYTES).putLong(revision).putInt(sub).array());
    }

    /**
     * @throws IllegalArgumentException if {@code key} is no such key
     */
    static RevisionId fromKey(Bytes key) {
        if (key.size() != SIZE_BYTES) {
            throw new IllegalArgumentException("expected 12 bytes, got " + key.size());
        }
        ByteBuffer buffer = key.asByteBuffer();
        return new RevisionId(buffer.getLong(), buffer.getInt());
    }
}
