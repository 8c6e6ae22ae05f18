package org.pdtoolkit.tests.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.ReconfigurationRules;
import org.pdtoolkit.tests.check.TsoHistory;

/** One cluster, one seed: starts, suffers, heals, and must work again. */
final class Simulation {
    private static final long TROUBLE_MIN = 8 * World.SECOND;
    private static final long TROUBLE_MAX = 40 * World.SECOND;
    private static final long HEALING_MAX = 90 * World.SECOND;
    private static final long STEP = 100 * World.MILLI;
    private static final int KV_CLIENTS = 4;
    private static final int TSO_CLIENTS = 2;
    private static final int WATCHERS = 2;
    private static final int[] SIZES = {1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 6, 7};

    private final World world;
    private final Invariants invariants;
    private final Network network;
    private final Faults faults;
    private final List<Node> nodes = new ArrayList<>();
    private final SimulationOptions options;
    private final MemberHistory history;
    private final KvClient.History calls = new KvClient.History();
    private final TreeMap<Long, Long> ids = new TreeMap<>();
    private final Map<Long, String> revisions = Watcher.newLog();
    private final List<Client> clients = new ArrayList<>();
    private final List<TsoClient> tsoClients = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();

    /** {@code null} while the members stay the same, as is {@link #members}. */
    private final Census census;

    private final MemberClient members;

    private int numbers;

    /** Asks only what it is told to, at the end. */
    private final KvClient reader;

    Simulation(long seed, Mutation mutation) {
        world = new World(seed);
        boolean compaction = world.chance(0.25);
        int founders = SIZES[world.random.nextInt(SIZES.length)];
        // The other half is left alone, so that its histories stay what they were.
        boolean changing = seed % 2 != 0;
        boolean strict = !changing || world.chance(0.4);
        options =
                new SimulationOptions(
                        founders,
                        new ReconfigurationRules(strict, 1),
                        world.chance(0.3),
                        world.magnitude(30, 2_000),
                        world.between(1, 50),
                        compaction,
                        mutation);
        history = new MemberHistory(world, founders);
        invariants = new Invariants(world, history, !compaction);
        network = new Network(world, invariants);
        for (int i = 1; i <= options.size(); i++) {
            nodes.add(node(options.nameOf(i), options::founding));
        }
        census = changing ? new Census(history, nodes) : null;
        faults = new Faults(world, network, nodes, census);
        for (int i = 0; i < KV_CLIENTS; i++) {
            clients.add(new KvClient(world, nodes, calls));
        }
        for (int i = 0; i < TSO_CLIENTS; i++) {
            tsoClients.add(new TsoClient(world, nodes));
        }
        clients.addAll(tsoClients);
        clients.add(new IdClient(world, nodes, ids));
        clients.add(new LeaseClient(world, nodes, 1));
        for (int i = 0; i < WATCHERS; i++) {
            watchers.add(new Watcher(world, nodes, revisions));
        }
        members =
                changing
                        ? new MemberClient(world, nodes, history, census, this::newcomer, strict)
                        : null;
        reader = new KvClient(world, nodes, calls);
        reader.stop();
    }

    private Node node(String name, ColdStart coldStart) {
        return new Node(world, network, invariants, options, ++numbers, name, coldStart);
    }

    private Node newcomer(String name, ColdStart.Joining joining) {
        Node node = node(name, new Node.Newcomer(joining));
        faults.surround(node);
        node.greet(World.SECOND);
        return node;
    }

    World world() {
        return world;
    }

    long answeredKvCalls() {
        return calls.answered();
    }

    long timestampCalls() {
        return tsoClients.stream().mapToLong(client -> client.history().size()).sum();
    }

    void run() {
        world.afterEvent(this::checkOneServes);
        for (Node node : nodes) {
            world.at(world.between(0, World.SECOND), "start", node::start);
        }
        clients.forEach(Client::start);
        if (members != null) {
            members.start();
            nodes.forEach(node -> node.greet(World.SECOND));
        }
        watchers.forEach(Watcher::start);
        world.at(world.between(0, 4 * World.SECOND), "faults", faults::start);
        world.runFor(world.magnitude(TROUBLE_MIN, TROUBLE_MAX));
        heal();
        checkHistories();
    }

