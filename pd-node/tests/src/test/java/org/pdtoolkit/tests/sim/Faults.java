package org.pdtoolkit.tests.sim;

import java.util.List;

/** What goes wrong, decided by chance. At most so much at once that a quorum comes back. */
final class Faults {
    private final World world;
    private final Network network;
    private final List<Node> nodes;

    /** {@code null} while the members stay the same. */
    private final Census census;

    private final long paceMax;
    private boolean over;

    Faults(World world, Network network, List<Node> nodes, Census census) {
        this.world = world;
        this.network = network;
        this.nodes = nodes;
        this.census = census;
        this.paceMax = world.magnitude(World.SECOND / 2, 6 * World.SECOND);
    }

    /** Sets what is always a little wrong in this run, then begins with the rest. */
    void start() {
        network.loss = world.chance(0.5) ? 0 : world.random.nextDouble() * 0.1;
        network.repeat = world.chance(0.5) ? 0 : world.random.nextDouble() * 0.1;
        network.late = world.chance(0.5) ? 0 : world.random.nextDouble() * 0.1;
        nodes.forEach(this::surround);
        again();
    }

    /** What is always a little wrong with one member. */
    void surround(Node node) {
        if (!over) {
            node.clockRate = 1 + (world.random.nextDouble() - 0.5) / 50;
            node.wallOffsetMillis = world.between(-500, 500);
            node.slowDisk = world.chance(0.5) ? 0 : 0.02;
            node.slowDiskMax = 20 * World.MILLI;
            node.stalls = world.chance(0.7) ? 0 : 0.0003;
        }
    }

    private void again() {
        world.at(
                world.between(World.MILLI, paceMax),
                "fault",
                () -> {
                    if (!over) {
                        happen();
                        again();
                    }
                });
    }

    /** No fault begins any more, and those of the surroundings end. */
    void heal() {
        over = true;
        network.heal();
        for (Node node : nodes) {
            node.slowDisk = 0;
            node.stalls = 0;
            node.stickDisk(0);
        }
    }

    private Node anyNode() {
        return nodes.get(world.random.nextInt(nodes.size()));
    }

    /** Most often a leader: the others have less to do wrong. */
    private Node victim() {
        if (world.chance(0.6)) {
            for (Node node : nodes) {
                if (node.isRunning() && node.runtime().consensus().leading()) {
                    return node;
                }
            }
        }
        return anyNode();
    }

    private void happen() {
        Node node = victim();
        switch (world.random.nextInt(20)) {
            case 0, 1 -> {
                node.kill();
                restartLater(node);
            }
            case 2 -> {
                node.losePower();
                restartLater(node);
            }
            case 3 -> {
                world.count("fault.power loss planned");
                node.losePowerSoon();
                restartLater(node);
            }
            case 4 -> killAll();
            case 5, 6 -> isolate(node);
            case 7 -> partition();
            case 8 -> cutOne();
            case 9 -> cutBridge();
            case 10, 11 -> pause(node);
            case 12 -> jump(node);
            case 13 -> {
                world.count("fault.stuck disk");
                node.stickDisk(world.magnitude(10 * World.MILLI, 8 * World.SECOND));
            }
            case 14 -> slowDown(node);
            case 15 -> diskError(node);
            case 16, 17 -> transfer(node);
            case 18 -> priority(node);
            default -> damage(node);
        }
    }

    private void restartLater(Node node) {
        world.at(world.magnitude(World.MILLI, 6 * World.SECOND), "restart", node::start);
    }

    private void killAll() {
        boolean power = world.chance(0.7);
        for (Node node : nodes) {
            if (power) {
                node.losePower();
            } else {
                node.kill();
            }
            restartLater(node);
        }
    }

    private long someTime() {
        return world.magnitude(50 * World.MILLI, 8 * World.SECOND);
    }

