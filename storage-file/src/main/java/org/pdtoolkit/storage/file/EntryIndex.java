package org.pdtoolkit.storage.file;

import java.util.Arrays;
import org.pdtoolkit.storage.LogRecord;

/**
 * Where each entry of the log stands, and the data of the newest ones.
 *
 * <p>Cost: 28 bytes an entry, plus at most the bound of the cache. Thread: the log's owner.
 */
final class EntryIndex {
    private static final int RECORD_OVERHEAD = 64;

    private final long cacheBytesMax;
    private long[] terms = new long[64];
    private long[] offsets = new long[64];
    private int[] segments = new int[64];
    private int[] lengths = new int[64];
    private LogRecord[] cached = new LogRecord[64];

    /** Array position of {@link #first}. */
    private int head;

    private long first;
    private int size;
    private long cachedFrom;
    private long cachedBytes;

    EntryIndex(long first, long cacheBytesMax) {
        this.first = first;
        this.cachedFrom = first;
        this.cacheBytesMax = cacheBytesMax;
    }

    long first() {
        return first;
    }

    long last() {
        return first + size - 1;
    }

    long term(long index) {
        return terms[slot(index)];
    }

    /** Ordinal of the segment file that holds the entry. */
    int segment(long index) {
        return segments[slot(index)];
    }

    long offset(long index) {
        return offsets[slot(index)];
    }

    int length(long index) {
        return lengths[slot(index)];
    }

    /** The entry if it is in memory, else {@code null}. */
    LogRecord cached(long index) {
        return cached[slot(index)];
    }

    private int slot(long index) {
        if (index < first || index > last()) {
            throw new IndexOutOfBoundsException(
                    "index " + index + " outside of [" + first + ", " + last() + "]");
        }
        return head + (int) (index - first);
    }

    /** Adds the entry behind the last one. */
    void add(LogRecord entry, int segment, long offset) {
        if (head + size == terms.length) {
            moveInto(size > terms.length / 2 ? terms.length * 2 : terms.length);
        }
        int at = head + size;
        terms[at] = entry.term();
        offsets[at] = offset;
        segments[at] = segment;
        lengths[at] = entry.data().size();
        cached[at] = entry;
        size++;
        cachedBytes += entry.data().size() + RECORD_OVERHEAD;
        while (cachedBytes > cacheBytesMax && cachedFrom <= last()) {
            evict(slot(cachedFrom));
            cachedFrom++;
        }
    }

    private void moveInto(int capacity) {
        int end = head + size;
        terms = Arrays.copyOf(Arrays.copyOfRange(terms, head, end), capacity);
        offsets = Arrays.copyOf(Arrays.copyOfRange(offsets, head, end), capacity);
        segments = Arrays.copyOf(Arrays.copyOfRange(segments, head, end), capacity);
        lengths = Arrays.copyOf(Arrays.copyOfRange(lengths, head, end), capacity);
        cached = Arrays.copyOf(Arrays.copyOfRange(cached, head, end), capacity);
        head = 0;
    }

    private void evict(int slot) {
        LogRecord entry = cached[slot];
        if (entry != null) {
            cachedBytes -= entry.data().size() + RECORD_OVERHEAD;
            cached[slot] = null;
        }
    }

    /** Forgets the entries from {@code index} on. */
    void truncateFrom(long index) {
        while (size > 0 && last() >= index) {
            evict(head + size - 1);
            size--;
        }
        cachedFrom = Math.min(cachedFrom, last() + 1);
    }

    /** Forgets the entries up to and including {@code index}. */
    void dropThrough(long index) {
        while (size > 0 && first <= index) {
            evict(head);
            head++;
            first++;
            size--;
        }
        cachedFrom = Math.max(cachedFrom, first);
        if (terms.length > 64 && size < terms.length / 8) {
            moveInto(Math.max(64, Integer.highestOneBit(size + 1) * 2));
        }
    }

    /** Starts over, empty, at {@code newFirst}. */
    void restart(long newFirst) {
        truncateFrom(first);
        head = 0;
        first = newFirst;
        cachedFrom = newFirst;
    }
}
