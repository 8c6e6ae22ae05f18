package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** Start, Ready and advance, restart. */
class RaftNodeTest {
    private static Solo blank() {
        return new Solo().start();
    }

    @Test
    void bootstrapCommitsOneChangeForEachPeerInTheFirstReady() {
        Solo solo = blank();
        solo.node.bootstrap(List.of(new Peer(1, new byte[] {7}), new Peer(2, new byte[0])));
        assertEquals(2, solo.node.committed());
        assertEquals(0, solo.node.applied());
        Ready ready = solo.node.ready();
        assertEquals(new HardState(1, 0, 2), ready.hardState());
        assertEquals(2, ready.entries().size());
        assertEquals(ready.entries(), ready.committedEntries());
        assertTrue(ready.mustSync());
        Entry first = ready.entries().get(0);
        assertEquals(EntryType.CONF_CHANGE, first.type());
        assertEquals(1, first.term());
        ConfChange change = ConfChange.decode(first);
        assertEquals(ConfChange.of(ChangeType.ADD_NODE, 1, new byte[] {7}), change);
        // The application applies them again, harmlessly.
        solo.storage.append(ready.entries());
        for (Entry entry : ready.committedEntries()) {
            assertEquals(
                    List.of(1L, 2L), solo.node.applyConfChange(ConfChange.decode(entry)).voters());
        }
        solo.node.advance();
        assertEquals(2, solo.node.applied());
        assertEquals(List.of(1L, 2L), solo.node.status().confState().voters());
    }

    @Test
    void aGroupOfOneBootstrapsItselfIntoLeadership() {
        Solo solo = blank();
        solo.node.bootstrap(List.of(new Peer(1, new byte[0])));
        solo.drain();
        solo.node.campaign();
        solo.drain();
        assertEquals(Role.LEADER, solo.node.role());
        assertEquals(2, solo.node.term());
        solo.node.propose(new byte[] {1});
        solo.drain();
        assertEquals(3, solo.node.applied());
    }

    @Test
    void bootstrapNeedsPeersAndAnEmptyStorage() {
        assertThrows(IllegalArgumentException.class, () -> blank().node.bootstrap(List.of()));
        Solo used = new Solo().log(1).start();
        assertThrows(
                IllegalStateException.class,
                () -> used.node.bootstrap(List.of(new Peer(1, new byte[0]))));
    }

    @Test
    void aRestartEmitsCommittedEntriesAndNothingToPersist() {
        Solo solo = new Solo().voters(3).log(1, 1, 1).state(1, 2, 2).start();
        Ready ready = solo.node.ready();
        assertTrue(ready.hardState().isEmpty());
        assertFalse(ready.mustSync());
        assertNull(ready.softState());
        assertTrue(ready.entries().isEmpty());
        assertEquals(2, ready.committedEntries().size());
        solo.node.advance();
        assertFalse(solo.node.hasReady());
        assertEquals(new HardState(1, 2, 2), solo.node.status().hardState());
    }

    @Test
    void aRestartGoesOnBehindWhatWasApplied() {
        Solo solo =
                new Solo()
                        .voters(3)
                        .log(1, 1, 1)
                        .state(1, 0, 3)
                        .start(1, options -> options.applied(2));
        Ready ready = solo.node.ready();
        assertEquals(1, ready.committedEntries().size());
        assertEquals(3, ready.committedEntries().get(0).index());
    }

    @Test
    void aRestartFromASnapshotGoesOnBehindIt() {
        Solo solo = new Solo();
        solo.storage.applySnapshot(
                new Snapshot(5, 2, ConfState.ofVoters(List.of(1L, 2L)), new byte[0]));
        solo.storage.append(Solo.entries(6, 2));
        solo.state(2, 0, 6).start();
        assertEquals(5, solo.node.applied());
        assertEquals(6, solo.node.ready().committedEntries().get(0).index());
    }

    @Test
    void impossibleStoredStatesAreFatal() {
        assertThrows(
                InvariantViolation.class, () -> new Solo().voters(3).log(1).state(1, 0, 2).start());
        assertThrows(
                InvariantViolation.class,
                () ->
                        new Solo()
                                .voters(3)
                                .log(1, 1)
                                .state(1, 0, 1)
                                .start(1, options -> options.applied(2)));
        ConfState impossible = new ConfState(List.of(), List.of(), List.of(1L), List.of(), false);
        assertThrows(InvariantViolation.class, () -> new Solo().members(impossible).start());
    }

