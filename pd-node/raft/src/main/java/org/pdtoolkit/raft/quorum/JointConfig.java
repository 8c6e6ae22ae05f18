package org.pdtoolkit.raft.quorum;

/**
 * The voters of a group: one majority, or two that must both agree while the membership changes
 * (thesis 4.3).
 *
 * @param incoming the voters of the configuration that is, or is about to become, the only one
 * @param outgoing the voters of the one being left; empty unless joint
 */
public record JointConfig(IdSet incoming, IdSet outgoing) {
    public static final JointConfig EMPTY = new JointConfig(IdSet.EMPTY, IdSet.EMPTY);

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Whether {@code id} votes in either half. */
    public boolean contains(long id) {
        return incoming.contains(id) || outgoing.contains(id);
    }

    /** The voters of both halves, ascending. */
    public IdSet all() {
        return incoming.union(outgoing);
    }

    /** The smaller index of the two halves. */
    public long committedIndex(AckedIndex acked) {
        return Math.min(
                Majority.committedIndex(incoming, acked), Majority.committedIndex(outgoing, acked));
    }

    /** Lost if either half lost, won if both won. */
    public VoteResult voteResult(Ballot ballot) {
        VoteResult first = Majority.voteResult(incoming, ballot);
        VoteResult second = Majority.voteResult(outgoing, ballot);
        if (first == second) {
            return first;
        }
        return first == VoteResult.LOST || second == VoteResult.LOST
                ? VoteResult.LOST
                : VoteResult.PENDING;
    }

    /** {@code (1 2 3)}, or {@code (incoming)&&(outgoing)} when joint. */
    @Override
    public String toString() {
        return isJoint() ? incoming + "&&" + outgoing : incoming.toString();
    }
}
