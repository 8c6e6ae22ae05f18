package org.pdtoolkit.placement.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.sim.SimCluster;
import org.pdtoolkit.placement.sim.SimNode;
import org.pdtoolkit.placement.sim.World;
import org.pdtoolkit.placement.tso.Timestamps;

/** Timestamps of a serving member: window, fence, clocks. */
class TimestampsTest {
    private static final long MILLI = World.MILLI;
    private static final long SECOND = World.SECOND;
    private static final long HOUR_MILLIS = 3_600_000;

    private static PlacementError refusal(SimNode node, long count) {
        return assertThrows(PlacementException.class, () -> node.driver().allocateTimestamps(count))
                .error();
    }

    private static long physical(SimNode node) {
        return Timestamps.physicalMillis(node.driver().allocateTimestamps(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1 << 18) + 1, 0xffff_ffffL, Long.MIN_VALUE})
    void impossibleCountsAreRefused(long count) {
        SimCluster cluster = SimCluster.serving();
        assertEquals(PlacementError.TSO_COUNT_INVALID, refusal(cluster.node(1), count));
    }

    @Test
    void aFollowerGivesOutNothing() {
        SimCluster cluster = SimCluster.serving();
        assertEquals(PlacementError.NOT_LEADER, refusal(cluster.node(2), 1));
    }

