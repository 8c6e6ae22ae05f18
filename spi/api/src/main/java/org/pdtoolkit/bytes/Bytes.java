package org.pdtoolkit.bytes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Immutable byte string ordered as unsigned bytes, the order of every key in etcd and PD.
 *
 * <p>Thread: safe, immutable.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;
    private int hash;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Copies {@code source}: later changes to it are not seen. */
    public static Bytes copyOf(byte[] source) {
        return source.length == 0 ? EMPTY : new Bytes(source.clone());
    }

    /** Copies bytes {@code [from, until)} of {@code source}. */
    public static Bytes copyOf(byte[] source, int from, int until) {
        return from == until ? EMPTY : new Bytes(Arrays.copyOfRange(source, from, until));
    }

    /** Takes ownership of {@code source}; the caller must never change it afterwards. */
    public static Bytes wrap(byte[] source) {
        return source.length == 0 ? EMPTY : new Bytes(source);
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Eight bytes, big endian: the form in which PD stores its counters. */
    public static Bytes ofLong(long value) {
        return new Bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    /**
     * Reads eight big-endian bytes.
     *
     * @throws IllegalArgumentException if the length is not 8
     */
    public long toLong() {
        if (array.length != Long.BYTES) {
            throw new IllegalArgumentException("expected 8 bytes, got " + array.length);
        }
        return ByteBuffer.wrap(array).getLong();
    }

    public int size() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    public byte at(int index) {
        return array[index];
    }

    public byte[] toArray() {
        return array.clone();
    }

    /** Read-only view, no copy. */
    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(array).asReadOnlyBuffer();
    }

    public void copyTo(ByteBuffer target) {
        target.put(array);
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.equals(
                        array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    public Bytes concat(Bytes tail) {
        byte[] joined = Arrays.copyOf(array, array.length + tail.array.length);
        System.arraycopy(tail.array, 0, joined, array.length, tail.array.length);
        return wrap(joined);
    }

    /**
     * The smallest byte string greater than every string that starts with this one; {@link #EMPTY}
     * when there is none (this is empty or all 0xff).
     */
    public Bytes prefixEnd() {
        for (int i = array.length - 1; i >= 0; i--) {
            if (array[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(array, i + 1);
                end[i]++;
                return new Bytes(end);
            }
        }
        return EMPTY;
    }

    public String toUtf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    public String toHex() {
        return HexFormat.of().formatHex(array);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(array);
            hash = h;
        }
        return h;
    }

    /** Printable ASCII as it is, the rest as {@code \xNN}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(array.length);
        for (byte b : array) {
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append("\\x").append(HexFormat.of().toHexDigits(b));
            }
        }
        return text.toString();
    }
}