    private void isolate(Node node) {
        world.count("fault.isolated");
        long time = someTime();
        boolean in = world.chance(0.7);
        boolean out = !in || world.chance(0.7);
        for (Node other : nodes) {
            if (in) {
                network.cut(other, node, time);
            }
            if (out) {
                network.cut(node, other, time);
            }
        }
    }

    private void partition() {
        world.count("fault.partition");
        long time = someTime();
        int side =
                census == null ? world.random.nextInt(1 << nodes.size()) : world.random.nextInt();
        for (Node from : nodes) {
            for (Node to : nodes) {
                if ((side >> from.number & 1) != (side >> to.number & 1)) {
                    network.cut(from, to, time);
                }
            }
        }
    }

    private void cutOne() {
        world.count("fault.one-way cut");
        network.cut(anyNode(), anyNode(), someTime());
    }

    /** A and B, B and C hear each other, A and C do not. */
    private void cutBridge() {
        world.count("fault.cut between two");
        Node one = victim();
        Node other = anyNode();
        long time = someTime();
        network.cut(one, other, time);
        network.cut(other, one, time);
    }

    private void pause(Node node) {
        if (node.isRunning()) {
            world.count("fault.pause");
            node.pause(world.magnitude(5 * World.MILLI, 20 * World.SECOND));
        }
    }

    private void jump(Node node) {
        world.count("fault.clock jump");
        long millis = world.magnitude(10, 7_200_000);
        node.wallOffsetMillis += world.chance(0.5) ? millis : -millis;
    }

    private void slowDown(Node node) {
        world.count("fault.slow disk");
        double before = node.slowDisk;
        long longestBefore = node.slowDiskMax;
        node.slowDisk = 0.5;
        node.slowDiskMax = world.magnitude(10 * World.MILLI, World.SECOND);
        world.at(
                someTime(),
                "disk",
                () -> {
                    node.slowDisk = over ? 0 : before;
                    node.slowDiskMax = longestBefore;
                });
    }

    private void diskError(Node node) {
        world.count("fault.disk error");
        int step = node.disk().steps() + 1 + world.random.nextInt(20);
        if (world.chance(0.5)) {
            node.disk().failAt(step);
        } else {
            node.disk().fullFrom(step);
        }
        world.at(
                someTime(),
                "disk room",
                () -> {
                    node.disk().makeRoom();
                    restartLater(node);
                });
    }

    private void transfer(Node node) {
        if (!node.isRunning()) {
            return;
        }
        Node target = anyNode();
        switch (world.random.nextInt(3)) {
            case 0 -> {
                world.count("fault.raft transfer");
                node.arrive(
                        () -> {
                            var unused =
                                    node.runtime().consensus().transferLeader(target.memberId());
                        });
            }
            case 1 -> {
                world.count("fault.leader transfer");
                node.arrive(
                        () -> {
                            var unused = node.driver().transferLeader(target.name);
                        });
            }
            default -> {
                world.count("fault.leader resigns");
                node.arrive(
                        () -> {
                            var unused = node.driver().resignLeader();
                        });
            }
        }
        if (world.chance(0.4)) {
            // The order may have left; who gave it hears nothing of what comes of it.
            world.at(
                    world.magnitude(World.MILLI, 100 * World.MILLI),
                    "cut off",
                    () -> {
                        if (!over) {
                            isolate(node);
                        }
                    });
        }
    }

    private void priority(Node node) {
        world.count("fault.leader priority");
        Node target = anyNode();
        int value = world.random.nextInt(-1, 5);
        node.arrive(
                () -> {
                    var unused = node.driver().setLeaderPriority(target.name, value);
                });
    }

    /** Only while the others are a quorum without this one, for good. */
    private void damage(Node node) {
        if (node.isDamaged() || !mayLose(node)) {
            return;
        }
        node.kill();
        node.damage();
        restartLater(node);
    }

    private boolean mayLose(Node node) {
        if (census != null) {
            return census.mayLose(node);
        }
        long gone = nodes.stream().filter(Node::isDamaged).count();
        return gone + 1 <= (nodes.size() - 1) / 2;
    }
}
