package org.pdtoolkit.placement.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.placement.Placement.MemberDetails;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.sim.SimCluster;
import org.pdtoolkit.placement.sim.SimNode;
import org.pdtoolkit.placement.sim.World;

/** Ids, bootstrap and member records of a serving cluster. */
class ClusterDutiesTest {
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

    private static long ids(SimCluster cluster, SimNode node, int count) {
        return finish(cluster, node.driver().allocateIds(count)).join();
    }

    private static CompletableFuture<Void> bootstrap(SimNode node) {
        Bytes any = Bytes.utf8("encoded");
        return node.driver().bootstrap(any, 1, any, 2, any);
    }

    private static void failOver(SimCluster cluster, SimNode from, SimNode to) {
        from.crash();
        cluster.run(1_100 * MILLI);
        cluster.raft.elect(to);
        cluster.await(to::serving);
    }

    @Test
    void theFirstIdIsOneAndANewLeaderStartsAFreshWindow() {
        SimCluster cluster = SimCluster.serving();
        assertEquals(1, ids(cluster, cluster.node(1), 1));
        assertEquals(2, ids(cluster, cluster.node(1), 0), "count 0 counts as 1");
        assertEquals(10, ids(cluster, cluster.node(1), 8));
        failOver(cluster, cluster.node(1), cluster.node(2));
        assertEquals(1_001, ids(cluster, cluster.node(2), 1));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    BEFORE | COUNT     | LAST      | RESERVED
                    # the last of a window, then across windows
                    999    | 1         | 1000      | 1000
                    999    | 2         | 1001      | 2000
                    500    | 5000      | 5500      | 6000
                    1      | 2000000000| 2000000001| 2000001000
                    """)
    void batchesStayTogetherAcrossWindows(int before, int count, long last, long reserved) {
        SimCluster cluster = SimCluster.serving();
        assertEquals(before, ids(cluster, cluster.node(1), before));
        assertEquals(last, ids(cluster, cluster.node(1), count));
        assertEquals(reserved, cluster.store.get(cluster.keys().allocId()).value().toLong());
    }

    @Test
    void aReservationWhoseAnswerIsLostWastesNothingAndRepeatsNothing() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        assertEquals(1_000, ids(cluster, leader, 1_000));
        leader.loseWriteAnswers = true;
        var next = leader.driver().allocateIds(1);
        cluster.run(100 * MILLI);
        leader.loseWriteAnswers = false;
        assertEquals(1_001, finish(cluster, next).join());
        assertEquals(2_000, cluster.store.get(cluster.keys().allocId()).value().toLong());
    }

    @Test
    void manyCallersGetDistinctIdsInTheOrderOfAsking() {
        SimCluster cluster = SimCluster.serving();
        List<CompletableFuture<Long>> calls = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            calls.add(cluster.node(1).driver().allocateIds(1));
        }
        for (int i = 0; i < calls.size(); i++) {
            assertEquals(i + 1, finish(cluster, calls.get(i)).join());
        }
    }

    @Test
    void idsRunOutCleanly() {
        SimCluster cluster = new SimCluster(1, 1);
        cluster.await(() -> cluster.node(1).driver().clusterId() != 0);
        long last = -2_500; // 2^64 - 2500
        cluster.store.apply(Op.Put.of(cluster.keys().allocId(), Bytes.ofLong(last)));
        cluster.await(() -> cluster.node(1).serving());
        assertEquals(last + 2_000, ids(cluster, cluster.node(1), 2_000));
        assertEquals(
                PlacementError.ID_EXHAUSTED,
                failure(finish(cluster, cluster.node(1).driver().allocateIds(1_000))));
        assertTrue(cluster.node(1).serving(), "the cluster lives on");
    }

    @Test
    void idsAreTheLeadersBusiness() {
        SimCluster cluster = SimCluster.serving();
        assertEquals(
                PlacementError.NOT_LEADER,
                failure(finish(cluster, cluster.node(2).driver().allocateIds(1))));
    }

    @Test
    void bootstrapWritesFourKeysAtOnceAndHappensOnce() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        assertFalse(leader.driver().bootstrapped());
        assertEquals(0, leader.driver().bootstrapTimeNanos());
        finish(cluster, bootstrap(leader)).join();
        assertTrue(leader.driver().bootstrapped());
        assertEquals(leader.wall(), leader.driver().bootstrapTimeNanos() / MILLI, 50);
        var keys = cluster.keys();
        long revision = cluster.store.get(keys.cluster()).createRevision();
        for (Bytes key : List.of(keys.bootstrapTime(), keys.store(1), keys.region(2))) {
            assertEquals(revision, cluster.store.get(key).createRevision());
        }
        assertEquals(
                PlacementError.ALREADY_BOOTSTRAPPED, failure(finish(cluster, bootstrap(leader))));
    }

    @Test
    void ofTwoBootstrapsThatRaceExactlyOneSucceeds() {
        SimCluster cluster = SimCluster.serving();
        var first = bootstrap(cluster.node(1));
        var second = bootstrap(cluster.node(1));
        finish(cluster, first).join();
        assertEquals(PlacementError.TXN_CONFLICT, failure(finish(cluster, second)));
    }

    @Test
    void aNewLeaderKnowsTheBootstrap() {
        SimCluster cluster = SimCluster.serving();
        finish(cluster, bootstrap(cluster.node(1))).join();
        long at = cluster.node(1).driver().bootstrapTimeNanos();
        assertFalse(cluster.node(2).driver().bootstrapped(), "runs on the leader only");
        failOver(cluster, cluster.node(1), cluster.node(2));
        assertTrue(cluster.node(2).driver().bootstrapped());
        assertEquals(at, cluster.node(2).driver().bootstrapTimeNanos());
        assertEquals(
                PlacementError.ALREADY_BOOTSTRAPPED,
                failure(finish(cluster, bootstrap(cluster.node(2)))));
    }

    @Test
    void aBootstrapWhoseAnswerIsLostIsFoundAfterwards() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        leader.loseWriteAnswers = true;
        var call = bootstrap(leader);
        cluster.run(10 * MILLI);
        leader.loseWriteAnswers = false;
        assertEquals(PlacementError.STORE, failure(finish(cluster, call)));
        cluster.await(() -> leader.driver().bootstrapped());
    }

    /** Its value is the same in every term of a member; only the create revision tells. */
    @Test
    void aWriteDelayedFromAnEarlierTermOfTheSameMemberIsRefused() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        leader.writeDelayNanos = 1_500 * MILLI;
        var late = bootstrap(leader);
        cluster.run(MILLI);
        leader.writeDelayNanos = 0;
        cluster.store.apply(Op.Delete.of(cluster.keys().leader()));
        cluster.await(() -> !leader.serving());
        cluster.await(leader::serving);
        assertFalse(late.isDone(), "still on its way");
        assertEquals(PlacementError.TXN_CONFLICT, failure(finish(cluster, late)));
        assertNull(cluster.store.get(cluster.keys().cluster()));
    }

    @Test
    void everyMemberPublishesItself() {
        SimCluster cluster = SimCluster.serving();
        cluster.run(SECOND);
        for (SimNode node : cluster.nodes) {
            assertEquals(
                    new MemberDetails(0, "/deploy/" + node.name, "1.0", "abc"),
                    finish(cluster, cluster.node(2).driver().memberDetails(node.id)).join());
        }
        assertEquals(
                new MemberDetails(0, "", "", ""),
                finish(cluster, cluster.node(2).driver().memberDetails(77)).join());
    }

    @Test
    void nothingIsAnsweredBeforeTheClusterIdIsKnown() {
        SimCluster cluster = new SimCluster(1, 3);
        cluster.raft.automatic = false;
        cluster.run(SECOND);
        var driver = cluster.node(1).driver();
        assertEquals(0, driver.clusterId());
        assertFalse(driver.bootstrapped());
        assertEquals(PlacementError.NOT_LEADER, failure(finish(cluster, driver.memberDetails(1))));
        assertEquals(PlacementError.NOT_LEADER, failure(finish(cluster, driver.allocateIds(1))));
        assertThrows(PlacementException.class, () -> driver.allocateTimestamps(1));
    }
}