    private void checkOneServes() {
        Node first = null;
        for (Node node : nodes) {
            if (node.serving()) {
                node.answers(world.now());
                world.check(first == null, first + " and " + node + " both serve");
                first = node;
            }
        }
    }

    /** From here on nothing goes wrong; so everything must work soon. */
    private void heal() {
        faults.heal();
        if (members != null) {
            members.tidyUp();
            await("members in order", members::isTidy);
        }
        int answered = tsoClients.get(0).history().size();
        await("a PD leader", () -> nodes.stream().anyMatch(Node::serving));
        await("timestamps", () -> tsoClients.get(0).history().size() > answered + 3);
        long before = calls.answered();
        await("answers to reads and writes", () -> calls.answered() > before + 50);
        clients.forEach(Client::stop);
        world.runFor(5 * World.SECOND);
        if (members != null) {
            finishMembers();
        }
        for (int key = 0; key < KvClient.KEYS; key++) {
            readAgain(key);
        }
        await("every member with everything applied", this::allApplied);
        checkSameState();
        await("watchers up to date", this::watchersAreDone);
        for (long revision : calls.revisions()) {
            world.check(
                    revisions.containsKey(revision) || compactedBefore(revision),
                    "no watcher saw the acknowledged revision " + revision);
        }
    }

    /** Whoever was removed ends; all others are up and agree on who they are. */
    private void finishMembers() {
        await("members in order", members::isTidy);
        members.stop();
        await("end of removed members", this::removedHaveEnded);
        nodes.removeIf(node -> history.isRemoved(node.memberId()));
        await(
                "list of members that all agree on",
                () ->
                        allApplied()
                                && upNodes().stream()
                                        .map(node -> node.runtime().consensus().members())
                                        .allMatch(history.latest().members()::equals));
    }

    private boolean removedHaveEnded() {
        return nodes.stream()
                .filter(node -> history.isRemoved(node.memberId()))
                .allMatch(node -> node.hasEnded() || node.isLost());
    }

    private void readAgain(int key) {
        long before = calls.answered();
        await(
                "a read of key " + key,
                () -> {
                    reader.read(upNodes().get(0), key);
                    world.runFor(STEP);
                    return calls.answered() > before;
                });
    }

    private List<Node> upNodes() {
        return nodes.stream().filter(Node::isRunning).toList();
    }

    private void await(String what, BooleanSupplier condition) {
        long end = world.now() + HEALING_MAX;
        while (!condition.getAsBoolean()) {
            world.check(world.now() < end, "healed, but no " + what + ": " + nodes);
            for (Node node : nodes) {
                if (!node.isRunning() && !node.isLost() && !node.hasEnded()) {
                    node.disk().makeRoom();
                    node.start();
                }
            }
            world.runFor(STEP);
        }
    }

    private boolean allApplied() {
        Set<Long> applied = new HashSet<>();
        upNodes().forEach(node -> applied.add(node.runtime().appliedIndex()));
        boolean all = nodes.stream().allMatch(node -> node.isRunning() || node.isLost());
        return all && applied.equals(Set.of(invariants.lastApplied()));
    }

    private void checkSameState() {
        List<Node> up = upNodes();
        OpResult.Range first = everything(up.get(0));
        for (Node node : up) {
            world.check(
                    everything(node).equals(first),
                    "the states of " + up.get(0).name + " and " + node.name + " differ");
        }
        world.trace(first.revision());
    }

    private static OpResult.Range everything(Node node) {
        return node.runtime().machine().range(Op.Range.of(KeyRange.prefix(Bytes.EMPTY)));
    }

    private boolean watchersAreDone() {
        long revision = upNodes().get(0).runtime().machine().revision();
        return watchers.stream().allMatch(watcher -> watcher.last() == revision);
    }

    private boolean compactedBefore(long revision) {
        return revision <= upNodes().get(0).runtime().machine().compactRevision();
    }

    private void checkHistories() {
        calls.check(world);
        List<String> wrong =
                TsoHistory.violations(tsoClients.stream().map(TsoClient::history).toList());
        world.check(wrong.isEmpty(), "timestamps: " + wrong);
    }

    @Override
    public String toString() {
        return nodes.toString();
    }
}
