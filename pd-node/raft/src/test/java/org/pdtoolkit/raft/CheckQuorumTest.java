package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases, stepping down, and the nodes that would be stuck without a word. */
class CheckQuorumTest {
    private final Group group = new Group(3, options -> options.preVote(false));

    @Test
    void aLeaderThatHearsAQuorumStays() {
        group.elect(1);
        for (int i = 0; i < 30; i++) {
            group.tick(1, 1);
            group.settle();
        }
        assertEquals(Role.LEADER, group.node(1).role());
    }

    @Test
    void aLeaderWithoutAQuorumStepsDownAfterOneToTwoElectionTicks() {
        group.elect(1);
        group.isolate(1);
        int ticks = 0;
        while (group.node(1).role() == Role.LEADER && ticks < 100) {
            group.tick(1, 1);
            group.settle();
            ticks++;
        }
        assertTrue(ticks > 10 && ticks <= 20, "after " + ticks);
        assertEquals(1, group.node(1).term());
        assertEquals(0, group.node(1).leader());
    }

    @Test
    void aNewLeaderNeedsTheLeaseOfTheOldOneToRunOut() {
        group.elect(1);
        group.elect(3);
        assertEquals(Role.CANDIDATE, group.node(3).role());
        group.node(2).raft().setRandomizedElectionTicks(100);
        group.tick(2, 10);
        group.elect(3);
        assertEquals(Role.LEADER, group.node(3).role());
        assertEquals(Role.FOLLOWER, group.node(1).role());
    }

    @Test
    void aFreshNodeHasNoLease() {
        group.elect(2);
        assertEquals(Role.LEADER, group.node(2).role());
    }

    @Test
    void aStuckCandidateIsFreedByTheAnswerToAHeartbeat() {
        group.elect(1);
        group.isolate(1);
        group.elect(3);
        group.elect(3);
        assertEquals(Role.CANDIDATE, group.node(3).role());
        long stuckTerm = group.node(3).term();
        group.heal();
        group.tick(1, 1);
        group.settle();
        assertEquals(Role.FOLLOWER, group.node(1).role());
        assertEquals(stuckTerm, group.node(1).term());
        group.elect(3);
        assertEquals(Role.LEADER, group.node(3).role());
    }

    @Test
    void withPreVoteADisruptiveFollowerDoesNotEndALeadership() {
        Group quiet = new Group(3, options -> options);
        quiet.elect(1);
        quiet.isolate(3);
        for (int i = 0; i < 40; i++) {
            quiet.tick(3, 1);
            quiet.settle();
        }
        assertEquals(Role.PRE_CANDIDATE, quiet.node(3).role());
        assertEquals(1, quiet.node(3).term());
        quiet.heal();
        quiet.tick(1, 1);
        quiet.settle();
        assertEquals(Role.LEADER, quiet.node(1).role());
        assertEquals(Role.FOLLOWER, quiet.node(3).role());
    }

    @Test
    void aRestartedGroupWithPreVoteElectsThoughOneNodeRanAhead() {
        // Case 3 of the stuck nodes: a long term with a short log, the others the other way round.
        Group mixed = new Group(3, options -> options.preVote(false).checkQuorum(false));
        mixed.elect(1);
        mixed.isolate(3);
        mixed.propose(1, "a");
        mixed.settle();
        mixed.elect(3);
        mixed.elect(3);
        assertEquals(3, mixed.node(3).term());
        Group upgraded = new Group(3, options -> options.checkQuorum(false));
        for (long id = 1; id <= 3; id++) {
            upgraded.members.put(id, mixed.member(id));
            upgraded.start(id);
        }
        upgraded.isolate(1);
        upgraded.elect(2);
        upgraded.elect(2);
        assertEquals(Role.LEADER, upgraded.node(2).role());
        assertTrue(upgraded.node(2).term() > 3);
    }

    @Test
    void aTransferPassesTheLease() {
        group.elect(1);
        group.node(1).transferLeader(2);
        group.settle();
        assertEquals(Role.LEADER, group.node(2).role());
    }

    @Test
    void aForgottenLeaderGivesNoLeaseAndComesBackWithItsNextMessage() {
        group.elect(1);
        group.node(2).forgetLeader();
        assertEquals(0, group.node(2).leader());
        assertEquals(1, group.node(2).term());
        group.tick(1, 1);
        group.settle();
        assertEquals(1, group.node(2).leader());
        group.node(2).forgetLeader();
        group.elect(3);
        assertEquals(Role.LEADER, group.node(3).role());
    }

    @Test
    void aNewMemberCountsAsActiveForItsFirstPeriod() {
        Solo solo = Solo.of(1, options -> options.checkQuorum(true));
        solo.lead();
        solo.node.proposeConfChange(ConfChange.of(ChangeType.ADD_NODE, 2, new byte[0]));
        solo.drain();
        assertEquals(List.of(1L, 2L), solo.node.status().confState().voters());
        for (int i = 0; i < 10; i++) {
            solo.node.tick();
        }
        assertEquals(Role.LEADER, solo.node.role());
        for (int i = 0; i < 10; i++) {
            solo.node.tick();
        }
        assertEquals(Role.FOLLOWER, solo.node.role());
    }

    @Test
    void learnersDoNotCountForTheQuorumOfALeader() {
        Solo solo =
                new Solo()
                        .members(
                                new ConfState(
                                        List.of(1L, 2L),
                                        List.of(),
                                        List.of(3L, 4L),
                                        List.of(),
                                        false))
                        .start(1, options -> options.checkQuorum(true));
        solo.lead();
        for (int i = 0; i < 20; i++) {
            solo.node.tick();
            for (long learner = 3; learner <= 4; learner++) {
                if (solo.node.role() == Role.LEADER) {
                    solo.step(Message.builder(MessageType.HEARTBEAT_RESP), learner);
                }
            }
        }
        assertEquals(Role.FOLLOWER, solo.node.role());
    }
}
