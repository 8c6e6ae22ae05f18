package org.pdtoolkit.kv.codec;

import java.nio.ByteBuffer;
import org.pdtoolkit.bytes.Bytes;

/**
 * Reads what {@link ByteWriter} wrote. Every fault of the input is an {@link
 * IllegalArgumentException}, and nothing is allocated that the input is not long enough to fill.
 *
 * <p>Thread: one.
 */
public final class ByteReader {
    private final ByteBuffer input;

    public ByteReader(Bytes source) {
        input = source.asByteBuffer();
    }

    public int readByte() {
        if (!input.hasRemaining()) {
            throw new IllegalArgumentException("truncated at byte " + input.position());
        }
        return input.get() & 0xff;
    }

    /** Reads an unsigned 64-bit number. */
    public long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IllegalArgumentException("number over 64 bits before byte " + input.position());
    }

    public long readSigned() {
        long coded = readVarint();
        return (coded >>> 1) ^ -(coded & 1);
    }

    /**
     * Reads a number of elements.
     *
     * @param elementBytesMin least number of bytes that an element takes
     */
    public int readCount(int elementBytesMin) {
        long count = readVarint();
        if (count < 0 || count > input.remaining() / elementBytesMin) {
            throw new IllegalArgumentException(
                    "count "
                            + Long.toUnsignedString(count)
                            + " does not fit into the "
                            + input.remaining()
                            + " bytes left");
        }
        return (int) count;
    }

    /** Reads length and content. */
    public Bytes readBytes() {
        byte[] content = new byte[readCount(1)];
        input.get(content);
        return Bytes.wrap(content);
    }

    /** Everything that is left. */
    public Bytes readRest() {
        byte[] content = new byte[input.remaining()];
        input.get(content);
        return Bytes.wrap(content);
    }

    /** Refuses input that goes on. */
    public void expectEnd() {
        if (input.hasRemaining()) {
            throw new IllegalArgumentException(
                    input.remaining() + " bytes too many after byte " + input.position());
        }
    }
}
