package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A group of nodes with storages in memory and a network that loses only what a test says. */
final class Group {
    /** Far more than any test needs. */
    private static final int ROUNDS_MAX = 1000;

    /** One member and what it has applied. */
    static final class Member {
        final MemoryStorage storage = new MemoryStorage();
        final List<Entry> applied = new ArrayList<>();
        final List<ReadState> reads = new ArrayList<>();
        RaftNode node;
        ConfState confState = ConfState.EMPTY;

        String appliedText() {
            StringBuilder text = new StringBuilder();
            for (Entry entry : applied) {
                if (entry.type() == EntryType.NORMAL && entry.data().length > 0) {
                    text.append(text.length() == 0 ? "" : " ");
                    text.append(new String(entry.data(), StandardCharsets.UTF_8));
                }
            }
            return text.toString();
        }
    }

    final TreeMap<Long, Member> members = new TreeMap<>();
    Predicate<Message> loses = message -> false;
    private final UnaryOperator<RaftConfig.Builder> options;

    Group(int size, UnaryOperator<RaftConfig.Builder> options) {
        this.options = options;
        List<Long> voters = new ArrayList<>();
        for (long id = 1; id <= size; id++) {
            voters.add(id);
        }
        for (long id : voters) {
            Member member = new Member();
            member.confState = ConfState.ofVoters(voters);
            member.storage.applySnapshot(new Snapshot(10, 1, member.confState, new byte[0]));
            members.put(id, member);
            start(id);
        }
    }

    /** (Re)starts a member from its storage. */
    void start(long id) {
        restart(id, options);
    }

    /** Restarts a member with other options than the group has. */
    void restart(long id, UnaryOperator<RaftConfig.Builder> itsOptions) {
        Member member = members.get(id);
        member.node =
                new RaftNode(
                        itsOptions
                                .apply(
                                        RaftConfig.builder(id, member.storage)
                                                .maxBytesPerMessage(RaftConfig.NO_LIMIT)
                                                .random(RandomSource.seeded(id))
                                                .verify(true))
                                .build());
    }

    /** Adds a member with an empty storage, as one that joins. */
    RaftNode join(long id) {
        members.put(id, new Member());
        start(id);
        return members.get(id).node;
    }

    Member member(long id) {
        return members.get(id);
    }

    RaftNode node(long id) {
        return members.get(id).node;
    }

    void isolate(long id) {
        loses = loses.or(message -> message.from() == id || message.to() == id);
    }

    void cut(long a, long b) {
        loses =
                loses.or(
                        message ->
                                (message.from() == a && message.to() == b)
                                        || (message.from() == b && message.to() == a));
    }

    void heal() {
        loses = message -> false;
    }

    /** Handles one Ready of {@code id} and returns its messages without sending them. */
    List<Message> drain(long id) {
        List<Message> out = new ArrayList<>();
        Member member = members.get(id);
        while (member.node.hasReady()) {
            Ready ready = member.node.ready();
            if (!ready.hardState().isEmpty()) {
                member.storage.setHardState(ready.hardState());
            }
            if (!ready.snapshot().isEmpty()) {
                member.storage.applySnapshot(ready.snapshot());
                member.confState = ready.snapshot().confState();
            }
            member.storage.append(ready.entries());
            for (Entry entry : ready.committedEntries()) {
                member.applied.add(entry);
                if (entry.type() != EntryType.NORMAL) {
                    member.confState = member.node.applyConfChange(ConfChange.decode(entry));
                }
            }
            member.reads.addAll(ready.readStates());
            out.addAll(ready.messages());
            member.node.advance();
        }
        return out;
    }

    /** Lets everything happen that needs no tick. */
    void settle() {
        boolean busy = true;
        for (int round = 0; busy; round++) {
            assertTrue(round < ROUNDS_MAX, "the group does not come to rest");
            busy = false;
            List<Message> sent = new ArrayList<>();
            for (long id : members.keySet()) {
                sent.addAll(drain(id));
            }
            for (Message message : sent) {
                busy |= deliver(message);
            }
        }
    }

    /** Delivers unless the network loses it. */
    boolean deliver(Message message) {
        Member to = members.get(message.to());
        if (to == null || loses.test(message)) {
            return false;
        }
        try {
            to.node.step(message);
        } catch (RaftException e) {
            // A dropped forwarded proposal, or an answer from a node that was removed.
        }
        return true;
    }

    void tick(long id, int times) {
        for (int i = 0; i < times; i++) {
            node(id).tick();
        }
    }

    void elect(long id) {
        node(id).campaign();
        settle();
    }

    void propose(long id, String text) {
        node(id).propose(text.getBytes(StandardCharsets.UTF_8));
    }
}
