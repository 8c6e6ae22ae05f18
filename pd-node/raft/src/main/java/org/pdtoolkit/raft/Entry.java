package org.pdtoolkit.raft;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One entry of the replicated log.
 *
 * @param term in which a leader created it; 0 while only proposed
 * @param index from 1; 0 while only proposed
 * @param data not copied and never modified, by nobody
 */
public record Entry(long term, long index, EntryType type, byte[] data) {
    private static final byte[] NO_DATA = {};

    public Entry {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
    }

    /** A normal entry that a leader has yet to number. */
    public static Entry proposal(byte[] data) {
        return new Entry(0, 0, EntryType.NORMAL, data);
    }

    static Entry emptyProposal() {
        return proposal(NO_DATA);
    }

    Entry at(long newTerm, long newIndex) {
        return new Entry(newTerm, newIndex, type, data);
    }

    /**
     * Bytes of the protobuf form (type, term, index, data; what is unset costs nothing), which all
     * limits but those on payloads are counted in.
     */
    public int encodedSize() {
        int size = type == EntryType.NORMAL ? 0 : 2;
        size += 1 + varintSize(term) + 1 + varintSize(index);
        if (data.length > 0) {
            size += 1 + varintSize(data.length) + data.length;
        }
        return size;
    }

    private static int varintSize(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Sum of {@link #encodedSize}. */
    static long encodedSize(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
        }
        return size;
    }

    /** Sum of the lengths of the data. */
    static long payloadSize(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).data.length;
        }
        return size;
    }

    /** Longest prefix of at most {@code bytesMax} encoded bytes, but never less than one entry. */
    static List<Entry> limit(List<Entry> entries, long bytesMax) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
            if (size > bytesMax && i > 0) {
                return List.copyOf(entries.subList(0, i));
            }
        }
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Entry)) {
            return false;
        }
        Entry that = (Entry) other;
        return term == that.term
                && index == that.index
                && type == that.type
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(31 * term + index) + Arrays.hashCode(data) + type.ordinal();
    }

    @Override
    public String toString() {
        return term + "/" + index + " " + type + " " + data.length + " bytes";
    }
}
