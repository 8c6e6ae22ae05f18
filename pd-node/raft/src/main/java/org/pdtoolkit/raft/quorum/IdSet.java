package org.pdtoolkit.raft.quorum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * An immutable set of node ids in ascending unsigned order, so that everything that walks over
 * nodes does it in the same order on every machine.
 */
public final class IdSet {
    public static final IdSet EMPTY = new IdSet(new long[0]);

    /** Strictly ascending as unsigned numbers; never modified. */
    private final long[] ids;

    private IdSet(long[] ids) {
        this.ids = ids;
    }

    /** The set of {@code ids}; repetitions count once. */
    public static IdSet of(long... ids) {
        IdSet set = EMPTY;
        for (long id : ids) {
            set = set.with(id);
        }
        return set;
    }

    /** The set of {@code ids}; repetitions count once. */
    public static IdSet copyOf(Collection<Long> ids) {
        IdSet set = EMPTY;
        for (long id : ids) {
            set = set.with(id);
        }
        return set;
    }

    public int size() {
        return ids.length;
    }

    public boolean isEmpty() {
        return ids.length == 0;
    }

    /** The id at {@code position} in {@code [0, size)}, ascending. */
    public long get(int position) {
        return ids[position];
    }

    public boolean contains(long id) {
        return positionOf(id) >= 0;
    }

    /** This set and {@code id}. */
    public IdSet with(long id) {
        int position = positionOf(id);
        if (position >= 0) {
            return this;
        }
        int insertion = -position - 1;
        long[] copy = new long[ids.length + 1];
        System.arraycopy(ids, 0, copy, 0, insertion);
        copy[insertion] = id;
        System.arraycopy(ids, insertion, copy, insertion + 1, ids.length - insertion);
        return new IdSet(copy);
    }

    /** This set without {@code id}. */
    public IdSet without(long id) {
        int position = positionOf(id);
        if (position < 0) {
            return this;
        }
        long[] copy = new long[ids.length - 1];
        System.arraycopy(ids, 0, copy, 0, position);
        System.arraycopy(ids, position + 1, copy, position, copy.length - position);
        return new IdSet(copy);
    }

    /** Everything that is in either set. */
    public IdSet union(IdSet other) {
        IdSet set = this;
        for (long id : other.ids) {
            set = set.with(id);
        }
        return set;
    }

    /** Number of ids that are in exactly one of the two sets. */
    public int differences(IdSet other) {
        int common = 0;
        for (long id : ids) {
            if (other.contains(id)) {
                common++;
            }
        }
        return ids.length + other.ids.length - 2 * common;
    }

    /** Ascending. */
    public List<Long> toList() {
        List<Long> list = new ArrayList<>(ids.length);
        for (long id : ids) {
            list.add(id);
        }
        return List.copyOf(list);
    }

    /** Position of {@code id}, or {@code -insertion - 1}. Sets are tiny, a linear scan wins. */
    private int positionOf(long id) {
        for (int i = 0; i < ids.length; i++) {
            int order = Long.compareUnsigned(ids[i], id);
            if (order == 0) {
                return i;
            }
            if (order > 0) {
                return -i - 1;
            }
        }
        return -ids.length - 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdSet && Arrays.equals(ids, ((IdSet) other).ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    /** Hexadecimal ids in parentheses, {@code (1 2 3)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < ids.length; i++) {
            text.append(i == 0 ? "" : " ").append(Long.toHexString(ids[i]));
        }
        return text.append(')').toString();
    }
}
