package org.pdtoolkit.tests.sim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/**
 * What must hold over all members and all their lives, told from what they write to their disks and
 * say to each other (Raft figure 3, and what the runtime adds to it).
 */
final class Invariants {
    private record Position(long term, long index) {}

    private record Written(int kind, int dataHash, long termBefore) {}

    private final World world;
    private final boolean sameBatches;
    private final Map<Long, Integer> leaderOfTerm = new HashMap<>();
    private final Map<Position, Integer> voteOfTerm = new HashMap<>();
    private final Map<Position, Written> written = new HashMap<>();

    /**
     * An entry that some member has applied.
     *
     * @param inTerm term of the first member that applied it: committed then or before
     */
    private record Applied(long term, long inTerm) {}

    private final TreeMap<Long, Applied> applied = new TreeMap<>();

    private final Map<Long, Integer> batches = new HashMap<>();
    private final Map<Integer, LogStore> logs = new HashMap<>();

    /** The last hard state that each disk has confirmed. */
    private final Map<Integer, HardState> confirmed = new HashMap<>();

    private final Map<Integer, Long> members = new TreeMap<>();
    private final MemberHistory history;

    /** By node: what it had applied when it last voted for itself, and in which term. */
    private final Map<Integer, Position> candidacies = new HashMap<>();

    /**
     * @param sameBatches whether an entry makes the same writes at every member, which is so unless
     *     each compacts its history in its own time
     */
    Invariants(World world, MemberHistory history, boolean sameBatches) {
        this.world = world;
        this.history = history;
        this.sameBatches = sameBatches;
    }

    MemberHistory history() {
        return history;
    }

    int leaderships() {
        return leaderOfTerm.size();
    }

    /** Last index that any member has applied. */
    long lastApplied() {
        return applied.isEmpty() ? 0 : applied.lastKey();
    }

    /** A member has opened its disk: what it had confirmed must be there. */
    void onOpened(Node node, LogStore log) {
        logs.put(node.number, log);
        HardState before = confirmed.getOrDefault(node.number, HardState.EMPTY);
        HardState now = log.hardState();
        world.check(now.term() >= before.term(), "the term of " + node.name + " went back");
        world.check(
                now.term() > before.term() || before.vote() == 0 || now.vote() == before.vote(),
                node.name + " forgot its vote in term " + now.term());
        confirmed.put(node.number, now);
    }

    void onStart(Node node) {
        members.put(node.number, node.runtime().consensus().memberId());
    }

    void onEnd(Node node) {
        logs.remove(node.number);
    }

    /** A member is about to write these entries over what its log has there. */
    void onOverwrite(Node node, LogStore log, List<LogRecord> entries) {
        for (LogRecord entry : entries) {
            Applied committed = applied.get(entry.index());
            world.check(
                    committed == null
                            || committed.term() == entry.term()
                            || entry.index() > log.lastIndex()
                            || log.term(entry.index()) != committed.term(),
                    node.name + " replaces the applied entry " + entry.index());
        }
    }

    /** A write of hard state and entries is confirmed. */
    void onAppend(Node node, HardState state, long termBefore, List<LogRecord> entries) {
        HardState before = confirmed.getOrDefault(node.number, HardState.EMPTY);
        world.check(
                state.term() >= before.term() && state.commit() >= before.commit(),
                "hard state of " + node.name + " went back from " + before + " to " + state);
        world.check(
                state.term() > before.term() || before.vote() == 0 || state.vote() == before.vote(),
                node.name + " changed its vote in term " + state.term());
        confirmed.put(node.number, state);
        if (state.vote() != 0) {
            onVote(node, state.term(), state.vote());
        }
        if (state.vote() == node.memberId() && state.term() > before.term()) {
            long index = node.runtime().appliedIndex();
            candidacies.put(node.number, new Position(state.term(), index));
        }
        long previous = termBefore;
        for (LogRecord entry : entries) {
            Written now = new Written(entry.kind(), entry.data().hashCode(), previous);
            Written known = written.putIfAbsent(new Position(entry.term(), entry.index()), now);
            world.check(
                    known == null || known.equals(now),
                    "same index and term, different log: " + entry.index() + " at " + node.name);
            previous = entry.term();
        }
    }

