package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs of whole groups under loss, reordering and changes of the leader. */
class ReplicationScenarioTest {
    private static Group group(int size) {
        return new Group(size, options -> options.preVote(false).checkQuorum(false));
    }

    private static long[] terms(String text) {
        return text.isEmpty()
                ? new long[0]
                : List.of(text.split("")).stream().mapToLong(Long::parseLong).toArray();
    }

    @Test
    void entriesOfSuccessiveLeadersReachAllLogs() {
        Group group = group(3);
        group.elect(1);
        group.propose(1, "a");
        group.settle();
        group.elect(2);
        group.propose(2, "b");
        group.settle();
        group.members.values().forEach(member -> assertEquals("a b", member.appliedText()));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    SIZE, DEAD, COMMITTED
                    3,    0,    true
                    3,    1,    true
                    3,    2,    false
                    4,    1,    true
                    4,    2,    false
                    5,    2,    true
                    5,    3,    false
                    """)
    void anEntryIsCommittedWithAQuorumAlive(int size, int dead, boolean committed) {
        Group group = group(size);
        group.elect(1);
        group.loses = message -> message.to() > size - dead;
        group.propose(1, "a");
        group.settle();
        group.tick(1, 1);
        group.settle();
        for (long id = 1; id <= size; id++) {
            boolean reached = committed && id <= size - dead;
            assertEquals(reached ? "a" : "", group.member(id).appliedText());
        }
    }

    /** Nodes 1 and 2 of five hold two entries of term 1 that are not committed; 2 leads term 2. */
    @Nested
    @Tag("raft-5.4.2")
    class EntriesOfAnEarlierTerm {
        private final Group group = group(5);

        @BeforeEach
        void leaveEntriesBehind() {
            group.elect(1);
            group.loses = message -> message.to() > 2;
            group.propose(1, "a");
            group.propose(1, "b");
            group.settle();
            assertEquals(11, group.node(1).committed());
        }

        @Test
        void areNotCommittedByBeingOnAQuorum() {
            group.heal();
            // The new leader's own entry, 14, does not get through; 12 and 13 do.
            group.loses =
                    message -> message.entries().stream().anyMatch(entry -> entry.index() >= 14);
            group.elect(2);
            assertEquals(Role.LEADER, group.node(2).role());
            List<Entry> old = group.node(2).raft().log().slice(12, 14, RaftConfig.NO_LIMIT);
            for (long to = 3; to <= 5; to++) {
                group.deliver(
                        Message.builder(MessageType.APP)
                                .from(2)
                                .to(to)
                                .term(2)
                                .logTerm(1)
                                .index(11)
                                .entries(old)
                                .commit(11)
                                .build());
            }
            group.settle();
            assertEquals(11, group.node(2).committed());
            group.heal();
            group.propose(2, "c");
            group.tick(2, 1);
            group.settle();
            assertEquals(15, group.node(2).committed());
        }

        @Test
        void areCommittedTogetherWithTheEmptyEntryOfTheNextLeader() {
            group.heal();
            group.elect(2);
            assertEquals(14, group.node(2).committed());
            assertEquals("a b", group.member(5).appliedText());
        }
    }

    /** The six logs of figure 7. */
    @Tag("raft-5.3")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "111445566",
                "1114",
                "11144556666",
                "111445566677",
                "1114444",
                "11122233333",
                ""
            })
    void aFollowersLogBecomesThatOfTheLeader(String log) {
        Solo leader = new Solo().voters(3).log(terms("1114455666")).state(7, 0, 0).start();
        Solo follower =
                new Solo()
                        .voters(3)
                        .log(terms(log))
                        .state(7, 0, 0)
                        .start(2, options -> options.preVote(false).checkQuorum(false));
        leader.node.campaign();
        leader.drain();
        leader.step(Message.builder(MessageType.VOTE_RESP), 3);
        List<Message> toFollower = leader.drain();
        while (!toFollower.isEmpty()) {
            toFollower.stream().filter(message -> message.to() == 2).forEach(follower.node::step);
            follower.drain().forEach(leader.node::step);
            toFollower = leader.drain();
        }
        assertEquals("1 1 1 4 4 5 5 6 6 6 8", follower.terms());
        assertEquals(leader.terms(), follower.terms());
        assertEquals(11, follower.node.committed());
    }

    @Test
    void appendsThatOvertakeEachOtherCostARoundTripAndNothingElse() {
        Group group = group(2);
        group.elect(1);
        group.propose(1, "a");
        List<Message> first = group.drain(1);
        group.propose(1, "b");
        List<Message> second = group.drain(1);
        second.forEach(group::deliver);
        List<Message> refusal = group.drain(2);
        assertTrue(refusal.get(0).reject());
        first.forEach(group::deliver);
        List<Message> acknowledgement = group.drain(2);
        refusal.forEach(group::deliver);
        Message again = Solo.only(MessageType.APP, group.drain(1)).get(0);
        assertEquals(11, again.index());
        acknowledgement.forEach(group::deliver);
        group.deliver(again);
        group.settle();
        assertEquals("a b", group.member(2).appliedText());
    }

    @Test
    void anAppendOfADeposedLeaderChangesNothing() {
        Group group = group(3);
        group.elect(1);
        group.elect(2);
        group.elect(1);
        Message old =
                Message.builder(MessageType.APP)
                        .from(2)
                        .to(3)
                        .term(2)
                        .logTerm(2)
                        .index(12)
                        .entries(Solo.entries(13, 2))
                        .build();
        group.deliver(old);
        group.propose(1, "a");
        group.settle();
        for (Group.Member member : group.members.values()) {
            assertEquals(3, member.storage.term(13));
            assertEquals("a", member.appliedText());
        }
    }

    /** A leader of two whose peer is played by the test; the peer holds entry 1. */
    @Nested
    class OnePeer {
        private final Solo solo = Solo.of(2, options -> options.maxInflightMessages(3));

        @BeforeEach
        void lead() {
            solo.lead();
            solo.acknowledge(2, 1);
            solo.drain();
        }

        private List<Message> propose(int count) {
            List<Message> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                solo.node.propose(new byte[] {1});
                sent.addAll(Solo.only(MessageType.APP, solo.drain()));
            }
            return sent;
        }

        private List<Message> heartbeatAnswered() {
            solo.step(Message.builder(MessageType.HEARTBEAT_RESP), 2);
            return Solo.only(MessageType.APP, solo.drain());
        }

        @Test
        void isSentToAtEachHeartbeatUntilItHasEverything() {
            propose(1);
            assertEquals(1, heartbeatAnswered().size());
            assertEquals(1, heartbeatAnswered().size());
            solo.acknowledge(2, 2);
            solo.drain();
            assertTrue(heartbeatAnswered().isEmpty());
        }

        @Test
        void getsOneEmptyAppendForEachHeartbeatWhileTheWindowIsFull() {
            assertEquals(3, propose(5).size());
            for (int i = 0; i < 3; i++) {
                List<Message> sent = heartbeatAnswered();
                assertEquals(1, sent.size());
                assertTrue(sent.get(0).entries().isEmpty());
            }
        }

        @Test
        void freesOfTheWindowWhatItAcknowledges() {
            assertEquals(3, propose(3).size());
            solo.acknowledge(2, 3);
            solo.drain();
            assertEquals(2, propose(3).size());
            // An older acknowledgement frees nothing.
            solo.acknowledge(2, 2);
            assertTrue(Solo.only(MessageType.APP, solo.drain()).isEmpty());
        }
    }
}
