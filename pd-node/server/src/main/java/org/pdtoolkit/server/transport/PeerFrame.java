package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A frame of the peer protocol. A connection starts with the eight bytes of {@link #PREFACE}, then
 * frames follow, HELLO first.
 *
 * <pre>
 *  0        4      5        9
 *  +--------+------+--------+----------
 *  | length | type | crc32c | payload …      big endian; length and checksum are the payload's
 *  +--------+------+--------+----------
 *  HELLO     stream (1) cluster (8) incarnation (8) from (8) to (8) promise in ms (4)
 *            count (1) of URLs, each length (2) text (UTF-8)
 *  WELCOME   flags (1): bit 0, the dialler has published itself before; promise in ms (4)
 *  REFUSED   reason (1) text (UTF-8)
 *  MESSAGE   a Raft message, {@link MessageCodec}
 *  CHUNK     a piece of a snapshot's content        END   nothing; the content is complete
 *  ACCEPTED  nothing; the receiver has the snapshot durable
 * </pre>
 *
 * @param payload released by whoever takes the frame
 */
record PeerFrame(Type type, ByteBuf payload) {
    /** Names the protocol and its version; a newer version has another last byte. */
    static final byte[] PREFACE = "PDRAFT\0\3".getBytes(StandardCharsets.ISO_8859_1);

    static final int HEADER_BYTES = 4 + 1 + 4;

    /** Bound of a payload: an append with the largest request that can be configured (150 MiB). */
    static final int PAYLOAD_BYTES_MAX = 160 << 20;

    enum Type {
        HELLO,
        WELCOME,
        REFUSED,
        MESSAGE,
        CHUNK,
        END,
        ACCEPTED;

        private static final Type[] ALL = values();

        /** The type with that number, or {@code null}. */
        static Type of(int number) {
            return number < ALL.length ? ALL[number] : null;
        }
    }

    /** What a connection carries. */
    enum Stream {
        CONTROL,
        BULK,
        SNAPSHOT,
        /** Asks only whether the dialler is known; see the WELCOME flags. */
        PROBE;

        private static final Stream[] ALL = values();

        static Stream of(int number) {
            if (number >= ALL.length) {
                throw new IllegalArgumentException("stream kind " + number);
            }
            return ALL[number];
        }
    }

    /** Writes a whole frame whose payload {@code body} appends. */
    static ByteBuf encode(ByteBufAllocator allocator, Type type, Consumer<ByteBuf> body) {
        ByteBuf out = allocator.buffer(256);
        boolean done = false;
        try {
            out.writeZero(HEADER_BYTES);
            body.accept(out);
            int length = out.writerIndex() - HEADER_BYTES;
            out.setInt(0, length);
            out.setByte(4, type.ordinal());
            out.setInt(5, checksum(out, HEADER_BYTES, length));
            done = true;
            return out;
        } finally {
            if (!done) {
                out.release();
            }
        }
    }

    static ByteBuf empty(ByteBufAllocator allocator, Type type) {
        return encode(allocator, type, out -> {});
    }

    static int checksum(ByteBuf buffer, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.nioBuffer(offset, length));
        return (int) crc.getValue();
    }
}
