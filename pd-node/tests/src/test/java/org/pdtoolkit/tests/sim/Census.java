package org.pdtoolkit.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is sound, and which changes of the members may still come: so that nothing is asked and
 * nothing breaks that would leave the group without a quorum for good.
 */
final class Census {
    enum Kind {
        ADD_VOTER,
        ADD_LEARNER,
        PROMOTE,
        REMOVE,
        MOVE
    }

    /**
     * A change that was asked for.
     *
     * @param id whom it concerns; 0 for an addition
     */
    record Step(Kind kind, long id) {}

    private final MemberHistory history;
    private final List<Node> nodes;

    /** Asked for, outcome not known yet; asked again until it is. */
    private Step pending;

    /** Peer URLs of voters whose addition failed for all that is known, but may come about. */
    private final List<String> floating = new ArrayList<>();

    /** Whether the member that is being removed may become a voter before it is gone. */
    private boolean lateVoter;

    Census(MemberHistory history, List<Node> nodes) {
        this.history = history;
        this.nodes = nodes;
    }

    private boolean anyUnaware() {
        return history.unaware().stream().anyMatch(id -> isSound(nodeOf(id), null));
    }

    Step pending() {
        return pending;
    }

    void pending(Step step) {
        lateVoter &= step != null;
        pending = step;
    }

    /** Gives up a promotion, which may yet come about, by removing the learner. */
    void removeInstead() {
        lateVoter = true;
        pending = new Step(Kind.REMOVE, pending.id());
    }

    List<String> floating() {
        return floating;
    }

    Node nodeOf(long id) {
        for (Node node : nodes) {
            if (node.memberId() == id) {
                return node;
            }
        }
        return null;
    }

    boolean mayDo(Step step) {
        return survives(step, null);
    }

    boolean mayLose(Node node) {
        return survives(null, node);
    }

    private boolean survives(Step next, Node spoilt) {
        MemberHistory.Version latest = history.latest();
        if (latest == null) {
            return false;
        }
        Set<Long> now = latest.voters();
        boolean fewer = removes(next, now) || spoilt != null;
        if (fewer && anyUnaware()) {
            return false;
        }
        boolean survives = isViable(after(now, next), next, spoilt);
        return survives
                && (pending == null || isViable(after(after(now, pending), next), next, spoilt));
    }

    private boolean removes(Step step, Set<Long> voters) {
        return step != null && step.kind() == Kind.REMOVE && voters.contains(step.id());
    }

    private static Set<Long> after(Set<Long> voters, Step step) {
        Set<Long> result = new TreeSet<>(voters);
        if (step != null && step.kind() == Kind.PROMOTE) {
            result.add(step.id());
        } else if (step != null && step.kind() == Kind.REMOVE) {
            result.remove(step.id());
        }
        return result;
    }

    private boolean isViable(Set<Long> voters, Step next, Node spoilt) {
        long sound = voters.stream().filter(id -> isSound(nodeOf(id), spoilt)).count();
        boolean adds = next != null && next.kind() == Kind.ADD_VOTER;
        int most = voters.size() + floating.size() + (adds ? 1 : 0) + (lateVoter ? 1 : 0);
        return sound > most / 2;
    }

    private static boolean isSound(Node node, Node spoilt) {
        return node != null && node != spoilt && !node.isDamaged() && !node.hasEnded();
    }
}
