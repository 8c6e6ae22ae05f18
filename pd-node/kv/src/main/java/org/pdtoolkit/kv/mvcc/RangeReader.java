package org.pdtoolkit.kv.mvcc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.Op.SortOrder;
import org.pdtoolkit.kv.Op.SortTarget;
import org.pdtoolkit.kv.OpResult;

/**
 * Answers range requests: filters, order, limit and counts of etcd's Range. Works on the index and
 * reads only the values that the answer, or sorting by value, needs.
 *
 * <p>Thread: any; no state.
 */
public final class RangeReader {
    private record Entry(Bytes key, Version version, Bytes value) {
        Entry withValue(ReadView view) {
            return value != null ? this : new Entry(key, version, view.value(version));
        }

        KeyValue toPair(ReadView view) {
            return ReadView.pair(key, version, withValue(view).value());
        }

        /** As etcd answers from 3.7 on: no value, and no lease unless values were read anyway. */
        KeyValue toKey() {
            long lease = value == null ? 0 : version.lease();
            return new KeyValue(
                    key,
                    Bytes.EMPTY,
                    version.createRevision(),
                    version.revision(),
                    version.version(),
                    lease);
        }
    }

    private RangeReader() {}

    /**
     * Reads {@code range} at its revision, or at the newest if that is 0 or less.
     *
     * @throws KvException FUTURE_REVISION, COMPACTED
     */
    public static OpResult.Range read(ReadView view, Op.Range range) {
        long current = view.revision();
        long revision = range.revision() <= 0 ? current : range.revision();
        if (revision > current) {
            throw new KvException(KvError.FUTURE_REVISION);
        }
        if (revision < view.compactRevision()) {
            throw new KvException(KvError.COMPACTED);
        }
        boolean newest = revision == current;
        if (range.countOnly()) {
            long count = newest ? view.index().liveCount(range.range()) : count(view, range);
            return new OpResult.Range(current, List.of(), count, false);
        }
        boolean whole = filters(range) || sorts(range);
        boolean limited = range.limit() > 0 && range.limit() < Integer.MAX_VALUE;
        // One more than asked for tells whether there are more.
        long wanted = limited && !whole ? range.limit() + 1 : Long.MAX_VALUE;
        List<Entry> entries = new ArrayList<>();
        long[] seen = {0};
        view.index()
                .visit(
                        range.range(),
                        (key, head) -> {
                            Version version = head.liveAt(revision);
                            if (version == null) {
                                return true;
                            }
                            seen[0]++;
                            if (entries.size() < wanted && passes(range, version)) {
                                entries.add(new Entry(key, version, null));
                            }
                            return !newest || entries.size() < wanted;
                        });
        long count = newest ? view.index().liveCount(range.range()) : seen[0];
        List<Entry> sorted = sorts(range) ? sort(view, range, entries) : entries;
        boolean more = limited && sorted.size() > range.limit();
        List<KeyValue> pairs = new ArrayList<>();
        for (Entry entry : more ? sorted.subList(0, (int) range.limit()) : sorted) {
            pairs.add(range.keysOnly() ? entry.toKey() : entry.toPair(view));
        }
        return new OpResult.Range(current, pairs, count, more);
    }

    private static long count(ReadView view, Op.Range range) {
        long[] count = {0};
        view.index()
                .visit(
                        range.range(),
                        (key, head) -> {
                            if (head.liveAt(range.revision()) != null) {
                                count[0]++;
                            }
                            return true;
                        });
        return count[0];
    }

    private static boolean filters(Op.Range range) {
        return (range.minMod() | range.maxMod() | range.minCreate() | range.maxCreate()) != 0;
    }

    private static boolean passes(Op.Range range, Version version) {
        return (range.minMod() == 0 || version.revision() >= range.minMod())
                && (range.maxMod() == 0 || version.revision() <= range.maxMod())
                && (range.minCreate() == 0 || version.createRevision() >= range.minCreate())
                && (range.maxCreate() == 0 || version.createRevision() <= range.maxCreate());
    }

    /** Whether the answer is in another order than the index. */
    private static boolean sorts(Op.Range range) {
        return range.sortTarget() != SortTarget.KEY || range.sortOrder() == SortOrder.DESCEND;
    }

    /** Sorts so that equal elements keep key order, descending too. */
    private static List<Entry> sort(ReadView view, Op.Range range, List<Entry> entries) {
        Comparator<Entry> ascending =
                switch (range.sortTarget()) {
                    case KEY -> Comparator.comparing(Entry::key);
                    case VERSION -> Comparator.comparingLong(e -> e.version().version());
                    case CREATE -> Comparator.comparingLong(e -> e.version().createRevision());
                    case MOD -> Comparator.comparingLong(e -> e.version().revision());
                    case VALUE -> Comparator.comparing(Entry::value);
                };
        List<Entry> sorted = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            sorted.add(range.sortTarget() == SortTarget.VALUE ? entry.withValue(view) : entry);
        }
        sorted.sort(range.sortOrder() == SortOrder.DESCEND ? ascending.reversed() : ascending);
        return sorted;
    }
}
