package org.pdtoolkit.placement.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.sim.SimCluster;
import org.pdtoolkit.placement.sim.SimNode;
import org.pdtoolkit.placement.sim.World;

/** Leadership that moves because somebody wants it to: transfer, resign, priorities. */
class HandOverTest {
    private static final long MILLI = World.MILLI;
    private static final long SECOND = World.SECOND;

    private static PlacementError failure(CompletableFuture<?> future) {
        var thrown = assertThrows(CompletionException.class, future::join);
        return ((PlacementException) thrown.getCause()).error();
    }

    private static <T> CompletableFuture<T> finish(SimCluster cluster, CompletableFuture<T> call) {
        cluster.await(call::isDone);
        return call;
    }

    @Test
    void aTransferInterruptsTheServiceForLessThanTwoHundredMilliseconds() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(5 * SECOND);
        var moved = cluster.node(1).driver().transferLeader("pd3");
        cluster.await(() -> !cluster.node(1).serving());
        long took = cluster.await(() -> cluster.node(3).serving());
        assertTrue(took <= 200 * MILLI, "took " + took / MILLI + " ms");
        finish(cluster, moved).join();
        cluster.await(() -> cluster.node(1).driver().leader().isPresent());
        assertEquals("pd3", cluster.node(1).driver().leader().orElseThrow().name());
    }

    @Test
    void aTransferThatFailsMakesTheMemberACandidateAgain() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.node(3).cut = true;
        var moved = cluster.node(1).driver().transferLeader("pd3");
        cluster.await(() -> !cluster.node(1).serving());
        assertEquals(PlacementError.STORE, failure(finish(cluster, moved)));
        cluster.raft.elect(cluster.node(1));
        cluster.await(() -> cluster.node(1).serving());
    }

    @Test
    void transfersThatCannotWorkAreRefusedWithoutAnInterruption() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        long term = cluster.leaderPair().createRevision();
        SimNode leader = cluster.node(1);
        finish(cluster, leader.driver().transferLeader("pd1")).join();
        assertEquals(
                PlacementError.MEMBER_NOT_FOUND,
                failure(finish(cluster, leader.driver().transferLeader("pd9"))));
        assertEquals(
                PlacementError.MEMBER_NOT_FOUND,
                failure(finish(cluster, leader.driver().transferLeader(""))));
        assertEquals(
                PlacementError.NOT_LEADER,
                failure(finish(cluster, cluster.node(2).driver().transferLeader("pd3"))));
        assertEquals(
                PlacementError.NOT_LEADER,
                failure(finish(cluster, cluster.node(2).driver().resignLeader())));
        cluster.node(3).crash();
        assertEquals(
                PlacementError.STORE,
                failure(finish(cluster, leader.driver().transferLeader("pd3"))));
        assertTrue(leader.serving());
        assertEquals(term, cluster.leaderPair().createRevision());
    }

    @Test
    void aSecondTransferWaitsForNobody() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        var first = cluster.node(1).driver().transferLeader("pd2");
        var second = cluster.node(1).driver().transferLeader("pd3");
        cluster.run(MILLI);
        assertEquals(PlacementError.NOT_LEADER, failure(second));
        finish(cluster, first).join();
        assertEquals(cluster.node(2), cluster.raft.leader());
    }

    @Test
    void resigningHandsOverToTheNextMemberThatAnswers() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.node(2).crash();
        finish(cluster, cluster.node(1).driver().resignLeader()).join();
        assertEquals(cluster.node(3), cluster.raft.leader());
        cluster.await(() -> cluster.node(3).serving());
    }

    @Test
    void aLoneMemberResignsWithoutEffect() {
        SimCluster cluster = new SimCluster(1, 1);
        cluster.await(() -> cluster.node(1).serving());
        finish(cluster, cluster.node(1).driver().resignLeader()).join();
        assertTrue(cluster.node(1).serving());
    }

    @Test
    void resigningWithoutAnybodyToTakeOverIsRefused() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        cluster.node(2).crash();
        cluster.node(3).crash();
        var resigned = cluster.node(1).driver().resignLeader();
        cluster.run(MILLI);
        assertEquals(PlacementError.STORE, failure(resigned));
        assertTrue(cluster.node(1).serving());
    }

    @Test
    void leadershipMovesToTheStrictlyHighestPriorityWithinOneCheck() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        var driver = cluster.node(1).driver();
        finish(cluster, driver.setLeaderPriority("pd3", 5)).join();
        finish(cluster, driver.setLeaderPriority("pd2", 5)).join();
        finish(cluster, driver.setLeaderPriority("pd1", 5)).join();
        cluster.run(70 * SECOND);
        assertTrue(cluster.node(1).serving(), "equal is not higher");
        finish(cluster, driver.setLeaderPriority("pd3", 6)).join();
        cluster.run(61 * SECOND);
        assertTrue(cluster.node(3).serving());
        assertEquals(6, details(cluster, 3));
    }

    private static int details(SimCluster cluster, long id) {
        return finish(cluster, cluster.node(2).driver().memberDetails(id)).join().leaderPriority();
    }

    @Test
    void aNegativePriorityGivesLeadershipAwayAndADeletedOneCountsAsZero() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        var driver = cluster.node(1).driver();
        finish(cluster, driver.setLeaderPriority("pd1", -1)).join();
        assertEquals(-1, details(cluster, 1));
        finish(cluster, driver.deleteLeaderPriority(1)).join();
        assertEquals(0, details(cluster, 1));
        assertNull(cluster.store.get(cluster.keys().leaderPriority(1)));
        cluster.run(70 * SECOND);
        assertTrue(cluster.node(1).serving());
        finish(cluster, driver.setLeaderPriority("pd1", -1)).join();
        cluster.run(61 * SECOND);
        assertFalse(cluster.node(1).serving());
    }

    @Test
    void anUnreadablePriorityCountsAsZeroAndStopsNothing() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        Bytes key = cluster.keys().leaderPriority(2);
        cluster.store.apply(Op.Put.of(key, Bytes.utf8("high")));
        cluster.run(70 * SECOND);
        assertTrue(cluster.node(1).serving());
        finish(cluster, cluster.node(1).driver().setLeaderPriority("pd3", 1)).join();
        cluster.run(61 * SECOND);
        assertTrue(cluster.node(3).serving());
    }

    @Test
    void prioritiesAreWrittenByTheLeaderOnlyAndForMembersOnly() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        assertEquals(
                PlacementError.NOT_LEADER,
                failure(finish(cluster, cluster.node(2).driver().setLeaderPriority("pd2", 1))));
        assertEquals(
                PlacementError.MEMBER_NOT_FOUND,
                failure(finish(cluster, cluster.node(1).driver().setLeaderPriority("pd8", 1))));
    }

    @Test
    void aMemberThatDoesNotTakeOverIsLeftAloneForAWhile() {
        SimCluster cluster = SimCluster.serving();
        cluster.raft.automatic = true;
        cluster.run(SECOND);
        finish(cluster, cluster.node(1).driver().setLeaderPriority("pd3", 9)).join();
        cluster.node(3).cut = true;
        cluster.run(62 * SECOND);
        cluster.await(() -> cluster.servingNode().isPresent());
        SimNode leader = cluster.servingNode().orElseThrow();
        long term = cluster.leaderPair().createRevision();
        if (leader == cluster.node(1)) {
            cluster.run(500 * SECOND);
            assertEquals(term, cluster.leaderPair().createRevision());
        }
    }
}
