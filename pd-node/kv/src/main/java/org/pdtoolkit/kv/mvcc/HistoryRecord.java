package org.pdtoolkit.kv.mvcc;

import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;

/**
 * Value format of the {@code HISTORY} space: a byte with the format and whether it is a put, the
 * key, and for a put create revision, version, lease, and the value up to the end.
 */
final class HistoryRecord {
    private static final int PUT_1 = 0x10;
    private static final int TOMBSTONE_1 = 0x11;

    private HistoryRecord() {}

    static Bytes ofPut(Bytes key, Version version, Bytes value) {
        return new ByteWriter(key.size() + value.size() + 32)
                .writeByte(PUT_1)
                .writeBytes(key)
                .writeVarint(version.createRevision())
                .writeVarint(version.version())
                .writeSigned(version.lease())
                .writeRaw(value)
                .toBytes();
    }

    static Bytes ofTombstone(Bytes key) {
        return new ByteWriter(key.size() + 8).writeByte(TOMBSTONE_1).writeBytes(key).toBytes();
    }

    /**
     * Decodes a record; a deletion has version 0.
     *
     * @param withValue false leaves the value empty
     * @throws IllegalArgumentException if it is no such record
     */
    static KeyValue decode(long revision, Bytes record, boolean withValue) {
        ByteReader reader = new ByteReader(record);
        int format = reader.readByte();
        Bytes key = reader.readBytes();
        if (format == TOMBSTONE_1) {
            reader.expectEnd();
            return new KeyValue(key, Bytes.EMPTY, 0, revision, 0, 0);
        }
        if (format != PUT_1) {
            throw new IllegalArgumentException("unknown record format " + format);
        }
        long createRevision = reader.readVarint();
        long version = reader.readVarint();
        long lease = reader.readSigned();
        Bytes value = withValue ? reader.readRest() : Bytes.EMPTY;
        return new KeyValue(key, value, createRevision, revision, version, lease);
    }
}