    private void onVote(Node node, long term, long vote) {
        int candidate = Long.hashCode(vote);
        Integer before = voteOfTerm.putIfAbsent(new Position(term, node.number), candidate);
        world.check(
                before == null || before == candidate, node.name + " voted twice in term " + term);
    }

    void onSend(Node node, Message message) {
        LogStore log = logs.get(node.number);
        switch (message.type()) {
            case APP, HEARTBEAT, SNAP, TIMEOUT_NOW -> onLeader(node, message.term());
            case VOTE_RESP -> {
                if (!message.reject()) {
                    onVote(node, message.term(), message.to());
                    HardState durable = log.hardState();
                    world.check(
                            durable.term() > message.term()
                                    || (durable.term() == message.term()
                                            && durable.vote() == message.to()),
                            node.name + " sends a vote that is not durable: " + durable);
                }
            }
            case APP_RESP ->
                    world.check(
                            message.reject()
                                    || message.term() != log.hardState().term()
                                    || message.index() <= log.lastIndex(),
                            node.name + " acknowledges what is not durable: " + message.index());
            default -> {}
        }
    }

    private void onLeader(Node node, long term) {
        Integer known = leaderOfTerm.putIfAbsent(term, node.number);
        if (known != null) {
            world.check(known == node.number, "two leaders in term " + term);
            return;
        }
        LogStore log = logs.get(node.number);
        onElected(node, term, log);
        for (Map.Entry<Long, Applied> entry : applied.tailMap(log.firstIndex()).entrySet()) {
            long index = entry.getKey();
            Applied committed = entry.getValue();
            // One who was stuck may speak late: what was committed after him he need not have.
            world.check(
                    committed.inTerm() >= term
                            || (index <= log.lastIndex() && log.term(index) == committed.term()),
                    "the new leader " + node.name + " lacks the applied entry " + index);
        }
    }

    private void onElected(Node node, long term, LogStore log) {
        Position candidacy = candidacies.get(node.number);
        if (candidacy == null || candidacy.term() != term) {
            return;
        }
        int candidate = Long.hashCode(node.memberId());
        Set<Long> voters = new TreeSet<>();
        members.forEach(
                (number, id) -> {
                    Integer vote = voteOfTerm.get(new Position(term, number));
                    if (vote != null && vote == candidate) {
                        voters.add(id);
                    }
                });
        history.checkElected(node, voters, candidacy.index(), log);
    }

    /** A member has applied an entry, or opened a storage, or replaced its content. */
    void onStored(Node node, OrderedStore store, Batch batch) {
        long index = store.applied().index();
        boolean concerned =
                batch == null
                        || history.isChange(index)
                        || batch.writes().stream().anyMatch(w -> w.space() == Space.META);
        if (concerned) {
            history.onStored(node, store);
        }
        history.onApplied(node.memberId(), index);
    }

    /** A member is about to apply an entry. */
    void onApply(Node node, long indexBefore, AppliedState at, Batch batch) {
        world.check(
                at.index() == indexBefore + 1,
                node.name + " applies " + at.index() + " behind " + indexBefore);
        onApplied(node, at);
        if (sameBatches) {
            int hash = batch.writes().hashCode();
            Integer known = batches.putIfAbsent(at.index(), hash);
            world.check(
                    known == null || known == hash,
                    "entry " + at.index() + " has other effects at " + node.name);
        }
        world.trace(at.index() * 31 + at.term());
    }

    void onInstall(Node node, AppliedState at) {
        world.check(at.index() <= lastApplied(), node.name + " installs what nobody has applied");
        onApplied(node, at);
    }

    private void onApplied(Node node, AppliedState at) {
        Applied now = new Applied(at.term(), logs.get(node.number).hardState().term());
        Applied known = applied.putIfAbsent(at.index(), now);
        world.check(
                known == null || known.term() == at.term(),
                "different entries applied at " + at.index() + ", one by " + node.name);
    }

    Map<Integer, Long> members() {
        return members;
    }
}
