package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** From a proposal to its application, in one piece. */
class ReplicationTest {
    private final Group group = new Group(3, options -> options);

    @Test
    void everyMemberAppliesWhatTheLeaderCommitted() {
        group.elect(1);
        group.propose(1, "a");
        group.propose(1, "b");
        group.settle();
        for (long id = 1; id <= 3; id++) {
            assertEquals("a b", group.member(id).appliedText());
            assertEquals(1, group.node(id).leader());
        }
        assertEquals(Role.LEADER, group.node(1).role());
    }

    @Test
    void followersForwardProposals() {
        group.elect(2);
        group.propose(3, "x");
        group.settle();
        assertEquals("x", group.member(1).appliedText());
    }

    @Test
    void aNodeWithoutLeaderDropsProposals() {
        RaftException dropped = assertThrows(RaftException.class, () -> group.propose(1, "lost"));
        assertEquals(RaftException.Kind.PROPOSAL_DROPPED, dropped.kind());
    }

    @Test
    void aRestartedMemberGoesOnWhereItsStorageEnds() {
        group.elect(1);
        group.propose(1, "a");
        group.settle();
        group.member(1).applied.clear();
        group.start(1);
        Ready ready = group.node(1).ready();
        assertTrue(ready.hardState().isEmpty());
        assertEquals(2, ready.committedEntries().size());
        assertEquals(false, ready.mustSync());
    }

    @Test
    void anIsolatedFollowerCatchesUpBySnapshot() {
        group.elect(1);
        group.isolate(3);
        for (int i = 0; i < 20; i++) {
            group.propose(1, "e" + i);
            group.settle();
        }
        Group.Member leader = group.member(1);
        leader.storage.createSnapshot(leader.node.applied(), leader.confState, new byte[] {7});
        leader.storage.compact(leader.node.applied());
        group.heal();
        for (int i = 0; i < 3; i++) {
            group.tick(1, 1);
            group.settle();
        }
        assertEquals(leader.node.lastIndex(), group.node(3).lastIndex());
        assertEquals(leader.node.committed(), group.node(3).applied());
    }

    @Test
    void aNewMemberLearnsItsGroupFromTheLeader() {
        group.elect(1);
        group.join(4);
        group.isolate(4);
        group.node(1).proposeConfChange(ConfChange.of(ChangeType.ADD_NODE, 4, new byte[0]));
        group.settle();
        Group.Member leader = group.member(1);
        leader.storage.createSnapshot(leader.node.applied(), leader.confState, new byte[0]);
        leader.storage.compact(leader.node.applied());
        group.heal();
        group.tick(1, 1);
        group.settle();
        assertEquals(List.of(1L, 2L, 3L, 4L), group.node(4).status().confState().voters());
    }

    @Test
    void aReadIsAnsweredWithTheCommitIndexOnceAQuorumConfirmsTheLeader() {
        group.elect(1);
        group.propose(1, "a");
        group.settle();
        group.node(1).readIndex(new byte[] {1});
        group.node(2).readIndex(new byte[] {2});
        group.settle();
        assertEquals(List.of(new ReadState(12, new byte[] {1})), group.member(1).reads);
        assertEquals(List.of(new ReadState(12, new byte[] {2})), group.member(2).reads);
    }

    @Test
    void leadershipMovesToTheTargetOfATransfer() {
        group.elect(1);
        group.node(3).transferLeader(3);
        group.settle();
        assertEquals(Role.LEADER, group.node(3).role());
        assertEquals(Role.FOLLOWER, group.node(1).role());
    }
}
