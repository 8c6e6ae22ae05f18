package org.pdtoolkit.placement.sim;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.placement.keys.KeyPath;

/** Members, their group and their store in one {@link World}; never two members serving. */
public final class SimCluster {
    public final World world;
    public final SimStore store;
    public final SimRaft raft;
    public final List<SimNode> nodes;

    public SimCluster(long seed, int members) {
        world = new World(seed);
        store = new SimStore(world);
        raft = new SimRaft(world, store);
        nodes =
                LongStream.rangeClosed(1, members)
                        .mapToObj(id -> new SimNode(world, store, raft, id))
                        .toList();
        nodes.forEach(raft::add);
        raft.start();
        world.afterEach(this::checkAtMostOneServes);
    }

    /** A quiet cluster of three in which {@code pd1} serves. */
    public static SimCluster serving() {
        SimCluster cluster = new SimCluster(1, 3);
        cluster.raft.automatic = false;
        cluster.raft.elect(cluster.nodes.get(0));
        cluster.await(() -> cluster.nodes.get(0).serving());
        return cluster;
    }

    private void checkAtMostOneServes() {
        int serving = 0;
        for (SimNode node : nodes) {
            if (!node.down && node.serving()) {
                serving++;
            }
        }
        if (serving > 1) {
            throw new AssertionError(serving + " members serve at " + world.now());
        }
    }

    public SimNode node(int number) {
        return nodes.get(number - 1);
    }

    public Optional<SimNode> servingNode() {
        return nodes.stream().filter(node -> !node.down && node.serving()).findFirst();
    }

    public void run(long nanos) {
        world.runFor(nanos);
    }

    /** Runs until {@code condition} holds; returns the virtual nanoseconds it took. */
    public long await(BooleanSupplier condition) {
        long start = world.now();
        while (!condition.getAsBoolean()) {
            if (world.now() - start > 120 * World.SECOND) {
                throw new AssertionError("did not happen within 120 virtual seconds" + describe());
            }
            world.runFor(World.MILLI);
        }
        return world.now() - start;
    }

    /** Who is in what state, and what each reported last. */
    public String describe() {
        StringBuilder text = new StringBuilder(" at ").append(world.now());
        for (SimNode node : nodes) {
            text.append("\n  ").append(node);
            int from = Math.max(0, node.events.size() - 8);
            node.events
                    .subList(from, node.events.size())
                    .forEach(event -> text.append("\n    ").append(event.text()));
        }
        return text.toString();
    }

    public KeyPath keys() {
        return new KeyPath(store.get(KeyPath.CLUSTER_ID).value().toLong());
    }

    public KeyValue leaderPair() {
        return store.get(keys().leader());
    }

    public long savedMillis() {
        Bytes saved = store.get(keys().timestamp()).value();
        return saved.toLong() / World.MILLI;
    }
}
