package org.pdtoolkit.raft.tracker;

import org.pdtoolkit.raft.invariant.Invariant;

/**
 * The appends that were sent and not acknowledged yet, as a ring that grows on demand: most groups
 * never come near the limit.
 */
public final class Inflights {
    private static final int INITIAL_CAPACITY = 8;

    /** Most messages in flight, at least 1. */
    private final int countMax;

    /** Bytes from which on the window is full; 0 = no limit. The crossing message still fits. */
    private final long bytesMax;

    private int start;
    private int count;
    private long bytes;
    private long[] indexes = new long[0];
    private long[] sizes = new long[0];

    public Inflights(int countMax, long bytesMax) {
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    /**
     * Notes a message.
     *
     * @param lastIndex index of its last entry; ascending from call to call
     * @param size payload bytes
     */
    public void add(long lastIndex, long size) {
        Invariant.check(!isFull(), "cannot add to a full window (index %d)", lastIndex);
        if (count == indexes.length) {
            grow();
        }
        int slot = (start + count) % indexes.length;
        indexes[slot] = lastIndex;
        sizes[slot] = size;
        count++;
        bytes += size;
    }

    /** Forgets all messages whose last index is at most {@code index}. */
    public void freeUpTo(long index) {
        while (count > 0 && indexes[start] <= index) {
            bytes -= sizes[start];
            start = (start + 1) % indexes.length;
            count--;
        }
        if (count == 0) {
            start = 0;
        }
    }

    public boolean isFull() {
        return count == countMax || (bytesMax != 0 && bytes >= bytesMax);
    }

    public int count() {
        return count;
    }

    public long bytes() {
        return bytes;
    }

    /** Last index of the message at {@code position} in {@code [0, count)}, oldest first. */
    public long indexAt(int position) {
        return indexes[(start + position) % indexes.length];
    }

    /** Forgets everything. */
    public void reset() {
        start = 0;
        count = 0;
        bytes = 0;
    }

    private void grow() {
        int capacity = (int) Math.min(countMax, Math.max(INITIAL_CAPACITY, 2L * indexes.length));
        long[] grownIndexes = new long[capacity];
        long[] grownSizes = new long[capacity];
        for (int i = 0; i < count; i++) {
            int slot = (start + i) % indexes.length;
            grownIndexes[i] = indexes[slot];
            grownSizes[i] = sizes[slot];
        }
        start = 0;
        indexes = grownIndexes;
        sizes = grownSizes;
    }
}
