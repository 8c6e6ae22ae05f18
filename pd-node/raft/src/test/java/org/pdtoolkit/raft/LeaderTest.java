package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replication, commit and flow control as a leader does them. */
class LeaderTest {
    private static byte[] bytes(int size) {
        return new byte[size];
    }

    @Test
    void sendsTheEntryWithWhatPrecedesItBeforeItIsDurableHere() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1).acknowledge(3, 1);
        solo.drain();
        solo.node.propose(bytes(3));
        Ready ready = solo.node.ready();
        assertEquals(1, ready.entries().size());
        assertEquals(2, ready.messages().size());
        for (Message message : ready.messages()) {
            assertEquals(MessageType.APP, message.type());
            assertEquals(1, message.index());
            assertEquals(1, message.logTerm());
            assertEquals(1, message.commit());
            assertEquals(ready.entries(), message.entries());
        }
    }

    @Test
    void countsItselfOnlyWhenItsOwnWriteIsDurable() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.node.propose(bytes(1));
        Ready ready = solo.node.ready();
        solo.storage.append(ready.entries());
        assertEquals("StateReplicate match=1 next=2", solo.progress(1));
        solo.node.advance();
        assertEquals("StateReplicate match=2 next=3", solo.progress(1));
    }

    @Tag("raft-5.4.2")
    @Test
    void commitsEntriesOfEarlierTermsOnlyTogetherWithOneOfItsOwn() {
        Solo solo = new Solo().voters(3).log(1, 2).state(2, 0, 0).start();
        solo.lead();
        solo.acknowledge(2, 1);
        assertEquals(0, solo.node.committed());
        solo.acknowledge(2, 2);
        assertEquals(0, solo.node.committed());
        solo.acknowledge(2, 3);
        assertEquals(3, solo.node.committed());
    }

    @Tag("raft-5.3")
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    SIZE, ACKERS,    COMMITTED
                    1,    '',        true
                    3,    '',        false
                    3,    '2',       true
                    3,    '2 3',     true
                    5,    '',        false
                    5,    '2',       false
                    5,    '2 3',     true
                    5,    '2 3 4',   true
                    """)
    void commitsWhatAMajorityHolds(int size, String ackers, boolean committed) {
        Solo solo = Solo.of(size);
        solo.lead();
        for (String acker : ackers.isEmpty() ? new String[0] : ackers.split(" ")) {
            solo.acknowledge(Long.parseLong(acker), 1);
        }
        assertEquals(committed ? 1 : 0, solo.node.committed());
    }

    @Test
    void aJointConfigurationNeedsBothMajorities() {
        Solo solo =
                new Solo()
                        .members(
                                new ConfState(
                                        List.of(1L, 2L, 3L),
                                        List.of(1L, 4L, 5L),
                                        List.of(),
                                        List.of(),
                                        false))
                        .start();
        solo.node.campaign();
        solo.drain();
        solo.step(Message.builder(MessageType.VOTE_RESP), 2);
        solo.step(Message.builder(MessageType.VOTE_RESP), 3);
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.step(Message.builder(MessageType.VOTE_RESP), 4);
        assertEquals(Role.LEADER, solo.node.role());
        solo.drain();
        solo.acknowledge(2, 1).acknowledge(3, 1);
        assertEquals(0, solo.node.committed());
        solo.acknowledge(5, 1);
        assertEquals(1, solo.node.committed());
    }

    @Test
    void heartbeatsNeverAskForACommitThePeerMayNotHave() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        solo.node.tick();
        List<Message> beats = Solo.only(MessageType.HEARTBEAT, solo.drain());
        assertEquals(2, beats.size());
        assertEquals(1, beats.get(0).commit());
        assertEquals(0, beats.get(1).commit());
        assertTrue(beats.get(0).entries().isEmpty());
    }

    @Test
    void aProbedPeerGetsOneAppendUntilItAnswers() {
        Solo solo = Solo.of(3);
        solo.lead();
        assertEquals("StateProbe match=0 next=1 paused inactive", solo.progress(2));
        for (int i = 0; i < 3; i++) {
            solo.node.propose(bytes(1));
        }
        assertTrue(solo.drain().isEmpty());
        // A heartbeat does not free it, the answer does, for one more.
        solo.node.tick();
        assertEquals(0, Solo.only(MessageType.APP, solo.drain()).size());
        solo.step(Message.builder(MessageType.HEARTBEAT_RESP), 2);
        List<Message> sent = solo.drain();
        assertEquals(1, sent.size());
        assertEquals(4, sent.get(0).entries().size());
        solo.acknowledge(2, 4);
        assertEquals("StateReplicate match=4 next=5", solo.progress(2));
    }

    @Test
    void aReplicatingPeerGetsAppendsUntilItsWindowIsFull() {
        Solo solo = Solo.of(2, options -> options.maxInflightMessages(3));
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        for (int i = 0; i < 5; i++) {
            solo.node.propose(bytes(1));
        }
        assertEquals(3, Solo.only(MessageType.APP, solo.drain()).size());
        assertEquals("StateReplicate match=1 next=5 paused inflight=3[full]", solo.progress(2));
        // Each heartbeat answer gets exactly one empty append, so that a loss is noticed.
        for (int i = 0; i < 2; i++) {
            solo.step(Message.builder(MessageType.HEARTBEAT_RESP), 2);
            List<Message> sent = solo.drain();
            assertEquals(1, sent.size());
            assertTrue(sent.get(0).entries().isEmpty());
        }
        solo.acknowledge(2, 3);
        List<Message> sent = Solo.only(MessageType.APP, solo.drain());
        assertEquals(2, sent.stream().mapToInt(message -> message.entries().size()).sum());
    }

    @Test
    void theWindowIsAlsoFullByBytes() {
        Solo solo = Solo.of(2, options -> options.maxBytesPerMessage(2048).maxInflightBytes(9000));
        solo.lead();
        solo.acknowledge(2, 1);
        solo.drain();
        for (int i = 0; i < 20; i++) {
            solo.node.propose(bytes(1000));
        }
        List<Message> sent = Solo.only(MessageType.APP, solo.drain());
        // The message that crosses the limit still leaves.
        assertEquals(9, sent.size());
        solo.acknowledge(2, 4);
        // Three acknowledged, room for three thousand bytes and the crossing one.
        sent = Solo.only(MessageType.APP, solo.drain());
        assertEquals(2, sent.size());
        for (Message message : sent) {
            assertEquals(2, message.entries().size());
        }
    }

    @Test
    void noMessageExceedsItsLimitUnlessOneEntryDoes() {
        Solo solo = Solo.of(2, options -> options.maxBytesPerMessage(100));
        solo.lead();
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            batch.add(bytes(40));
        }
        batch.add(bytes(500));
        solo.node.propose(batch);
        solo.acknowledge(2, 1);
        List<Message> sent = Solo.only(MessageType.APP, solo.drain());
        List<Integer> sizes = sent.stream().map(message -> message.entries().size()).toList();
        assertEquals(List.of(2, 2, 2, 2, 2, 1), sizes);
    }

    @Test
    void theUncommittedTailIsLimitedButNeverShutsOutAnything() {
        Solo solo = Solo.of(1, options -> options.maxUncommittedBytes(100));
        solo.lead();
        solo.node.propose(bytes(300));
        RaftException dropped =
                assertThrows(RaftException.class, () -> solo.node.propose(bytes(1)));
        assertEquals(RaftException.Kind.PROPOSAL_DROPPED, dropped.kind());
        solo.node.propose(bytes(0));
        assertEquals(300, solo.node.raft().leaderRole().uncommittedBytes());
        solo.drain();
        assertEquals(0, solo.node.raft().leaderRole().uncommittedBytes());
        solo.node.propose(bytes(60));
        solo.node.propose(bytes(40));
        assertThrows(RaftException.class, () -> solo.node.propose(bytes(1)));
        // What was dropped left no trace.
        solo.drain();
        assertEquals(5, solo.applied.size());
    }

    @Test
    void aStaleRejectionIsIgnored() {
        Solo solo = Solo.of(2);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.node.propose(bytes(1));
        solo.drain();
        solo.step(Message.builder(MessageType.APP_RESP).index(1).reject(true).rejectHint(0), 2);
        assertEquals("StateReplicate match=1 next=3 inflight=1", solo.progress(2));
    }

    @Test
    void aGenuineRejectionAtAReplicatingPeerStartsOverBehindTheLastMatch() {
        Solo solo = Solo.of(2);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.node.propose(bytes(1));
        solo.node.propose(bytes(1));
        solo.drain();
        solo.step(Message.builder(MessageType.APP_RESP).index(2).reject(true).rejectHint(1), 2);
        List<Message> sent = solo.drain();
        assertEquals(1, sent.size());
        assertEquals(1, sent.get(0).index());
        assertEquals(2, sent.get(0).entries().size());
    }

    @Test
    void anUnreachablePeerIsProbed() {
        Solo solo = Solo.of(2);
        solo.lead();
        solo.acknowledge(2, 1);
        solo.node.propose(bytes(1));
        solo.drain();
        solo.node.reportUnreachable(2);
        assertEquals("StateProbe match=1 next=2", solo.progress(2));
        solo.node.reportUnreachable(1);
        assertEquals("StateReplicate match=2 next=3", solo.progress(1));
    }

    @Test
    void anAcknowledgementOfAnEarlierTermIsIgnored() {
        Solo solo = Solo.of(3);
        solo.node.campaign();
        solo.drain();
        solo.step(Message.builder(MessageType.VOTE_RESP), 2);
        solo.node.ready();
        // The term moves on before the leader's own write is confirmed.
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(3).to(1).term(2).build());
        solo.node.advance();
        assertEquals(Role.FOLLOWER, solo.node.role());
        assertEquals(0, solo.node.committed());
        assertTrue(solo.node.hasReady());
    }

    @Test
    void anAcknowledgementBehindTheOwnLogCountsForNothing() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.acknowledge(2, 7);
        assertEquals(0, solo.node.raft().tracker().get(2).match());
        assertEquals(0, solo.node.committed());
    }

    @Test
    void messagesFromStrangersAreIgnored() {
        Solo solo = Solo.of(2);
        solo.lead();
        RaftException stranger = assertThrows(RaftException.class, () -> solo.acknowledge(9, 1));
        assertEquals(RaftException.Kind.STEP_PEER_NOT_FOUND, stranger.kind());
        solo.node.transferLeader(9);
        solo.node.reportUnreachable(9);
        assertEquals(0, solo.node.transferee());
        assertEquals(0, solo.node.committed());
    }

    @Test
    void proposalsKeepTheirDataAndOrder() {
        Solo solo = Solo.of(1);
        solo.lead();
        solo.node.propose(List.of(new byte[] {1}, new byte[] {2}));
        solo.node.propose(new byte[] {3});
        solo.drain();
        assertEquals(4, solo.applied.size());
        for (int i = 1; i <= 3; i++) {
            assertArrayEquals(new byte[] {(byte) i}, solo.applied.get(i).data());
            assertEquals(i + 1, solo.applied.get(i).index());
        }
    }

    @Test
    void aForwardedProposalTravelsWithoutTermUnlessForwardingIsOff() {
        Solo follower = Solo.of(3);
        follower.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        follower.drain();
        follower.node.propose(bytes(1));
        Message forwarded = follower.drain().get(0);
        assertEquals(MessageType.PROP, forwarded.type());
        assertEquals(0, forwarded.term());
        assertEquals(2, forwarded.to());
        assertEquals(1, forwarded.from());

        Solo strict = Solo.of(3, options -> options.disableProposalForwarding(true));
        strict.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        assertThrows(RaftException.class, () -> strict.node.propose(bytes(1)));
        assertFalse(
                strict.drain().stream().anyMatch(message -> message.type() == MessageType.PROP));
    }
}
