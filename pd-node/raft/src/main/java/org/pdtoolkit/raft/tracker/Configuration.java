package org.pdtoolkit.raft.tracker;

import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.JointConfig;

/**
 * Who belongs to the group, in which part.
 *
 * <p>Invariants: learners are in neither half of the voters; {@code learnersNext} is a subset of
 * the outgoing voters; both {@code learnersNext} and {@code autoLeave} are empty unless joint.
 *
 * @param learnersNext outgoing voters that become learners once the joint state is left
 * @param autoLeave the leader leaves the joint state by itself
 */
public record Configuration(
        JointConfig voters, IdSet learners, IdSet learnersNext, boolean autoLeave) {
    public static final Configuration EMPTY =
            new Configuration(JointConfig.EMPTY, IdSet.EMPTY, IdSet.EMPTY, false);

    public boolean isJoint() {
        return voters.isJoint();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("voters=").append(voters);
        if (!learners.isEmpty()) {
            text.append(" learners=").append(learners);
        }
        if (!learnersNext.isEmpty()) {
            text.append(" learners_next=").append(learnersNext);
        }
        if (autoLeave) {
            text.append(" autoleave");
        }
        return text.toString();
    }
}
