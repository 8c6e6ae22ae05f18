package org.pdtoolkit.raft;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must hold over all nodes and all history of a group, crashes included. Fed with everything
 * that nodes persist, send and apply; throws at the first contradiction.
 */
final class ClusterCheck {
    private record Position(long term, long index) {}

    private record Written(Entry entry, long previousTerm) {}

    private final Map<Long, Long> leaderOfTerm = new HashMap<>();
    private final Map<Long, Long> lastIndexOfLeader = new HashMap<>();
    private final Map<Position, Written> written = new HashMap<>();
    private final Map<Position, Long> votes = new HashMap<>();
    private final TreeMap<Long, Entry> applied = new TreeMap<>();
    private final TreeMap<Long, Long> hashes = new TreeMap<>(Map.of(0L, 0L));

    private static void require(boolean condition, String what, Object... details) {
        if (!condition) {
            throw new AssertionError(what + " " + List.of(details));
        }
    }

    /** I1, I2, I4: after every call to a node. */
    void onState(RaftNode node) {
        if (node.role() != Role.LEADER) {
            return;
        }
        Long known = leaderOfTerm.putIfAbsent(node.term(), node.id());
        if (known == null) {
            onElected(node);
        } else {
            require(known == node.id(), "I1 two leaders in one term", node.term());
        }
        Long last = lastIndexOfLeader.put(node.term(), node.lastIndex());
        require(
                last == null || last <= node.lastIndex(),
                "I2 a leader removed its own entries",
                node.id());
    }

    private void onElected(RaftNode node) {
        RaftLog log = node.raft().log();
        for (Entry entry : applied.tailMap(log.firstIndex()).values()) {
            require(
                    log.matchesTerm(entry.term(), entry.index()),
                    "I4 a committed entry is missing at a new leader",
                    node.id(),
                    entry);
        }
        require(
                applied.isEmpty() || applied.lastKey() <= log.lastIndex(),
                "I4 a new leader's log is too short",
                node.id());
    }

    /** I3: entries as they are written, with the term of the one before the first. */
    void onWrite(long termBefore, List<Entry> entries) {
        long previous = termBefore;
        for (Entry entry : entries) {
            Position position = new Position(entry.term(), entry.index());
            Written now = new Written(entry, previous);
            Written before = written.putIfAbsent(position, now);
            require(
                    before == null || before.equals(now),
                    "I3 same index and term, different log",
                    position);
            previous = entry.term();
        }
    }

    /** I6: votes as they become durable. */
    void onHardState(long node, HardState state) {
        if (state.vote() != 0) {
            onVote(node, state.term(), state.vote());
        }
    }

    /**
     * I6, I7: messages as they leave. An acknowledgement of an earlier term may speak of entries
     * that a later leader replaced in the same Ready; whoever led that earlier term cannot commit
     * them, since the later leader would have had them.
     */
    void onSend(Message message, MemoryStorage storage) {
        if (message.type() == MessageType.VOTE_RESP && !message.reject()) {
            onVote(message.from(), message.term(), message.to());
        }
        if (message.type() == MessageType.APP_RESP
                && !message.reject()
                && message.term() == storage.hardState().term()) {
            require(
                    message.index() <= storage.lastIndex(),
                    "I7 acknowledged entries are not durable",
                    message.from(),
                    message.index());
        }
    }

    private void onVote(long node, long term, long vote) {
        Long before = votes.putIfAbsent(new Position(term, node), vote);
        require(before == null || before == vote, "I6 two votes in one term", node, term, vote);
    }

    /** I5: an entry as it is applied; returns the hash of all up to it. */
    long onApply(Entry entry, long hashBefore) {
        Entry before = applied.putIfAbsent(entry.index(), entry);
        require(
                before == null || before.equals(entry),
                "I5 different entries applied at one index",
                entry);
        long hash = 31 * hashBefore + entry.hashCode();
        Long known = hashes.putIfAbsent(entry.index(), hash);
        require(known == null || known == hash, "I5 applied prefixes differ", entry.index());
        return hash;
    }

    /** I5: a snapshot counts as the prefix it stands for. */
    void onSnapshot(long index, long hash) {
        Long known = hashes.get(index);
        require(known != null && known == hash, "I5 a snapshot is no applied prefix", index);
    }

    /** I8: a read must see all that was applied anywhere when it was requested. */
    void onRead(long index, long appliedAtRequest) {
        require(index >= appliedAtRequest, "I8 stale read", index, appliedAtRequest);
    }

    /** Last index applied by anybody, ever. */
    long lastApplied() {
        return applied.isEmpty() ? 0 : applied.lastKey();
    }

    int leaderships() {
        return leaderOfTerm.size();
    }
}
