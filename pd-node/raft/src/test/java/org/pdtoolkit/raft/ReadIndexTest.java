package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Linearizable reads. */
@Tag("thesis-6.4")
class ReadIndexTest {
    private static byte[] context(int number) {
        return new byte[] {(byte) number};
    }

    private static void answer(Solo solo, long from, byte[] context) {
        solo.step(Message.builder(MessageType.HEARTBEAT_RESP).context(context), from);
    }

    @ParameterizedTest
    @EnumSource(ReadOnlyOption.class)
    void everyMemberIsAnsweredWithTheCommitIndex(ReadOnlyOption option) {
        Group group = new Group(3, options -> options.readOnlyOption(option));
        group.elect(1);
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 10; i++) {
                group.propose(1, "x");
                group.settle();
            }
            long asked = 1 + round % 3;
            group.node(asked).readIndex(context(round));
            group.settle();
            List<ReadState> reads = group.member(asked).reads;
            assertEquals(
                    new ReadState(21 + 10 * round, context(round)), reads.get(reads.size() - 1));
        }
    }

    @Test
    void aLearnerMayAskAndALoneVoterNeedsNobody() {
        Solo solo =
                new Solo()
                        .members(
                                new ConfState(
                                        List.of(1L), List.of(), List.of(2L), List.of(), false))
                        .start();
        solo.lead();
        solo.node.readIndex(context(1));
        assertTrue(Solo.only(MessageType.HEARTBEAT, solo.drain()).isEmpty());
        assertEquals(List.of(new ReadState(1, context(1))), solo.reads);
        solo.node.step(
                Message.builder(MessageType.READ_INDEX)
                        .from(2)
                        .to(1)
                        .entries(List.of(Entry.proposal(context(2))))
                        .build());
        Message response = Solo.only(MessageType.READ_INDEX_RESP, solo.drain()).get(0);
        assertEquals(2, response.to());
        assertEquals(1, response.index());
        assertEquals(2, response.entries().get(0).data()[0]);
    }

    @Test
    void aRequestWaitsForTheFirstCommitOfTheTerm() {
        Solo solo = new Solo().voters(3).log(1, 1, 1).state(1, 0, 2).start();
        solo.lead();
        solo.node.readIndex(context(1));
        solo.drain();
        assertTrue(solo.reads.isEmpty());
        solo.acknowledge(2, 4);
        Message beat = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0);
        solo.step(Message.builder(MessageType.HEARTBEAT_RESP).context(beat.context()), 2);
        solo.drain();
        assertEquals(List.of(new ReadState(4, context(1))), solo.reads);
    }

    @Test
    void aReadIsConfirmedOnlyByAnswersToHeartbeatsSentAfterIt() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.readIndex(context(1));
        byte[] first = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0).context();
        solo.node.readIndex(context(2));
        byte[] second = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0).context();
        answer(solo, 2, new byte[0]);
        solo.drain();
        assertTrue(solo.reads.isEmpty());
        answer(solo, 2, first);
        solo.drain();
        assertEquals(List.of(new ReadState(1, context(1))), solo.reads);
        answer(solo, 2, first);
        solo.drain();
        assertEquals(1, solo.reads.size());
        answer(solo, 3, second);
        solo.drain();
        assertEquals(2, solo.reads.size());
        assertEquals(0, solo.node.raft().reads().openRequests());
    }

    @Test
    void oneRoundConfirmsEverythingBeforeItAndEqualContextsAreKeptApart() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        for (int i = 0; i < 3; i++) {
            solo.node.readIndex(context(5));
        }
        List<Message> beats = Solo.only(MessageType.HEARTBEAT, solo.drain());
        answer(solo, 2, beats.get(beats.size() - 1).context());
        solo.drain();
        assertEquals(3, solo.reads.size());
    }

    @Test
    void ordinaryHeartbeatsCarryTheNewestPosition() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.readIndex(context(1));
        solo.drain();
        solo.node.tick();
        Message beat = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0);
        assertEquals(8, beat.context().length);
        assertEquals(1, beat.context()[0]);
    }

    @Test
    void unconfirmedReadsVanishWithTheLeadership() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.readIndex(context(1));
        byte[] position = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0).context();
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(2).build());
        solo.drain();
        solo.lead();
        solo.acknowledge(2, solo.node.lastIndex());
        answer(solo, 2, position);
        solo.drain();
        assertTrue(solo.reads.isEmpty());
        assertEquals(0, solo.node.raft().reads().openRequests());
    }

    @Test
    void aRequestThatWaitsForTheFirstCommitSurvivesALostLeadership() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.node.readIndex(context(1));
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(2).build());
        solo.drain();
        assertEquals(1, solo.node.raft().reads().openRequests());
        solo.lead();
        solo.acknowledge(2, solo.node.lastIndex());
        byte[] position = Solo.only(MessageType.HEARTBEAT, solo.drain()).get(0).context();
        answer(solo, 2, position);
        solo.drain();
        // Late, but of the commit index at the time of the answer: never stale.
        assertEquals(List.of(new ReadState(solo.node.committed(), context(1))), solo.reads);
    }

    @Test
    void anAnswerThatClaimsTooMuchConfirmsNothing() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.readIndex(context(1));
        solo.drain();
        answer(solo, 2, new byte[] {9, 0, 0, 0, 0, 0, 0, 0});
        answer(solo, 2, new byte[] {1});
        solo.drain();
        assertTrue(solo.reads.isEmpty());
    }

    @Test
    void withoutLeaderARequestIsLost() {
        Solo solo = Solo.of(3);
        solo.node.readIndex(context(1));
        solo.node.campaign();
        solo.node.readIndex(context(2));
        assertTrue(Solo.only(MessageType.READ_INDEX, solo.drain()).isEmpty());
        assertEquals(0, solo.node.raft().reads().openRequests());
    }

    @Test
    void anExLeaderForwardsWithTheFirstSenderAndWithoutTerm() {
        Solo solo = Solo.of(3);
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        solo.drain();
        solo.node.step(
                Message.builder(MessageType.READ_INDEX)
                        .from(3)
                        .to(1)
                        .entries(List.of(Entry.proposal(context(1))))
                        .build());
        Message forwarded = solo.drain().get(0);
        assertEquals(3, forwarded.from());
        assertEquals(2, forwarded.to());
        assertEquals(0, forwarded.term());
    }
}
