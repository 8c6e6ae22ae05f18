package org.pdtoolkit.server.runtime;

import java.nio.ByteBuffer;
import org.pdtoolkit.bytes.Bytes;

/**
 * What a normal log entry carries.
 *
 * <pre>
 *  0       1      2             10
 *  +-------+------+-------------+---------
 *  | 1     | kind | request (8) | payload …     1 is the format's version
 *  +-------+------+-------------+---------
 * </pre>
 *
 * @param request finds the waiting caller on the member that proposed it
 */
record Envelope(Kind kind, long request, Bytes payload) {
    static final int HEADER_BYTES = 2 + Long.BYTES;
    private static final byte VERSION = 1;

    enum Kind {
        /** A command of the key-value machine. */
        KV,
        /** A member publishes its name and client URLs. */
        PUBLISH,
        /** Every member is to tell the checksum of its key space as of this entry. */
        HASH_ASK,
        /** A member's checksum, {@link CorruptionCheck.Report}. */
        HASH_TELL;

        private static final Kind[] ALL = values();
    }

    byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + payload.size());
        buffer.put(VERSION).put((byte) kind.ordinal()).putLong(request);
        payload.copyTo(buffer);
        return buffer.array();
    }

    /**
     * @throws IllegalArgumentException for anything this version did not write
     */
    static Envelope decode(byte[] data) {
        if (data.length < HEADER_BYTES
                || data[0] != VERSION
                || Byte.toUnsignedInt(data[1]) >= Kind.ALL.length) {
            throw new IllegalArgumentException(
                    "log entry of "
                            + data.length
                            + " bytes is of a format this version does not"
                            + " read");
        }
        ByteBuffer buffer = ByteBuffer.wrap(data);
        buffer.get();
        Kind kind = Kind.ALL[buffer.get()];
        return new Envelope(kind, buffer.getLong(), Bytes.copyOf(data, HEADER_BYTES, data.length));
    }
}
