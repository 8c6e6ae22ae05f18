package org.pdtoolkit.raft.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.MemoryStorage;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.RaftConfig;
import org.pdtoolkit.raft.RaftNode;
import org.pdtoolkit.raft.RandomSource;
import org.pdtoolkit.raft.Ready;
import org.pdtoolkit.raft.Role;
import org.pdtoolkit.raft.Snapshot;

/** Nodes that hand each other their messages at once; node 1 leads. */
final class InMemoryGroup {
    private static final int KEPT_ENTRIES = 1024;
    private static final long FIRST_INDEX = 2;

    private final List<MemoryStorage> storages = new ArrayList<>();
    private final List<RaftNode> nodes = new ArrayList<>();
    private final ArrayDeque<Message> network = new ArrayDeque<>();

    InMemoryGroup(int size) {
        List<Long> ids = new ArrayList<>();
        for (long id = 1; id <= size; id++) {
            ids.add(id);
        }
        ConfState voters = ConfState.ofVoters(ids);
        for (long id : ids) {
            MemoryStorage storage = new MemoryStorage();
            storage.applySnapshot(new Snapshot(FIRST_INDEX, 1, voters, new byte[0]));
            storages.add(storage);
            nodes.add(
                    new RaftNode(
                            RaftConfig.builder(id, storage)
                                    .applied(FIRST_INDEX)
                                    .random(RandomSource.seeded(id))
                                    .build()));
        }
        nodes.get(0).campaign();
        settle();
        if (nodes.get(0).role() != Role.LEADER) {
            throw new IllegalStateException("node 1 was not elected");
        }
    }

    /** Returns how many messages that took. */
    long replicate(byte[] data, int count) {
        for (int i = 0; i < count; i++) {
            nodes.get(0).propose(data);
        }
        long steps = settle();
        compact();
        return steps;
    }

    /** Last index that every node has applied. */
    long applied() {
        long applied = Long.MAX_VALUE;
        for (RaftNode node : nodes) {
            applied = Math.min(applied, node.applied());
        }
        return applied;
    }

    private long settle() {
        long steps = 0;
        boolean busy = true;
        while (busy) {
            busy = false;
            for (int i = 0; i < nodes.size(); i++) {
                if (nodes.get(i).hasReady()) {
                    handleReady(i);
                    busy = true;
                }
            }
            for (Message message = network.poll(); message != null; message = network.poll()) {
                nodes.get((int) message.to() - 1).step(message);
                steps++;
            }
        }
        if (applied() != nodes.get(0).lastIndex()) {
            throw new IllegalStateException("applied " + applied() + ", not all");
        }
        return steps;
    }

    private void handleReady(int position) {
        MemoryStorage storage = storages.get(position);
        Ready ready = nodes.get(position).ready();
        if (!ready.hardState().isEmpty()) {
            storage.setHardState(ready.hardState());
        }
        storage.append(ready.entries());
        network.addAll(ready.messages());
        nodes.get(position).advance();
    }

    private void compact() {
        for (MemoryStorage storage : storages) {
            if (storage.lastIndex() - storage.firstIndex() > 2 * KEPT_ENTRIES) {
                storage.compact(storage.lastIndex() - KEPT_ENTRIES);
            }
        }
    }
}