    @Test
    void allocationCostsNoWriteAndTheWindowOneEveryHalfOfIt() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(5 * SECOND);
        long before = cluster.store.writes;
        for (int i = 0; i < 30_000; i++) {
            if (i % 1_000 == 0) {
                cluster.run(SECOND);
            }
            leader.driver().allocateTimestamps(10);
        }
        assertTrue(cluster.store.writes - before <= 21, "30 s: " + (cluster.store.writes - before));
    }

    @Test
    void thePhysicalPartFollowsTheClockWithinTheUpdateInterval() {
        SimCluster cluster = SimCluster.serving();
        for (int i = 0; i < 200; i++) {
            cluster.run(37 * MILLI);
            long lag = cluster.node(1).wall() - physical(cluster.node(1));
            assertTrue(lag >= 0 && lag <= 65, "lag " + lag);
        }
    }

    @Test
    void aCallThatStallsWhileAnotherMemberTakesOverIsRefusedAfterTheFact() {
        SimCluster cluster = SimCluster.serving();
        cluster.raft.automatic = true;
        SimNode leader = cluster.node(1);
        // The second look at the clock is the one after the timestamp was computed.
        leader.cut = true;
        leader.stallAtClockRead(2, 5 * SECOND);
        assertEquals(PlacementError.NOT_LEADER_ANYMORE, refusal(leader, 1));
        assertTrue(cluster.servingNode().isPresent());
        leader.cut = false;
    }

    @Test
    void aLeaderThatLosesItsQuorumRefusesBeforeItKnowsWhy() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        leader.cut = true;
        cluster.run(901 * MILLI);
        assertTrue(leader.view.leading(), "still believes to lead");
        assertEquals(PlacementError.NOT_LEADER, refusal(leader, 1));
    }

    @Test
    void loadBeyondTheWindowIsRefusedAndNeverRunsAheadOfTheClockByMoreThanTheWindow() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        long given = 0;
        PlacementError error = null;
        while (error == null) {
            try {
                leader.driver().allocateTimestamps(1 << 18);
                given++;
            } catch (PlacementException refused) {
                error = refused.error();
            }
        }
        assertEquals(PlacementError.TSO_EXHAUSTED, error);
        assertTrue(given > 1_000 && given < 3_100, "batches of 2^18: " + given);
        long writes = cluster.store.writes;
        for (int i = 0; i < 1_000; i++) {
            cluster.run(MILLI);
            try {
                long ahead =
                        Timestamps.physicalMillis(leader.driver().allocateTimestamps(1 << 18))
                                - leader.wall();
                assertTrue(ahead <= 3_000, "ahead " + ahead);
            } catch (PlacementException refused) {
                assertEquals(PlacementError.TSO_EXHAUSTED, refused.error());
            }
        }
        assertTrue(cluster.store.writes - writes <= 25, "writes in a second under pressure");
        cluster.run(4 * SECOND);
        leader.driver().allocateTimestamps(1);
    }

    @Test
    void aForwardJumpOfTheWallClockReachesNoTimestamp() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        long before = physical(leader);
        leader.wallOffsetMillis += HOUR_MILLIS;
        cluster.run(60 * SECOND);
        assertTrue(leader.serving());
        long gained = physical(leader) - before - 60_000;
        assertTrue(gained >= -60 && gained <= 200, "gained " + gained);
        assertTrue(cluster.savedMillis() <= before + 60_000 + 5_000, "saved no more than 5 s off");
        assertTrue(
                leader.events.stream()
                        .anyMatch(
                                event ->
                                        event instanceof PlacementEvent.ClockJump jump
                                                && Math.abs(jump.jumpMillis() - HOUR_MILLIS) < 10));
    }

    @Test
    void aBackwardJumpOfTheWallClockInterruptsNothing() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        leader.wallOffsetMillis -= HOUR_MILLIS;
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            cluster.run(10 * MILLI);
            long next = leader.driver().allocateTimestamps(1);
            assertTrue(next > last);
            last = next;
        }
    }

    @Test
    void aSmallOffsetIsSlewedAway() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        leader.wallOffsetMillis += 400;
        cluster.run(2 * SECOND);
        assertTrue(leader.wall() - physical(leader) > 100, "not at once");
        cluster.run(5 * SECOND);
        assertTrue(leader.wall() - physical(leader) <= 65, "but soon");
    }

    @Test
    void aNewLeaderWhoseClockIsFarAheadGoesOnFromTheClustersTime() {
        SimCluster cluster = SimCluster.serving();
        cluster.node(2).wallOffsetMillis = HOUR_MILLIS;
        cluster.run(10 * SECOND);
        long expected = physical(cluster.node(1)) + 1_100;
        cluster.node(1).crash();
        cluster.run(1_100 * MILLI);
        cluster.raft.elect(cluster.node(2));
        cluster.await(() -> cluster.node(2).serving());
        long off = physical(cluster.node(2)) - expected;
        assertTrue(off >= 0 && off <= 3_100, "off by " + off);
        assertTrue(
                cluster.node(2).events.stream()
                        .anyMatch(PlacementEvent.ClockDistrusted.class::isInstance));
    }

    @Test
    void aNewLeaderWhoseClockIsBehindStartsAfterTheSavedWindow() {
        SimCluster cluster = SimCluster.serving();
        cluster.node(2).wallOffsetMillis = -HOUR_MILLIS;
        cluster.run(10 * SECOND);
        cluster.node(1).crash();
        long saved = cluster.savedMillis();
        cluster.run(1_100 * MILLI);
        cluster.raft.elect(cluster.node(2));
        long took = cluster.await(() -> cluster.node(2).serving());
        assertTrue(took <= 50 * MILLI);
        assertTrue(physical(cluster.node(2)) > saved);
        assertTrue(
                cluster.node(2).events.stream()
                        .anyMatch(PlacementEvent.ClockBehind.class::isInstance));
    }

    @Test
    void aSaveWhoseAnswerIsLostIsAdoptedAndServiceGoesOn() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        long term = cluster.leaderPair().createRevision();
        leader.loseWriteAnswers = true;
        long saved = cluster.savedMillis();
        cluster.await(() -> cluster.savedMillis() > saved);
        leader.loseWriteAnswers = false;
        for (int i = 0; i < 400; i++) {
            cluster.run(20 * MILLI);
            leader.driver().allocateTimestamps(1);
        }
        assertEquals(term, cluster.leaderPair().createRevision());
    }

    @Test
    void aWindowThatCannotBeExtendedStopsTheTimestampsAndThenTheTerm() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        leader.refuseWrites = true;
        cluster.await(
                () ->
                        leader.events.contains(
                                new PlacementEvent.SteppedDown(StepDownReason.WINDOW_LOST)));
        assertFalse(leader.serving());
        leader.refuseWrites = false;
        cluster.await(leader::serving);
    }

    @Test
    void aWriterBesideTheLeaderEndsTheTerm() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        // As an operator with etcdctl would: overwrites the value the guard names.
        cluster.store.apply(Op.Put.of(cluster.keys().leader(), Bytes.utf8("member 9")));
        cluster.await(
                () ->
                        leader.events.contains(
                                new PlacementEvent.SteppedDown(StepDownReason.LEADER_KEY_LOST)));
        cluster.await(leader::serving);
        assertEquals(SimNode.memberValue(1), cluster.leaderPair().value());
    }

    @Test
    void aTimestampSetBackBehindTheLeadersBackEndsTheTerm() {
        SimCluster cluster = SimCluster.serving();
        SimNode leader = cluster.node(1);
        cluster.run(SECOND);
        cluster.store.apply(Op.Put.of(cluster.keys().timestamp(), Bytes.ofLong(1)));
        cluster.await(
                () ->
                        leader.events.contains(
                                new PlacementEvent.SteppedDown(StepDownReason.LEADER_KEY_LOST)));
        cluster.await(leader::serving);
    }
}
