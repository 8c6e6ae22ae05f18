package org.pdtoolkit.server.store;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.HardState;
import org.pdtoolkit.raft.RaftStorage;
import org.pdtoolkit.raft.RaftStorageException;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;

/**
 * The durable log as Raft's storage.
 *
 * <p>Thread: consensus, except {@link #applied(AppliedState)}, which the apply thread calls.
 */
public final class RaftLog implements RaftStorage {
    private static final EntryType[] TYPES = EntryType.values();

    private final LogStore store;
    private volatile AppliedState applied;
    private HardState written;

    /**
     * @param applied state that the ordered store holds; the core restarts behind it
     */
    public RaftLog(LogStore store, AppliedState applied) {
        this.store = store;
        this.applied = applied;
        org.pdtoolkit.storage.HardState stored = store.hardState();
        // A commit-only change is not forced to disk, so the applied state may know a later one.
        long commit = Math.max(stored.commit(), Math.min(applied.index(), store.lastIndex()));
        this.written = new HardState(stored.term(), stored.vote(), commit);
    }

    @Override
    public InitialState initialState() {
        return new InitialState(written, ConfStateCodec.decode(applied.confState()));
    }

    @Override
    public List<Entry> entries(long from, long until, long bytesMax) {
        if (from < store.firstIndex()) {
            throw new RaftStorageException(RaftStorageException.Kind.COMPACTED);
        }
        if (until > store.lastIndex() + 1) {
            throw new RaftStorageException(RaftStorageException.Kind.UNAVAILABLE);
        }
        List<LogRecord> records = store.read(from, until, bytesMax);
        List<Entry> entries = new ArrayList<>(records.size());
        long size = 0;
        for (LogRecord r : records) {
            Entry entry = new Entry(r.term(), r.index(), TYPES[r.kind()], r.data().toArray());
            // The store counts data and stops behind the bound, Raft counts more and before it.
            size += entry.encodedSize();
            if (size > bytesMax && !entries.isEmpty()) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    @Override
    public long term(long index) {
        if (index < store.firstIndex() - 1) {
            throw new RaftStorageException(RaftStorageException.Kind.COMPACTED);
        }
        if (index > store.lastIndex()) {
            throw new RaftStorageException(RaftStorageException.Kind.UNAVAILABLE);
        }
        return store.term(index);
    }

    @Override
    public long firstIndex() {
        return store.firstIndex();
    }

    @Override
    public long lastIndex() {
        return store.lastIndex();
    }

    /**
     * Where a snapshot would stand if it were taken now. The content is read from the ordered store
     * when it is sent, so it may be newer than this, never older.
     */
    @Override
    public Snapshot snapshot() {
        AppliedState state = applied;
        if (state.index() == 0) {
            throw new RaftStorageException(
                    RaftStorageException.Kind.SNAPSHOT_TEMPORARILY_UNAVAILABLE);
        }
        ConfState members = ConfStateCodec.decode(state.confState());
        return new Snapshot(state.index(), state.term(), members, new byte[0]);
    }

    /**
     * Makes a Ready durable.
     *
     * @param state the new hard state, or empty when unchanged
     * @param force write the hard state even if nothing in it needs to be durable
     * @return whether the disk was forced
     */
    public boolean append(HardState state, List<Entry> entries, boolean force) {
        if (!state.isEmpty()) {
            written = state;
        }
        if (entries.isEmpty() && !force) {
            return false;
        }
        List<LogRecord> records = new ArrayList<>(entries.size());
        for (Entry e : entries) {
            records.add(
                    new LogRecord(e.term(), e.index(), e.type().ordinal(), Bytes.wrap(e.data())));
        }
        store.append(stored(), records);
        return true;
    }

    /** Empties the log behind an installed snapshot. */
    public void reset(long index, long term, HardState state) {
        if (!state.isEmpty()) {
            written = state;
        }
        store.reset(index, term, stored());
    }

    /** Drops entries up to {@code index}, if there are any. */
    public void compact(long index) {
        if (index >= store.firstIndex() && index <= store.lastIndex()) {
            store.compact(index);
        }
    }

    /** Tells how far the ordered store is. Thread: apply. */
    public void applied(AppliedState state) {
        this.applied = state;
    }

    private org.pdtoolkit.storage.HardState stored() {
        return new org.pdtoolkit.storage.HardState(
                written.term(), written.vote(), written.commit());
    }
}
