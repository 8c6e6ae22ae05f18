package org.pdtoolkit.raft;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
    private final TreeMap<Long, ConfState> configurations = new TreeMap<>();
    private final Set<ByteBuffer> dropped = new HashSet<>();

    private static void require(boolean condition, String what, Object... details) {
        if (!condition) {
            throw new AssertionError(what + " " + List.of(details));
        }
    }

    /** I1, I2, I4, I9: after every call to a node. */
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
        if (last == null || last < node.lastIndex()) {
            onGrown(node);
        }
    }

    /** I9: at most one change of the membership is on its way. */
    private static void onGrown(RaftNode node) {
        RaftLog log = node.raft().log();
        long from = Math.max(log.applied() + 1, log.firstIndex());
        int changes = 0;
        for (Entry entry : log.slice(from, log.lastIndex() + 1, RaftConfig.NO_LIMIT)) {
            boolean own = entry.term() == node.term() && entry.type() != EntryType.NORMAL;
            changes += own ? 1 : 0;
        }
        require(changes <= 1, "I9 several unapplied changes in one term", node.id(), changes);
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

    /** I11: the proposer was told that {@code data}, which is like no other, is lost. */
    void onDropped(byte[] data) {
        dropped.add(ByteBuffer.wrap(data));
    }

    /** I3, I11: entries as they are written, with the term of the one before the first. */
    void onWrite(long termBefore, List<Entry> entries) {
        long previous = termBefore;
        for (Entry entry : entries) {
            require(
                    !dropped.contains(ByteBuffer.wrap(entry.data())),
                    "I11 a dropped proposal was appended",
                    entry);
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
    void onSnapshot(Snapshot snapshot, long hash) {
        Long known = hashes.get(snapshot.index());
        require(known != null && known == hash, "I5 a snapshot is no applied prefix", snapshot);
        Map.Entry<Long, ConfState> configuration = configurations.floorEntry(snapshot.index());
        require(
                configuration == null || configuration.getValue().equals(snapshot.confState()),
                "I5 a snapshot holds another membership",
                snapshot);
    }

    /**
     * I5, I9: the membership from the change at {@code index} on. Before the first one known here,
     * nodes that join and nodes that were there differ: the latter know it from the beginning.
     */
    void onConfiguration(long index, ConfState confState) {
        if (!configurations.isEmpty() && index <= configurations.firstKey()) {
            return;
        }
        ConfState known = configurations.putIfAbsent(index, confState);
        require(
                known == null || known.equals(confState),
                "I5 different memberships after one change",
                index,
                confState);
        Map.Entry<Long, ConfState> before = configurations.lowerEntry(index);
        if (known == null && before != null) {
            require(
                    everyQuorumMeets(before.getValue(), confState),
                    "I9 two memberships in a row can decide without each other",
                    before,
                    confState);
        }
    }

    /** Tries all: no set is a quorum of {@code one} while all others are one of {@code other}. */
    private static boolean everyQuorumMeets(ConfState one, ConfState other) {
        Set<Long> all = new TreeSet<>(one.voters());
        all.addAll(one.votersOutgoing());
        all.addAll(other.voters());
        all.addAll(other.votersOutgoing());
        List<Long> ids = List.copyOf(all);
        for (int chosen = 0; chosen < 1 << ids.size(); chosen++) {
            if (isQuorum(one, ids, chosen) && isQuorum(other, ids, ~chosen)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isQuorum(ConfState confState, List<Long> ids, int chosen) {
        return isMajority(confState.voters(), ids, chosen)
                && (confState.votersOutgoing().isEmpty()
                        || isMajority(confState.votersOutgoing(), ids, chosen));
    }

    private static boolean isMajority(List<Long> voters, List<Long> ids, int chosen) {
        int count = 0;
        for (long voter : voters) {
            count += chosen >>> ids.indexOf(voter) & 1;
        }
        return 2 * count > voters.size();
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
