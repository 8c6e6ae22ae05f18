package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** Changes of the group, proposed and applied. */
class MembershipTest {
    private static ConfChange change(Transition transition, String operations) {
        return new ConfChange(transition, ScriptOperations.parse(operations), new byte[0]);
    }

    private static ConfChange auto(String operations) {
        return change(Transition.AUTO, operations);
    }

    private static String text(ConfState cs) {
        return cs.voters()
                + (cs.votersOutgoing().isEmpty() ? "" : "&&" + cs.votersOutgoing())
                + (cs.learners().isEmpty() ? "" : " l" + cs.learners())
                + (cs.learnersNext().isEmpty() ? "" : " n" + cs.learnersNext())
                + (cs.autoLeave() ? " auto" : "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    TRANSITION     | OPERATIONS | ENTERED                    | LEFT
                    AUTO           | v2         | [1, 2]                     |
                    AUTO           | l2         | [1] l[2]                   |
                    AUTO           | u1         | [1]                        |
                    JOINT_EXPLICIT | v2         | [1, 2]&&[1]                | [1, 2]
                    JOINT_EXPLICIT | l2         | [1]&&[1] l[2]              | [1] l[2]
                    JOINT_IMPLICIT | v2         | [1, 2]&&[1] auto           | [1, 2]
                    AUTO           | v2 l1 l3   | [2]&&[1] l[3] n[1] auto    | [2] l[1, 3]
                    JOINT_EXPLICIT | v2 l1 l3   | [2]&&[1] l[3] n[1]         | [2] l[1, 3]
                    JOINT_IMPLICIT | v2 l1 l3   | [2]&&[1] l[3] n[1] auto    | [2] l[1, 3]
                    """)
    void anAppliedChangeEntersItsConfiguration(
            Transition transition, String operations, String entered, String left) {
        Solo solo = Solo.of(1);
        solo.lead();
        ConfChange change = change(transition, operations);
        solo.node.proposeConfChange(change);
        assertEquals(2, solo.node.raft().membership().pendingIndex());
        List<String> seen = new ArrayList<>();
        while (solo.node.hasReady()) {
            Ready ready = solo.node.ready();
            solo.storage.append(ready.entries());
            for (Entry entry : ready.committedEntries()) {
                if (entry.type() != EntryType.NORMAL) {
                    assertEquals(change, ConfChange.decode(entry));
                    seen.add(text(solo.node.applyConfChange(change)));
                }
            }
            solo.node.advance();
        }
        assertEquals(List.of(entered), seen);
        if (left != null) {
            assertEquals(left, text(solo.node.applyConfChange(ConfChange.LEAVE_JOINT)));
        }
    }

    @Test
    void oneUnappliedChangeKeepsTheNextOut() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.proposeConfChange(auto("v4"));
        solo.node.proposeConfChange(auto("v5"));
        assertEquals(2, solo.node.raft().membership().pendingIndex());
        List<Entry> entries = solo.node.ready().entries();
        assertEquals(EntryType.CONF_CHANGE_V2, entries.get(0).type());
        assertEquals(EntryType.NORMAL, entries.get(1).type());
        assertEquals(0, entries.get(1).data().length);
    }

    @Test
    void aNewLeaderAssumesThatItsLogHoldsAChange() {
        Solo solo = new Solo().voters(1).log(1, 1).state(1, 0, 0).start();
        solo.node.campaign();
        solo.node.ready();
        solo.node.advance();
        assertEquals(Role.LEADER, solo.node.role());
        assertEquals(2, solo.node.raft().membership().pendingIndex());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    JOINT | TRANSITION     | OPERATIONS | REASON
                    false | AUTO           | ''         | refusing empty conf change
                    true  | AUTO           | v9         | must transition out of joint config first
                    # it looks like leaving, but would be fatal when applied
                    true  | JOINT_EXPLICIT | ''         | cannot enter a joint config
                    # what could never be applied is refused at once
                    false | AUTO           | r1         | removed all voters
                    false | AUTO           | r1 l1      | removed all voters
                    """)
    void impossibleChangesBecomeEmptyEntries(
            boolean joint, Transition transition, String operations, String reason) {
        Solo solo = Solo.of(1);
        solo.lead();
        if (joint) {
            solo.node.proposeConfChange(change(Transition.JOINT_EXPLICIT, "v2"));
            solo.drain();
        }
        solo.drain();
        solo.events.clear();
        solo.node.proposeConfChange(change(transition, operations));
        Ready ready = solo.node.ready();
        assertEquals(EntryType.NORMAL, ready.entries().get(0).type());
        RaftEvent.ConfChangeIgnored ignored = (RaftEvent.ConfChangeIgnored) ready.events().get(0);
        assertTrue(ignored.reason().contains(reason), ignored::reason);
    }

    @Test
    void anUnreadableChangeIsDropped() {
        Solo solo = Solo.of(1);
        solo.lead();
        Entry garbage = new Entry(0, 0, EntryType.CONF_CHANGE_V2, new byte[] {(byte) 0xff});
        RaftException dropped =
                assertThrows(
                        RaftException.class,
                        () ->
                                solo.node.step(
                                        Message.builder(MessageType.PROP)
                                                .entries(List.of(garbage))
                                                .build()));
        assertEquals(RaftException.Kind.PROPOSAL_DROPPED, dropped.kind());
    }

    @Test
    void applyingAnImpossibleChangeIsFatal() {
        Solo solo = Solo.of(1);
        assertThrows(InvariantViolation.class, () -> solo.node.applyConfChange(auto("r1")));
    }

    @Test
    void removingAVoterMayCommitWhatWaitedForIt() {
        Solo solo = Solo.of(2);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.proposeConfChange(auto("r2"));
        solo.drain();
        solo.acknowledge(2, 2);
        solo.node.propose(new byte[] {5});
        solo.drain();
        assertEquals(3, solo.node.committed());
        assertEquals(3, solo.node.applied());
    }

    @Test
    void aJointConfigurationIsLeftByWhoeverLeadsOnceItIsApplied() {
        Group group = new Group(3, options -> options);
        group.elect(1);
        group.node(1).proposeConfChange(auto("r2 r3"));
        group.settle();
        assertEquals("[1]", text(group.member(1).confState));
        group.propose(1, "alone");
        group.settle();
        assertEquals("alone", group.member(1).appliedText());
    }

    @Test
    void aDeposedLeaderDoesNotLeaveAJointConfiguration() {
        Solo solo = Solo.of(1);
        solo.lead();
        solo.node.proposeConfChange(change(Transition.JOINT_IMPLICIT, "v2"));
        Ready write = solo.node.ready();
        solo.storage.append(write.entries());
        solo.node.advance();
        Ready commit = solo.node.ready();
        solo.node.applyConfChange(ConfChange.decode(commit.committedEntries().get(0)));
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(5).build());
        solo.node.advance();
        assertEquals(2, solo.node.lastIndex());
        assertTrue(solo.node.raft().tracker().configuration().autoLeave());
        // Leader again, it does so once its log up to here is applied.
        solo.drain();
        solo.lead();
        solo.acknowledge(2, 3);
        solo.drain();
        assertEquals(4, solo.node.lastIndex());
        solo.acknowledge(2, 4);
        solo.drain();
        assertEquals("[1, 2]", text(solo.node.status().confState()));
    }

