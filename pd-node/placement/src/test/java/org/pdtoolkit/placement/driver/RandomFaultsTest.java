package org.pdtoolkit.placement.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.keys.KeyPath;
import org.pdtoolkit.placement.sim.SimCluster;
import org.pdtoolkit.placement.sim.SimNode;
import org.pdtoolkit.placement.sim.World;

/**
 * Three drivers over one store under random faults. Always: at most one serves (checked after every
 * event by the cluster), timestamps are unique, inside the saved window, and increase in real-time
 * order, ids are unique. In the end, healed: somebody serves.
 */
class RandomFaultsTest {
    private static final int SEEDS = Integer.getInteger("placement.seeds", 300);
    private static final long FIRST_SEED = Long.getLong("placement.seed", 1);

    @Test
    void promisesHoldUnderRandomFaults() {
        long timestamps = 0;
        long terms = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                run.run(25);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(
                        "seed "
                                + seed
                                + "; repeat with -Dplacement.seeds=1 -Dplacement.seed="
                                + seed,
                        failure);
            }
            timestamps += run.timestamps.size();
            terms += run.terms();
        }
        // Faults must not have kept the cluster from doing anything at all.
        assertTrue(timestamps > SEEDS * 1_000L, "timestamp calls answered: " + timestamps);
        assertTrue(terms > SEEDS * 2L, "terms of office: " + terms);
    }

    @Test
    @Tag("long")
    void promisesHoldForLong() {
        for (long seed = 1_000_000; seed < 1_005_000; seed++) {
            try {
                new Run(seed).run(120);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void oneSeedIsOneHistory(long seed) {
        Run first = new Run(seed);
        Run second = new Run(seed);
        first.run(20);
        second.run(20);
        assertEquals(first.timestamps, second.timestamps);
        assertEquals(first.cluster.store.revision(), second.cluster.store.revision());
    }

    private static final class Run {
        final SimCluster cluster;
        final World world;

        /** Last of each batch, with its first. */
        final TreeMap<Long, Long> timestamps = new TreeMap<>();

        final TreeMap<Long, Long> ids = new TreeMap<>();
        long largestAnswered;
        boolean calm;

        Run(long seed) {
            cluster = new SimCluster(seed, 3);
            world = cluster.world;
            double chaos = world.chance(0.2) ? 0.1 : 1;
            for (SimNode node : cluster.nodes) {
                node.chaos = chaos;
                node.stalls = world.chance(0.3) ? 0 : 0.0005;
                node.clockRate = 1 + (world.random.nextDouble() - 0.5) / 50;
                node.wallOffsetMillis = world.between(-200, 200);
            }
        }

        void run(long seconds) {
            world.at(0, this::askForTimestamps);
            world.at(0, this::askForIds);
            world.at(world.between(0, 4 * World.SECOND), this::fault);
            cluster.run(seconds * World.SECOND);
            heal();
            cluster.await(() -> cluster.servingNode().isPresent());
            long before = timestamps.size();
            cluster.await(() -> timestamps.size() > before);
        }

        long terms() {
            return cluster.nodes.stream()
                    .flatMap(node -> node.events.stream())
                    .filter(event -> event instanceof PlacementEvent.LeaderElected)
                    .count();
        }

        private SimNode anyNode() {
            return cluster.nodes.get(world.random.nextInt(cluster.nodes.size()));
        }

        private void askForTimestamps() {
            world.at(world.between(World.MILLI / 2, 8 * World.MILLI), this::askForTimestamps);
            SimNode node = cluster.servingNode().filter(n -> !world.chance(0.1)).orElse(anyNode());
            if (node.paused() || node.down) {
                return;
            }
            long count = world.chance(0.1) ? world.between(1, (1 << 18) + 1) : 3;
            long answeredBefore = largestAnswered;
            long last;
            try {
                last = node.call(() -> node.driver().allocateTimestamps(count));
            } catch (PlacementException refused) {
                return;
            }
            long first = last - count + 1;
            check(first > answeredBefore, "a timestamp is not above one answered before it");
            check(first >>> 18 == last >>> 18, "a batch spans two physical parts");
            check(last >>> 18 < cluster.savedMillis(), "a timestamp is outside the saved window");
            checkUnique(timestamps, first, last);
            largestAnswered = Math.max(largestAnswered, last);
        }

        private void askForIds() {
            world.at(world.between(World.MILLI, 500 * World.MILLI), this::askForIds);
            SimNode node = anyNode();
            if (node.paused() || node.down) {
                return;
            }
            int count = (int) world.between(0, 1500);
            var unused =
                    node.call(() -> node.driver().allocateIds(count))
                            .thenAccept(
                                    last -> {
                                        long first = last - Math.max(1, count) + 1;
                                        check(first > 0, "id 0");
                                        checkUnique(ids, first, last);
                                    })
                            .whenComplete(
                                    (none, failure) -> {
                                        if (failure != null
                                                && failure.getCause()
                                                        instanceof AssertionError broken) {
                                            violations.add(broken);
                                        }
                                    });
        }

        final List<AssertionError> violations = new ArrayList<>();

        private void check(boolean holds, String broken) {
            if (!holds) {
                throw new AssertionError(broken + " at " + world.now());
            }
            if (!violations.isEmpty()) {
                throw violations.get(0);
            }
        }

        private void checkUnique(TreeMap<Long, Long> given, long first, long last) {
            var below = given.floorEntry(last);
            var above = given.ceilingEntry(first);
            boolean overlaps =
                    (below != null && below.getKey() >= first)
                            || (above != null && above.getValue() <= last);
            check(!overlaps, "given out twice: " + first + ".." + last);
            given.put(last, first);
        }

        private void fault() {
            if (calm) {
                return;
            }
            world.at(world.between(World.MILLI, 5 * World.SECOND), this::fault);
            // Most faults hit the leader: the others have nothing to do wrong.
            SimNode leader = cluster.raft.leader();
            SimNode node = leader != null && world.chance(0.7) ? leader : anyNode();
            switch (world.random.nextInt(10)) {
                case 0 -> node.pause(1L << world.random.nextInt(23, 36));
                case 1 -> node.stallOwner(1L << world.random.nextInt(23, 33));
                case 2 -> {
                    node.cut = true;
                    world.at(world.between(0, 6 * World.SECOND), () -> node.cut = false);
                }
                case 3 -> {
                    if (node.crash()) {
                        world.at(world.between(World.MILLI, 4 * World.SECOND), node::restart);
                    }
                }
                case 4 -> node.wallOffsetMillis += world.chance(0.5) ? 3_600_000 : -3_600_000;
                case 5 -> transfer(node);
                case 6 -> node.stallDisk(1L << world.random.nextInt(27, 34));
                case 7 -> deleteLeaderKey();
                case 8 -> cluster.store.compact();
                default -> {
                    node.loseRenewals = true;
                    world.at(4 * World.SECOND, () -> node.loseRenewals = false);
                }
            }
        }

        private void transfer(SimNode node) {
            if (!node.paused() && !node.down) {
                var unused = node.call(() -> node.driver().transferLeader(anyNode().name));
            }
        }

        private void deleteLeaderKey() {
            if (cluster.store.get(KeyPath.CLUSTER_ID) != null) {
                cluster.store.apply(Op.Delete.of(cluster.keys().leader()));
            }
        }

        private void heal() {
            calm = true;
            for (SimNode node : cluster.nodes) {
                node.cut = false;
                node.chaos = 0.01;
                node.stalls = 0;
            }
        }
    }
}
