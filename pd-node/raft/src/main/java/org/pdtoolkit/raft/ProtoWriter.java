package org.pdtoolkit.raft;

import java.util.Arrays;

/** Writes the few protobuf fields a membership change needs. */
final class ProtoWriter {
    private byte[] buffer = new byte[32];
    private int size;

    /** A number field; written even when 0. */
    void number(int field, long value) {
        varint((long) field << 3);
        varint(value);
    }

    /** A field of bytes, or of an encoded message. */
    void bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, buffer, size, value.length);
        size += value.length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    private void varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[size++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    private void reserve(int bytes) {
        if (size + bytes > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, size + bytes));
        }
    }
}
