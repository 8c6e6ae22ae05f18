package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Snapshots, from both sides. */
class SnapshotTest {
    private static final ConfState BOTH = ConfState.ofVoters(List.of(1L, 2L));

    private static Snapshot snapshot(long index, long term, ConfState confState) {
        return new Snapshot(index, term, confState, new byte[] {1});
    }

    /** A leader whose log begins behind 11, with a peer that is not there yet. */
    @Nested
    class Sending {
        private final Solo solo = new Solo();

        @BeforeEach
        void needASnapshot() {
            solo.storage.applySnapshot(snapshot(11, 11, BOTH));
            solo.state(11, 0, 11).start();
            solo.lead();
            assertEquals("StateProbe match=0 next=12 paused inactive", solo.progress(2));
            refuse();
        }

        private void refuse() {
            solo.step(
                    Message.builder(MessageType.APP_RESP)
                            .index(solo.node.raft().tracker().get(2).next() - 1)
                            .reject(true)
                            .rejectHint(1),
                    2);
        }

        @Test
        void aPeerBehindTheLogGetsTheSnapshotAndNothingElseMeanwhile() {
            List<Message> sent = solo.drain();
            assertEquals(1, sent.size());
            assertEquals(MessageType.SNAP, sent.get(0).type());
            assertEquals(11, sent.get(0).snapshot().index());
            assertEquals("StateSnapshot match=0 next=12 paused pendingSnap=11", solo.progress(2));
            solo.node.propose(new byte[1]);
            solo.step(Message.builder(MessageType.HEARTBEAT_RESP), 2);
            assertTrue(Solo.only(MessageType.APP, solo.drain()).isEmpty());
        }

        @Test
        void afterAFailureItProbesFromTheLastMatchAndWaits() {
            solo.node.reportSnapshot(2, false);
            assertEquals("StateProbe match=0 next=1 paused", solo.progress(2));
        }

        @Test
        void afterASuccessItProbesFromBehindTheSnapshotAndWaits() {
            solo.node.reportSnapshot(2, true);
            assertEquals("StateProbe match=0 next=12 paused", solo.progress(2));
            solo.drain();
            solo.step(Message.builder(MessageType.HEARTBEAT_RESP), 2);
            assertEquals(1, Solo.only(MessageType.APP, solo.drain()).size());
        }

        @Test
        void anAcknowledgementEndsItWithoutAReport() {
            solo.drain();
            solo.acknowledge(2, 11);
            assertEquals("StateReplicate match=11 next=13 inflight=1", solo.progress(2));
        }

        @Test
        void aReportForAPeerInAnotherStateIsIgnored() {
            solo.acknowledge(2, 11);
            String before = solo.progress(2);
            solo.node.reportSnapshot(2, false);
            assertEquals(before, solo.progress(2));
        }
    }

    @Test
    void noSnapshotGoesToAPeerThatIsSilent() {
        Solo solo = new Solo();
        solo.storage.applySnapshot(snapshot(11, 11, BOTH));
        solo.storage.append(Solo.entries(12, 11, 11));
        solo.state(11, 0, 11).start();
        solo.lead();
        solo.drain();
        solo.storage.compact(13);
        // Its probe stands at 13, behind what is gone now.
        solo.node.raft().tracker().get(2).resumeAppends();
        solo.node.propose(new byte[1]);
        assertTrue(Solo.only(MessageType.SNAP, solo.drain()).isEmpty());
    }

    @Nested
    class Receiving {
        private final Solo solo = new Solo().voters(2).log(1, 1, 1).state(1, 0, 2);

        private List<Message> receive(Snapshot snapshot) {
            solo.step(Message.builder(MessageType.SNAP).snapshot(snapshot), 2);
            return Solo.only(MessageType.APP_RESP, solo.drain());
        }

        @Test
        void replacesLogAndMembershipAndCountsAsAppliedOnceDurable() {
            solo.start();
            solo.drain();
            ConfState joint =
                    new ConfState(
                            List.of(1L, 2L, 3L), List.of(2L, 4L), List.of(5L), List.of(4L), true);
            solo.step(Message.builder(MessageType.SNAP).snapshot(snapshot(11, 1, joint)), 2);
            assertEquals(2, solo.node.leader());
            assertEquals(11, solo.node.committed());
            assertEquals(2, solo.node.applied());
            assertEquals(joint, solo.node.status().confState());
            // Not before it is durable.
            solo.node.campaign();
            assertEquals(Role.FOLLOWER, solo.node.role());
            Ready ready = solo.node.ready();
            assertEquals(11, ready.snapshot().index());
            assertTrue(ready.committedEntries().isEmpty());
            assertEquals(11, ready.messages().get(0).index());
            solo.storage.applySnapshot(ready.snapshot());
            solo.node.advance();
            assertEquals(11, solo.node.applied());
            assertEquals(11, solo.node.lastIndex());
            solo.node.campaign();
            assertEquals(Role.CANDIDATE, solo.node.role());
        }

        @Test
        void ignoresWhatItHasCommitted() {
            solo.start();
            List<Message> answers = receive(snapshot(2, 1, BOTH));
            assertEquals(2, answers.get(0).index());
            assertEquals(3, solo.node.lastIndex());
        }

        @Test
        void ignoresOneThatIsOlderThanItsLog() {
            solo.start();
            solo.drain();
            solo.storage.createSnapshot(2, BOTH, new byte[0]);
            solo.storage.compact(2);
            List<Message> answers = receive(snapshot(1, 1, BOTH));
            assertEquals(2, answers.get(0).index());
            assertEquals(2, solo.node.committed());
            assertEquals(3, solo.node.lastIndex());
        }

        @Test
        void onlyCommitsWhatItsLogHoldsAlready() {
            solo.start();
            List<Message> answers = receive(snapshot(3, 1, BOTH));
            assertEquals(3, answers.get(0).index());
            assertEquals(3, solo.node.committed());
            assertEquals(1, solo.storage.firstIndex());
        }

        @Test
        void refusesOneThatDoesNotNameIt() {
            solo.start();
            ConfState strangers = ConfState.ofVoters(List.of(2L, 3L));
            List<Message> answers = receive(snapshot(9, 1, strangers));
            assertEquals(2, answers.get(0).index());
            assertEquals(3, solo.node.lastIndex());
        }

        @Test
        void mayTurnAVoterIntoALearnerAndBack() {
            solo.start();
            receive(
                    snapshot(
                            9,
                            1,
                            new ConfState(List.of(2L), List.of(), List.of(1L), List.of(), false)));
            assertTrue(solo.node.raft().isLearner());
            assertFalse(solo.node.raft().isPromotable());
            receive(snapshot(12, 1, BOTH));
            assertFalse(solo.node.raft().isLearner());
            assertTrue(solo.node.raft().isPromotable());
        }
    }
}
