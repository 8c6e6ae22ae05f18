package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.RaftStorageException.Kind;
import org.pdtoolkit.raft.invariant.Invariant;

/**
 * Storage that lives in memory: the reference for others, and the cache a real one can be built
 * around. Thread: one owner; not synchronised.
 */
public final class MemoryStorage implements RaftStorage {
    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;

    /** Index and term of the last entry cut off; 0/0 at first. */
    private long baseIndex;

    private long baseTerm;

    /** {@code entries.get(i).index() == baseIndex + 1 + i}. */
    private List<Entry> entries = new ArrayList<>();

    @Override
    public InitialState initialState() {
        return new InitialState(hardState, snapshot.confState());
    }

    public HardState hardState() {
        return hardState;
    }

    public void setHardState(HardState newHardState) {
        hardState = newHardState;
    }

    @Override
    public long firstIndex() {
        return baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        return baseIndex + entries.size();
    }

    @Override
    public long term(long index) {
        if (index < baseIndex) {
            throw new RaftStorageException(Kind.COMPACTED);
        }
        if (index > lastIndex()) {
            throw new RaftStorageException(Kind.UNAVAILABLE);
        }
        return index == baseIndex ? baseTerm : entries.get(position(index)).term();
    }

    @Override
    public List<Entry> entries(long from, long until, long bytesMax) {
        if (from <= baseIndex) {
            throw new RaftStorageException(Kind.COMPACTED);
        }
        Invariant.check(
                until <= lastIndex() + 1, "until %d is behind last index %d", until, lastIndex());
        if (entries.isEmpty()) {
            throw new RaftStorageException(Kind.UNAVAILABLE);
        }
        List<Entry> range = entries.subList(position(from), position(until));
        long size = 0;
        for (int i = 0; i < range.size(); i++) {
            size += range.get(i).encodedSize();
            if (size > bytesMax && i > 0) {
                return List.copyOf(range.subList(0, i));
            }
        }
        return List.copyOf(range);
    }

    @Override
    public Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Appends, replacing the suffix that {@code appended} overlaps; what lies at or below the base
     * is ignored. A gap is fatal.
     */
    public void append(List<Entry> appended) {
        if (appended.isEmpty()) {
            return;
        }
        long last = appended.get(0).index() + appended.size() - 1;
        if (last <= baseIndex) {
            return;
        }
        int known = (int) Math.max(0, firstIndex() - appended.get(0).index());
        List<Entry> news = appended.subList(known, appended.size());
        long first = news.get(0).index();
        Invariant.check(
                first <= lastIndex() + 1, "gap: entry %d behind last index %d", first, lastIndex());
        entries.subList(position(first), entries.size()).clear();
        entries.addAll(news);
    }

    /** Drops all entries up to {@code index}. Errors: COMPACTED; behind the log is fatal. */
    public void compact(long index) {
        if (index <= baseIndex) {
            throw new RaftStorageException(Kind.COMPACTED);
        }
        Invariant.check(
                index <= lastIndex(), "compact %d is behind last index %d", index, lastIndex());
        baseTerm = term(index);
        entries = new ArrayList<>(entries.subList(position(index) + 1, entries.size()));
        baseIndex = index;
    }

    /** Replaces log and snapshot. Errors: SNAPSHOT_OUT_OF_DATE. */
    public void applySnapshot(Snapshot newSnapshot) {
        if (!snapshot.isEmpty() && snapshot.index() >= newSnapshot.index()) {
            throw new RaftStorageException(Kind.SNAPSHOT_OUT_OF_DATE);
        }
        snapshot = newSnapshot;
        baseIndex = newSnapshot.index();
        baseTerm = newSnapshot.term();
        entries = new ArrayList<>();
    }

    /**
     * Makes {@code data} the snapshot at {@code index}; the log stays as it is.
     *
     * @param confState null = as in the last snapshot
     */
    public Snapshot createSnapshot(long index, ConfState confState, byte[] data) {
        if (index <= snapshot.index()) {
            throw new RaftStorageException(Kind.SNAPSHOT_OUT_OF_DATE);
        }
        Invariant.check(
                index <= lastIndex(), "snapshot %d is behind last index %d", index, lastIndex());
        ConfState kept = confState == null ? snapshot.confState() : confState;
        snapshot = new Snapshot(index, term(index), kept, data);
        return snapshot;
    }

    private int position(long index) {
        return Math.toIntExact(index - baseIndex - 1);
    }
}
