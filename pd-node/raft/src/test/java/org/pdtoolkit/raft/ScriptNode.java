package org.pdtoolkit.raft;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A node of a script: the core, its storage, and the snapshots its state machine made. */
class ScriptNode implements RaftStorage {
    final MemoryStorage storage = new MemoryStorage();
    final List<Snapshot> history = new ArrayList<>();
    final ArrayDeque<Message> appendWork = new ArrayDeque<>();
    final ArrayDeque<Message> applyWork = new ArrayDeque<>();
    RaftNode node;

    ScriptNode(Snapshot first) {
        history.add(first);
        if (!first.isEmpty()) {
            storage.applySnapshot(first);
        }
    }

    Snapshot lastSnapshot() {
        return history.get(history.size() - 1);
    }

    void persist(HardState hardState, List<Entry> entries, Snapshot snapshot) {
        if (!hardState.isEmpty()) {
            storage.setHardState(hardState);
        }
        if (!snapshot.isEmpty()) {
            if (!entries.isEmpty()) {
                throw new IllegalStateException(
                        "can't apply snapshot and entries at the same time");
            }
            storage.applySnapshot(snapshot);
        } else {
            storage.append(entries);
        }
    }

    void apply(List<Entry> entries) {
        for (Entry entry : entries) {
            byte[] payload = entry.data();
            ConfState confState = lastSnapshot().confState();
            if (entry.type() != EntryType.NORMAL) {
                ConfChange change = ConfChange.decode(entry);
                payload = change.context();
                confState = node.applyConfChange(change);
            }
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            data.writeBytes(lastSnapshot().data());
            data.writeBytes(payload);
            history.add(new Snapshot(entry.index(), entry.term(), confState, data.toByteArray()));
        }
    }

    @Override
    public InitialState initialState() {
        return storage.initialState();
    }

    @Override
    public List<Entry> entries(long from, long until, long bytesMax) {
        return storage.entries(from, until, bytesMax);
    }

    @Override
    public long term(long index) {
        return storage.term(index);
    }

    @Override
    public long firstIndex() {
        return storage.firstIndex();
    }

    @Override
    public long lastIndex() {
        return storage.lastIndex();
    }

    @Override
    public Snapshot snapshot() {
        return lastSnapshot();
    }
}
