package org.pdtoolkit.placement.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.sim.SimCluster;
import org.pdtoolkit.placement.sim.SimNode;
import org.pdtoolkit.placement.sim.World;

/** The PD leader loop, one situation at a time, in virtual time. */
class ElectionTest {
    private static final long MILLI = World.MILLI;
    private static final long SECOND = World.SECOND;

    private static Optional<String> leaderKnownTo(SimNode node) {
        return node.driver().leader().map(Member::name);
    }

    private static boolean steppedDown(SimNode node, StepDownReason reason) {
        return node.events.contains(new PlacementEvent.SteppedDown(reason));
    }

    @Test
    void theRaftLeaderBecomesPdLeaderAndTheOthersFollowIt() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        for (SimNode node : cluster.nodes) {
            assertEquals(Optional.of("pd1"), leaderKnownTo(node));
            assertEquals(node == cluster.node(1), node.driver().serving());
        }
        assertEquals(SimNode.memberValue(1), cluster.leaderPair().value());
        assertTrue(cluster.leaderPair().lease() != 0, "the key hangs on a lease");
    }

    @Test
    void nobodyCampaignsWhileNobodyLeadsTheRaftGroup() {
        SimCluster cluster = new SimCluster(1, 3);
        cluster.raft.automatic = false;
        cluster.run(10 * SECOND);
        assertTrue(cluster.store.pairs().isEmpty());
        assertEquals(0, cluster.node(1).driver().clusterId());
    }

    @Test
    void allMembersAgreeOnTheClusterId() {
        SimCluster cluster = SimCluster.serving();
        cluster.await(() -> cluster.nodes.stream().allMatch(n -> n.driver().clusterId() != 0));
        long id = cluster.node(1).driver().clusterId();
        assertEquals(1_700_000_000L, id >>> 32, "unix seconds in the upper half");
        cluster.nodes.forEach(node -> assertEquals(id, node.driver().clusterId()));
    }

    @Test
    void aNewRaftLeaderTakesOverWithoutWaitingForTheLease() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(10 * SECOND);
        cluster.node(1).crash();
        KeyValue left = cluster.leaderPair();
        cluster.run(1_100 * MILLI);
        assertEquals(left, cluster.leaderPair(), "the lease of the dead leader still stands");
        cluster.raft.elect(cluster.node(2));
        long took = cluster.await(() -> cluster.node(2).serving());
        assertTrue(took <= 50 * MILLI, "took " + took / MILLI + " ms");
        assertTrue(
                cluster.node(2)
                        .events
                        .contains(new PlacementEvent.StaleLeaderKeyRemoved(1, left.modRevision())));
        cluster.await(() -> leaderKnownTo(cluster.node(3)).equals(Optional.of("pd2")));
    }

    @Test
    void aRestartedMemberRemovesItsOwnLeftoverKeyAndServesAtOnce() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(5 * SECOND);
        long term = cluster.leaderPair().createRevision();
        assertTrue(cluster.node(1).crash());
        cluster.run(1_100 * MILLI);
        cluster.node(1).restart();
        cluster.raft.elect(cluster.node(1));
        long took = cluster.await(() -> cluster.node(1).serving());
        assertTrue(took <= 50 * MILLI, "took " + took / MILLI + " ms");
        assertTrue(cluster.leaderPair().createRevision() > term);
    }

    @Test
    void aLeaderThatWakesFromALongPauseServesNothingAndFollows() {
        SimCluster cluster = SimCluster.serving();
        cluster.raft.automatic = true;
        SimNode old = cluster.node(1);
        old.pause(60 * SECOND);
        cluster.await(() -> cluster.servingNode().isPresent() && !old.serving());
        String successor = cluster.servingNode().orElseThrow().name;
        cluster.await(() -> !old.paused());
        assertFalse(old.serving());
        cluster.await(() -> leaderKnownTo(old).equals(Optional.of(successor)));
    }

    /**
     * The owner sleeps through a lost and a regained Raft leadership: its lease is still valid and
     * a quorum follows again, but another member has served in between.
     */
    @Test
    void aTermOfOfficeDoesNotOutliveItsRaftTerm() {
        SimCluster cluster = SimCluster.serving();
        SimNode first = cluster.node(1);
        SimNode second = cluster.node(2);
        cluster.run(3 * SECOND);
        first.cut = true;
        cluster.world.at(1_050 * MILLI, () -> cluster.raft.elect(second));
        cluster.world.at(1_200 * MILLI, () -> first.cut = false);
        cluster.world.at(
                1_250 * MILLI,
                () -> {
                    assertTrue(second.serving());
                    var unused = second.driver().transferLeader("pd1");
                });
        cluster.world.at(
                1_590 * MILLI,
                () -> {
                    assertTrue(first.view.leading(), "leads the Raft group again");
                    assertFalse(second.serving());
                    assertFalse(first.serving(), "but the old term must not come back to life");
                });
        first.stallOwner(1_600 * MILLI);
        // Here the owner wakes; nothing of it has run since it led the Raft group before.
        cluster.await(first::serving);
        assertTrue(first.events.stream().anyMatch(PlacementEvent.SteppedDown.class::isInstance));
    }

    @Test
    void aDeletedLeaderKeyEndsTheTermAndStartsANewOneAtOnce() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.store.apply(Op.Delete.of(cluster.keys().leader()));
        cluster.await(() -> !cluster.node(1).serving());
        assertTrue(steppedDown(cluster.node(1), StepDownReason.LEADER_KEY_LOST));
        long took = cluster.await(() -> cluster.node(1).serving());
        assertTrue(took <= 300 * MILLI, "took " + took / MILLI + " ms");
    }

    @Test
    void aLeaderWithoutRenewalsStepsDownBeforeItsKeyIsGone() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(5 * SECOND);
        KeyValue held = cluster.leaderPair();
        cluster.node(1).loseRenewals = true;
        long took = cluster.await(() -> !cluster.node(1).serving());
        assertTrue(took <= 3 * SECOND, "took " + took / MILLI + " ms");
        assertEquals(held, cluster.leaderPair());
        cluster.node(1).loseRenewals = false;
        cluster.await(() -> cluster.node(1).serving());
        assertTrue(steppedDown(cluster.node(1), StepDownReason.LEASE_LOST));
    }

    @Test
    void aValueThatNamesNobodyIsNoLeaderAndDoesNotBlockTheElection() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.store.apply(Op.Put.of(cluster.keys().leader(), Bytes.utf8("?")));
        assertTrue(cluster.node(3).crash());
        cluster.node(3).restart();
        cluster.run(500 * MILLI);
        assertEquals(Optional.empty(), leaderKnownTo(cluster.node(3)));
        cluster.node(1).crash();
        cluster.run(1_100 * MILLI);
        cluster.raft.elect(cluster.node(2));
        long took = cluster.await(() -> cluster.node(2).serving());
        assertTrue(took <= 50 * MILLI, "took " + took / MILLI + " ms");
        cluster.await(() -> leaderKnownTo(cluster.node(3)).equals(Optional.of("pd2")));
    }

    /** The read that is under way would otherwise hold the new leader up for its whole timeout. */
    @Test
    void aRequestThatDiedWithTheOldRaftLeaderDoesNotDelayTheNewOne() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.node(1).cut = true;
        assertTrue(cluster.node(2).crash());
        cluster.node(2).restart();
        cluster.node(2).view.follow(1, 1);
        cluster.node(2).loseRequests = true;
        cluster.run(1_100 * MILLI);
        assertEquals(0, cluster.node(2).driver().clusterId(), "still asking");
        cluster.node(2).loseRequests = false;
        cluster.raft.elect(cluster.node(2));
        long took = cluster.await(() -> cluster.node(2).serving());
        assertTrue(took <= 50 * MILLI, "took " + took / MILLI + " ms");
    }

    @Test
    void aLookForTheLeaderThatDiedWithTheOldRaftLeaderIsRepeated() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        SimNode second = cluster.node(2);
        second.view.stepDown();
        cluster.run(20 * MILLI);
        second.loseRequests = true;
        second.view.follow(1, 1);
        cluster.node(1).crash();
        cluster.run(1_100 * MILLI);
        second.loseRequests = false;
        cluster.raft.elect(second);
        long took = cluster.await(second::serving);
        assertTrue(took <= 50 * MILLI, "took " + took / MILLI + " ms");
    }

    @Test
    void aFollowerForgetsTheLeaderWhenNobodyLeadsTheRaftGroup() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        assertEquals(Optional.of("pd1"), leaderKnownTo(cluster.node(2)));
        cluster.node(2).view.stepDown();
        cluster.run(20 * MILLI);
        assertEquals(Optional.empty(), leaderKnownTo(cluster.node(2)));
        cluster.node(2).view.follow(1, 1);
        cluster.await(() -> leaderKnownTo(cluster.node(2)).equals(Optional.of("pd1")));
    }

    @Test
    void followersSurviveTheCompactionOfWhatTheyWatch() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.store.compact();
        cluster.nodes.forEach(node -> node.chaos = 1);
        cluster.run(5 * SECOND);
        cluster.nodes.forEach(node -> node.chaos = 0);
        cluster.raft.automatic = true;
        cluster.await(() -> cluster.servingNode().isPresent());
        cluster.servingNode().orElseThrow().crash();
        cluster.await(() -> cluster.servingNode().isPresent());
        String leader = cluster.servingNode().orElseThrow().name;
        cluster.run(SECOND);
        cluster.nodes.stream()
                .filter(node -> !node.down)
                .forEach(node -> assertEquals(Optional.of(leader), leaderKnownTo(node)));
    }

    @Test
    void aMemberWhoseDiskStallsStopsServingAndHandsOver() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.node(1).stallDisk(60 * SECOND);
        long took = cluster.await(() -> !cluster.node(1).serving());
        assertTrue(took <= 2_100 * MILLI, "took " + took / MILLI + " ms");
        long moved = cluster.await(() -> cluster.node(2).serving());
        assertTrue(took + moved <= 15 * SECOND, "moved after " + (took + moved) / MILLI + " ms");
        assertTrue(steppedDown(cluster.node(1), StepDownReason.DISK_STALLED));
    }

    @Test
    void aShortDiskStallOnlyInterruptsTheService() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        long term = cluster.leaderPair().createRevision();
        cluster.node(1).stallDisk(3 * SECOND);
        cluster.await(() -> !cluster.node(1).serving());
        cluster.await(() -> cluster.node(1).serving());
        assertEquals(term, cluster.leaderPair().createRevision());
    }

    @Test
    void aMemberThatKeepsFailingAfterItsVictoryLetsAnotherOneTry() {
        SimCluster cluster = new SimCluster(1, 3);
        cluster.raft.automatic = false;
        cluster.run(SECOND);
        cluster.raft.elect(cluster.node(1));
        cluster.await(() -> cluster.node(1).driver().clusterId() != 0);
        Bytes garbage = Bytes.utf8("not eight bytes");
        cluster.store.apply(Op.Put.of(cluster.keys().timestamp(), garbage));
        cluster.await(() -> cluster.raft.leader() == cluster.node(2));
        assertEquals(
                3,
                cluster.node(1).events.stream()
                        .filter(PlacementEvent.PromotionFailed.class::isInstance)
                        .count());
        cluster.store.apply(Op.Delete.of(cluster.keys().timestamp()));
        cluster.await(() -> cluster.servingNode().isPresent());
    }

    @Test
    void aStoppedDriverGivesItsKeyBack() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        assertNotNull(cluster.leaderPair());
        var done = cluster.node(1).driver().stop();
        cluster.run(10 * MILLI);
        assertTrue(done.isDone());
        assertFalse(cluster.node(1).serving());
        assertNull(cluster.leaderPair());
        assertEquals(0, cluster.store.leaseCount());
        assertEquals(Optional.empty(), leaderKnownTo(cluster.node(1)));
    }
}
