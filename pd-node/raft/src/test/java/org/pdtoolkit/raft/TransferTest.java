package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handing leadership over. */
@Tag("thesis-3.10")
class TransferTest {
    private final Group group = new Group(3, options -> options);

    @BeforeEach
    void nodeOneLeads() {
        group.elect(1);
    }

    private void assertLeader(long id) {
        for (Group.Member member : group.members.values()) {
            assertEquals(id, member.node.leader());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anUpToDateTargetTakesOverAtOnceWhoeverIsAsked(long asked) {
        group.node(asked).transferLeader(2);
        group.settle();
        assertLeader(2);
        group.node(asked).transferLeader(1);
        group.settle();
        assertLeader(1);
    }

    @Test
    void aSlowTargetIsBroughtUpToDateFirst() {
        group.isolate(3);
        group.propose(1, "a");
        group.settle();
        group.heal();
        group.node(1).transferLeader(3);
        assertEquals(3, group.node(1).transferee());
        group.tick(1, 1);
        group.settle();
        assertLeader(3);
        assertEquals("a", group.member(3).appliedText());
    }

    @Test
    void aTargetThatNeedsASnapshotGetsItFirst() {
        group.isolate(3);
        group.propose(1, "a");
        group.settle();
        Group.Member leader = group.member(1);
        leader.storage.createSnapshot(leader.node.applied(), leader.confState, new byte[0]);
        leader.storage.compact(leader.node.applied());
        group.heal();
        group.node(1).transferLeader(3);
        group.tick(1, 1);
        group.settle();
        assertLeader(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 9})
    void itselfAndStrangersAreNoTargets(long target) {
        group.node(1).transferLeader(target);
        assertEquals(0, group.node(1).transferee());
        group.settle();
        assertLeader(1);
    }

    @Test
    void aLearnerIsNoTarget() {
        group.node(1).proposeConfChange(ConfChange.of(ChangeType.ADD_LEARNER_NODE, 3, new byte[0]));
        group.settle();
        group.node(1).transferLeader(3);
        assertEquals(0, group.node(1).transferee());
    }

    @Test
    void meanwhileProposalsAreDroppedAndAfterAnElectionTimeoutItIsOver() {
        group.isolate(3);
        group.node(1).transferLeader(3);
        group.settle();
        assertThrows(RaftException.class, () -> group.propose(1, "x"));
        for (int i = 0; i < 9; i++) {
            group.tick(1, 1);
            group.settle();
        }
        assertEquals(3, group.node(1).transferee());
        // The same target again does not extend the time.
        group.node(1).transferLeader(3);
        group.tick(1, 1);
        assertEquals(0, group.node(1).transferee());
        assertEquals(Role.LEADER, group.node(1).role());
        group.propose(1, "y");
        group.settle();
        assertEquals("y", group.member(1).appliedText());
    }

    @Test
    void anotherTargetReplacesTheFirstAndItselfEndsIt() {
        group.isolate(3);
        group.node(1).transferLeader(3);
        group.node(1).transferLeader(1);
        assertEquals(0, group.node(1).transferee());
        group.node(1).transferLeader(3);
        group.node(1).transferLeader(2);
        group.settle();
        assertEquals(Role.LEADER, group.node(2).role());
    }

    @Test
    void aTargetThatIsRemovedOrDemotedEndsIt() {
        for (ChangeType type : List.of(ChangeType.REMOVE_NODE, ChangeType.ADD_LEARNER_NODE)) {
            Solo solo = Solo.of(3);
            solo.lead();
            solo.node.transferLeader(3);
            assertEquals(3, solo.node.transferee());
            solo.node.applyConfChange(ConfChange.of(type, 3, new byte[0]));
            assertEquals(0, solo.node.transferee());
        }
    }

    @Test
    void aHigherTermEndsIt() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.node.transferLeader(3);
        solo.node.step(
                Message.builder(MessageType.VOTE)
                        .from(2)
                        .to(1)
                        .term(2)
                        .index(9)
                        .logTerm(1)
                        .build());
        assertEquals(0, solo.node.transferee());
        assertEquals(Role.FOLLOWER, solo.node.role());
    }

    @Test
    void theTargetCampaignsWithoutPreVoteAndSaysWhy() {
        Solo solo = Solo.of(3, options -> options.preVote(true));
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        solo.drain();
        solo.step(Message.builder(MessageType.TIMEOUT_NOW), 2);
        List<Message> requests = Solo.only(MessageType.VOTE, solo.drain());
        assertEquals(2, requests.size());
        assertEquals("CampaignTransfer", new String(requests.get(0).context()));
    }

    @Test
    void aRequestIsForwardedOnceOnly() {
        Solo solo = Solo.of(3);
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        solo.drain();
        solo.node.transferLeader(3);
        Message forwarded = solo.drain().get(0);
        assertEquals(2, forwarded.to());
        assertEquals(3, forwarded.from());
        solo.node.step(forwarded);
        assertTrue(solo.drain().isEmpty());
    }
}
