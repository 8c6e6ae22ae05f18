package org.pdtoolkit.server.runtime;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;

/**
 * Decides whether a committed membership change takes place. Every member decides the same, since
 * it looks at nothing but the changes before it (etcd: ValidateConfigurationChange).
 *
 * <p>It stands beside {@link Membership} because the core must know before the apply thread gets
 * there. Thread: consensus.
 */
final class Roster {
    private record Seat(List<String> peerUrls, boolean learner) {}

    private final TreeMap<Long, Seat> seats = new TreeMap<>(Long::compareUnsigned);
    private final Set<Long> removed = new HashSet<>();

    /** Starts over from what the storage or a snapshot says. */
    void reset(Collection<Member> members, Set<Long> removedIds) {
        seats.clear();
        members.forEach(m -> seats.put(m.id(), new Seat(m.peerUrls(), m.learner())));
        removed.clear();
        removed.addAll(removedIds);
    }

    /** Whether that id belonged to a member once and never will again. */
    boolean isRemoved(long id) {
        return removed.contains(id);
    }

    /** Why {@code change} must not take place; {@code null} if it may. */
    KvError refusal(ConfChange change) {
        MemberChange carried = MemberChange.of(change);
        for (Change one : change.changes()) {
            KvError refusal = refusal(one, carried);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private KvError refusal(Change change, MemberChange carried) {
        Member member = carried.member();
        long id = change.nodeId();
        if (removed.contains(id)) {
            boolean adds =
                    change.type() == ChangeType.ADD_LEARNER_NODE
                            || (change.type() == ChangeType.ADD_NODE && member != null);
            return adds ? KvError.MEMBER_EXISTS : KvError.MEMBER_NOT_FOUND;
        }
        Seat seat = seats.get(id);
        return switch (change.type()) {
            case ADD_NODE -> member == null ? promotion(seat) : addition(seat, member);
            case ADD_LEARNER_NODE -> learnerAddition(seat, carried);
            case REMOVE_NODE -> seat == null ? KvError.MEMBER_NOT_FOUND : lastVoter(seat);
            case UPDATE_NODE -> seat == null ? KvError.MEMBER_NOT_FOUND : urls(id, member);
        };
    }

    private static KvError promotion(Seat seat) {
        if (seat == null) {
            return KvError.MEMBER_NOT_FOUND;
        }
        return seat.learner() ? null : KvError.NOT_LEARNER;
    }

    private KvError addition(Seat seat, Member member) {
        return seat != null ? KvError.MEMBER_EXISTS : urls(member.id(), member);
    }

    private KvError learnerAddition(Seat seat, MemberChange carried) {
        KvError refusal = addition(seat, carried.member());
        if (refusal != null) {
            return refusal;
        }
        long learners = seats.values().stream().filter(Seat::learner).count();
        return learners >= carried.learnersMax() ? KvError.TOO_MANY_LEARNERS : null;
    }

    /** A group without voters could never change again. */
    private KvError lastVoter(Seat seat) {
        long voters = seats.values().stream().filter(s -> !s.learner()).count();
        return !seat.learner() && voters == 1 ? KvError.NOT_ENOUGH_STARTED : null;
    }

    private KvError urls(long id, Member member) {
        boolean taken =
                seats.entrySet().stream()
                        .filter(e -> e.getKey() != id)
                        .flatMap(e -> e.getValue().peerUrls().stream())
                        .anyMatch(member.peerUrls()::contains);
        return taken ? KvError.PEER_URL_EXISTS : null;
    }

    /** Notes a change that takes place. */
    void apply(ConfChange change) {
        Member member = MemberChange.of(change).member();
        for (Change one : change.changes()) {
            long id = one.nodeId();
            switch (one.type()) {
                case ADD_NODE ->
                        seats.put(
                                id,
                                new Seat(
                                        member == null
                                                ? seats.get(id).peerUrls()
                                                : member.peerUrls(),
                                        false));
                case ADD_LEARNER_NODE -> seats.put(id, new Seat(member.peerUrls(), true));
                case REMOVE_NODE -> {
                    seats.remove(id);
                    removed.add(id);
                }
                case UPDATE_NODE ->
                        seats.put(id, new Seat(member.peerUrls(), seats.get(id).learner()));
            }
        }
    }
}
