package org.pdtoolkit.raft;

import java.util.List;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.JointConfig;
import org.pdtoolkit.raft.tracker.Configuration;

/**
 * The membership as it is stored and sent with snapshots.
 *
 * @param voters the incoming half; the only one unless joint
 * @param votersOutgoing empty unless joint
 * @param learnersNext outgoing voters that become learners when the joint state is left
 * @param autoLeave the leader leaves the joint state by itself
 */
public record ConfState(
        List<Long> voters,
        List<Long> votersOutgoing,
        List<Long> learners,
        List<Long> learnersNext,
        boolean autoLeave) {
    public static final ConfState EMPTY =
            new ConfState(List.of(), List.of(), List.of(), List.of(), false);

    public ConfState {
        voters = List.copyOf(voters);
        votersOutgoing = List.copyOf(votersOutgoing);
        learners = List.copyOf(learners);
        learnersNext = List.copyOf(learnersNext);
    }

    /** A group of voters only. */
    public static ConfState ofVoters(List<Long> voters) {
        return new ConfState(voters, List.of(), List.of(), List.of(), false);
    }

    /** Whether {@code id} has any part in it. */
    public boolean contains(long id) {
        return voters.contains(id) || votersOutgoing.contains(id) || learners.contains(id);
    }

    static ConfState of(Configuration configuration) {
        return new ConfState(
                configuration.voters().incoming().toList(),
                configuration.voters().outgoing().toList(),
                configuration.learners().toList(),
                configuration.learnersNext().toList(),
                configuration.autoLeave());
    }

    /** The same facts without the order in which the ids were listed. */
    Configuration toConfiguration() {
        return new Configuration(
                new JointConfig(IdSet.copyOf(voters), IdSet.copyOf(votersOutgoing)),
                IdSet.copyOf(learners),
                IdSet.copyOf(learnersNext),
                autoLeave);
    }
}