    @ParameterizedTest
    @EnumSource(MessageType.class)
    void localMessagesAreNotTakenFromOutside(MessageType type) {
        Solo solo = Solo.of(3);
        if (type.isLocal()) {
            RaftException refused =
                    assertThrows(
                            RaftException.class,
                            () -> solo.node.step(Message.builder(type).from(2).to(1).build()));
            assertEquals(RaftException.Kind.STEP_LOCAL_MESSAGE, refused.kind());
        }
        assertEquals(type, MessageType.of(type.number()));
    }

    @Test
    void unknownMessageNumbersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> MessageType.of(24));
        assertThrows(IllegalArgumentException.class, () -> MessageType.of(-1));
    }

    @Test
    void readyAndAdvanceAlternate() {
        Solo solo = Solo.of(1);
        assertThrows(InvariantViolation.class, solo.node::advance);
        solo.node.campaign();
        solo.node.ready();
        assertThrows(InvariantViolation.class, solo.node::ready);
        solo.node.advance();
        assertTrue(solo.node.hasReady());
    }

    @Test
    void advanceIsForbiddenWithAsynchronousWrites() {
        Solo solo = Solo.of(1, options -> options.asyncStorageWrites(true));
        solo.node.campaign();
        solo.node.ready();
        solo.node.ready();
        assertThrows(InvariantViolation.class, solo.node::advance);
    }

    @Test
    void whatComesBetweenReadyAndAdvanceIsNotLost() {
        Solo solo = Solo.of(1);
        solo.lead();
        solo.node.propose(new byte[] {1});
        Ready ready = solo.node.ready();
        solo.storage.append(ready.entries());
        solo.node.propose(new byte[] {2});
        solo.node.advance();
        solo.drain();
        assertEquals(3, solo.applied.size());
        assertEquals(2, solo.applied.get(2).data()[0]);
    }

    @Test
    void onlyVoteTermAndEntriesNeedASync() {
        Solo solo = Solo.of(1);
        solo.lead();
        solo.node.propose(new byte[] {1});
        Ready write = solo.node.ready();
        assertTrue(write.mustSync());
        solo.storage.append(write.entries());
        solo.node.advance();
        Ready commit = solo.node.ready();
        assertEquals(2, commit.hardState().commit());
        assertFalse(commit.mustSync());
    }

    @Test
    void committedEntriesComeInPagesWithoutAGap() {
        Solo solo = Solo.of(1, options -> options.maxCommittedBytesPerReady(2048));
        solo.lead();
        for (int i = 0; i < 3; i++) {
            solo.node.propose(new byte[1000]);
        }
        List<Integer> pages = new ArrayList<>();
        while (solo.node.hasReady()) {
            Ready ready = solo.node.ready();
            solo.storage.append(ready.entries());
            if (!ready.committedEntries().isEmpty()) {
                pages.add(ready.committedEntries().size());
            }
            solo.node.advance();
        }
        assertEquals(List.of(2, 1), pages);
    }

    @Test
    void aZeroMessageLimitStillLetsEntriesThroughOneByOne() {
        Solo solo = Solo.of(2, options -> options.maxBytesPerMessage(0));
        solo.lead();
        solo.node.propose(new byte[10]);
        solo.acknowledge(2, 1);
        solo.drain();
        solo.acknowledge(2, 2);
        solo.drain();
        assertEquals(2, solo.applied.size());
        assertEquals(2, solo.node.applied());
    }

    @Test
    void theStatusShowsProgressOnlyAtALeader() {
        Solo solo = Solo.of(3);
        assertTrue(solo.node.status().progress().isEmpty());
        solo.lead();
        Status status = solo.node.status();
        assertEquals(3, status.progress().size());
        assertEquals(1, status.progress().get(0).match());
        assertEquals(Role.LEADER, status.softState().role());
        assertEquals(List.of(1L, 2L, 3L), status.confState().voters());
    }

    @Test
    void eventsComeWithTheNextReadyOnce() {
        Solo solo = Solo.of(1);
        solo.drain();
        solo.events.clear();
        solo.node.campaign();
        solo.drain();
        assertTrue(
                solo.events.contains(new RaftEvent.RoleTaken(1, Role.CANDIDATE, 1)),
                solo.events::toString);
        assertTrue(solo.events.contains(new RaftEvent.RoleTaken(1, Role.LEADER, 1)));
        assertEquals(
                1,
                solo.events.stream()
                        .filter(event -> event.text().equals("1 became leader at term 1"))
                        .count());
        assertFalse(solo.node.hasReady());
    }

    @Test
    void equalInputsAndSeedsGiveEqualOutputs() {
        assertEquals(trace(5), trace(5));
    }

    private static List<String> trace(long seed) {
        Solo solo = Solo.of(3, options -> options.random(RandomSource.seeded(seed)));
        List<String> trace = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            solo.node.tick();
            for (Message message : solo.drain()) {
                trace.add(i + " " + Describe.message(message));
            }
        }
        return trace;
    }
}