    @Test
    void addingAMemberAgainDoesNotBlockTheNextChange() {
        Solo solo = Solo.of(1);
        solo.lead();
        for (String operations : List.of("v1", "v1", "l2")) {
            solo.node.proposeConfChange(auto(operations));
            solo.drain();
        }
        assertEquals("[1] l[2]", text(solo.node.status().confState()));
    }

    @Test
    void aRemovedLeaderGoesOnForTheOthersButTakesNoProposals() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1).acknowledge(3, 1);
        solo.drain();
        solo.node.proposeConfChange(auto("r1"));
        solo.drain();
        solo.acknowledge(2, 2);
        solo.drain();
        assertEquals(Role.LEADER, solo.node.role());
        assertNull(solo.node.raft().tracker().get(1));
        assertThrows(RaftException.class, () -> solo.node.propose(new byte[1]));
        solo.node.tick();
        assertEquals(2, Solo.only(MessageType.HEARTBEAT, solo.drain()).size());
        // Added again, it counts as before.
        solo.node.applyConfChange(auto("v1"));
        assertEquals("StateReplicate match=0 next=1", solo.progress(1));
    }

    @Test
    void aRemovedOrDemotedLeaderStepsDownIfToldSo() {
        for (String operations : List.of("r1", "l1")) {
            Solo solo = Solo.of(3, options -> options.stepDownOnRemoval(true));
            solo.lead();
            solo.node.applyConfChange(auto(operations));
            assertEquals(Role.FOLLOWER, solo.node.role());
            assertEquals(1, solo.node.term());
        }
    }

    @Test
    void learnersReceiveEverythingAndCountForNothing() {
        Group group = new Group(1, options -> options);
        group.elect(1);
        group.join(2);
        group.isolate(2);
        group.node(1).proposeConfChange(auto("l2"));
        group.settle();
        group.propose(1, "a");
        group.settle();
        assertEquals("a", group.member(1).appliedText());
        Group.Member leader = group.member(1);
        leader.storage.createSnapshot(leader.node.applied(), leader.confState, new byte[0]);
        leader.storage.compact(leader.node.applied());
        group.heal();
        group.tick(1, 1);
        group.settle();
        group.propose(1, "b");
        group.settle();
        assertEquals("b", group.member(2).appliedText());
        assertTrue(group.node(2).raft().isLearner());
        group.node(1).proposeConfChange(auto("v2"));
        group.settle();
        group.node(1).transferLeader(2);
        group.settle();
        assertEquals(Role.LEADER, group.node(2).role());
    }

    @Test
    void aChangeThatIsDroppedForItsSizeLeavesTheNextOneFree() {
        Solo solo = Solo.of(1, options -> options.maxUncommittedBytes(20));
        solo.lead();
        solo.node.propose(new byte[20]);
        assertThrows(RaftException.class, () -> solo.node.proposeConfChange(auto("v2")));
        solo.drain();
        solo.node.proposeConfChange(auto("l2"));
        solo.drain();
        assertEquals("[1] l[2]", text(solo.node.status().confState()));
    }
}
