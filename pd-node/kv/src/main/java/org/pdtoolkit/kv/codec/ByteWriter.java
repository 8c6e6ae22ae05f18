package org.pdtoolkit.kv.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.pdtoolkit.bytes.Bytes;

/**
 * Growing byte buffer. Integers are LEB128 varints, signed ones zigzag coded, byte strings carry
 * their length in front.
 *
 * <p>Thread: one.
 */
public final class ByteWriter {
    private byte[] buffer;
    private int size;

    /**
     * @param capacity bytes expected, a hint
     */
    public ByteWriter(int capacity) {
        buffer = new byte[Math.max(16, capacity)];
    }

    public ByteWriter writeByte(int value) {
        ensure(1);
        buffer[size++] = (byte) value;
        return this;
    }

    /** Writes {@code value} as an unsigned number of 1 to 10 bytes. */
    public ByteWriter writeVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
        return this;
    }

    /** Writes {@code value} so that small numbers of either sign are short. */
    public ByteWriter writeSigned(long value) {
        return writeVarint((value << 1) ^ (value >> 63));
    }

    /** Writes length and content. */
    public ByteWriter writeBytes(Bytes value) {
        return writeVarint(value.size()).writeRaw(value);
    }

    /** Writes the content alone. */
    public ByteWriter writeRaw(Bytes value) {
        ensure(value.size());
        value.copyTo(ByteBuffer.wrap(buffer, size, value.size()));
        size += value.size();
        return this;
    }

    /** What was written; the writer must not be used afterwards. */
    public Bytes toBytes() {
        return Bytes.wrap(size == buffer.length ? buffer : Arrays.copyOf(buffer, size));
    }

    private void ensure(int more) {
        if (buffer.length - size < more) {
            int wanted = Math.addExact(size, more);
            buffer = Arrays.copyOf(buffer, Math.max(wanted, wanted + (wanted >> 1)));
        }
    }
}
