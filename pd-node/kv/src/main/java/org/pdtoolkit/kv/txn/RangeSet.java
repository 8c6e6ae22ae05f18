package org.pdtoolkit.kv.txn;

import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;

/**
 * A set of keys given as ranges; kept as disjoint intervals. Thread: one; any, once it does not
 * change any more.
 */
public final class RangeSet {
    private static final Bytes ZERO = Bytes.wrap(new byte[] {0});

    /** From the first key of an interval to the first key after it, or EMPTY for no end. */
    private final TreeMap<Bytes, Bytes> intervals = new TreeMap<>();

    public void add(KeyRange range) {
        if (range.isSingle()) {
            add(range.key(), range.key().concat(ZERO));
        } else {
            add(range.key(), range.isOpenEnded() ? Bytes.EMPTY : range.end());
        }
    }

    void addAll(RangeSet other) {
        other.intervals.forEach(this::add);
    }

    boolean contains(Bytes key) {
        Map.Entry<Bytes, Bytes> below = intervals.floorEntry(key);
        return below != null && before(key, below.getValue());
    }

    /** Whether every key of {@code range} is in; no range without keys is. */
    public boolean containsAll(KeyRange range) {
        if (range.isSingle()) {
            return contains(range.key());
        }
        Bytes until = range.isOpenEnded() ? Bytes.EMPTY : range.end();
        Map.Entry<Bytes, Bytes> below = intervals.floorEntry(range.key());
        return below != null
                && before(range.key(), below.getValue())
                && before(range.key(), until)
                && later(below.getValue(), until).equals(below.getValue());
    }

    int size() {
        return intervals.size();
    }

    private void add(Bytes from, Bytes until) {
        if (!before(from, until)) {
            return;
        }
        Bytes start = from;
        Bytes end = until;
        Map.Entry<Bytes, Bytes> touching = intervals.lowerEntry(from);
        if (touching != null && !before(touching.getValue(), from)) {
            start = touching.getKey();
            end = later(end, touching.getValue());
        }
        Map.Entry<Bytes, Bytes> inside = intervals.ceilingEntry(from);
        while (inside != null && (end.isEmpty() || inside.getKey().compareTo(end) <= 0)) {
            end = later(end, inside.getValue());
            intervals.remove(inside.getKey());
            inside = intervals.ceilingEntry(from);
        }
        intervals.put(start, end);
    }

    /** Whether {@code key} lies before {@code end}, where EMPTY is past everything. */
    private static boolean before(Bytes key, Bytes end) {
        return end.isEmpty() || (!key.isEmpty() && key.compareTo(end) < 0);
    }

    private static Bytes later(Bytes one, Bytes other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Bytes.EMPTY;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }
}
