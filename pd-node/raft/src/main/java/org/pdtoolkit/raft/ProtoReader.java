package org.pdtoolkit.raft;

import java.util.Arrays;

/**
 * Reads protobuf fields one after the other; unknown ones can be skipped. Everything that is not
 * well-formed throws {@link IllegalArgumentException}.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final byte[] data;
    private int position;
    private int field;
    private int wireType;

    ProtoReader(byte[] data) {
        this.data = data;
    }

    /** Moves to the next field; false at the end. */
    boolean next() {
        if (position == data.length) {
            return false;
        }
        long tag = varint();
        wireType = (int) (tag & 7);
        long number = tag >>> 3;
        if (number == 0 || number > (1 << 29) - 1) {
            throw new IllegalArgumentException("bad field number " + number);
        }
        field = (int) number;
        return true;
    }

    int field() {
        return field;
    }

    long number() {
        require(VARINT);
        return varint();
    }

    byte[] bytes() {
        require(LENGTH_DELIMITED);
        int length = length();
        position += length;
        return Arrays.copyOfRange(data, position - length, position);
    }

    /** Steps over the current field. */
    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(8);
            case LENGTH_DELIMITED -> advance(length());
            case FIXED32 -> advance(4);
            default -> throw new IllegalArgumentException("bad wire type " + wireType);
        }
    }

    private void require(int expected) {
        if (wireType != expected) {
            throw new IllegalArgumentException(
                    "field " + field + " has wire type " + wireType + ", expected " + expected);
        }
    }

    private int length() {
        long length = varint();
        if (length < 0 || length > data.length - position) {
            throw new IllegalArgumentException("length " + length + " reaches behind the end");
        }
        return (int) length;
    }

    private void advance(int bytes) {
        if (bytes > data.length - position) {
            throw new IllegalArgumentException("field " + field + " reaches behind the end");
        }
        position += bytes;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == data.length) {
                throw new IllegalArgumentException("number reaches behind the end");
            }
            byte next = data[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("number has more than ten bytes");
    }
}
