package org.pdtoolkit.placement.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * The Raft group as far as its clients can tell: who leads in which term, and until when nobody
 * else can.
 *
 * <p>The rule that the fence rests on is kept exactly and used up to its limit: after a heartbeat
 * that a quorum answered, nobody is elected for one election timeout of true time counted from its
 * sending; members' clocks run up to one per cent fast or slow, which the drift margin covers.
 */
public final class SimRaft {
    static final long ELECTION_NANOS = World.SECOND;
    static final long MARGIN_NANOS = 100 * World.MILLI;
    static final long HEARTBEAT_NANOS = 100 * World.MILLI;
    static final long DISK_BOUND_NANOS = 2 * World.SECOND;
    private static final long STEP_NANOS = 10 * World.MILLI;

    private final World world;
    private final SimStore store;
    private final List<SimNode> nodes = new ArrayList<>();

    /** Whether elections happen by themselves. */
    public boolean automatic = true;

    private long term;
    private SimNode leader;
    private boolean established;
    private long lastQuorumSendNanos = -ELECTION_NANOS;
    private long nextHeartbeatNanos;

    /** While a transfer is under way, and after a failed one until the next term, nobody leads. */
    private boolean transferring;

    SimRaft(World world, SimStore store) {
        this.world = world;
        this.store = store;
    }

    void add(SimNode node) {
        nodes.add(node);
    }

    List<SimNode> nodes() {
        return nodes;
    }

    public SimNode leader() {
        return leader;
    }

    void start() {
        world.at(0, this::step);
    }

    /** Whether a request that reaches the group now is committed and applied. */
    boolean commits() {
        return leader != null && established && reachable(leader);
    }

    private static boolean reachable(SimNode node) {
        return !node.paused() && !node.cut && !node.down;
    }

    private void step() {
        world.at(STEP_NANOS, this::step);
        if (leader != null && world.now() >= nextHeartbeatNanos && reachable(leader)) {
            nextHeartbeatNanos = world.now() + HEARTBEAT_NANOS;
            heartbeat();
        }
        if (commits()) {
            store.expireLeases();
        }
        for (SimNode node : nodes) {
            node.view.stepDownIfAlone();
        }
        boolean possible = world.now() >= lastQuorumSendNanos + ELECTION_NANOS;
        if (automatic && possible && (leader == null || !reachable(leader))) {
            electAny();
        }
    }

    private void heartbeat() {
        SimNode sender = leader;
        long sentTerm = term;
        long sentNanos = world.now();
        long sentLocalNanos = sender.monotonic();
        long roundTrip = sender.chaos > 0 ? world.between(World.MILLI, 50 * World.MILLI) : 1000;
        world.at(
                roundTrip,
                () -> {
                    if (leader != sender || term != sentTerm || sender.cut || transferring) {
                        return;
                    }
                    lastQuorumSendNanos = Math.max(lastQuorumSendNanos, sentNanos);
                    sender.onConsensus(
                            () ->
                                    sender.view.acknowledged(
                                            sentTerm,
                                            sentLocalNanos + ELECTION_NANOS - MARGIN_NANOS));
                });
    }

    private void electAny() {
        List<SimNode> able = nodes.stream().filter(SimRaft::reachable).toList();
        if (able.size() * 2 <= nodes.size()) {
            return;
        }
        elect(able.get(world.random.nextInt(able.size())));
    }

    /** Makes {@code node} leader of a new term at once; legal only when the stickiness allows. */
    public void elect(SimNode node) {
        if (!transferring && world.now() < lastQuorumSendNanos + ELECTION_NANOS) {
            throw new IllegalStateException("no quorum would vote yet");
        }
        transferring = false;
        term++;
        leader = node;
        established = false;
        lastQuorumSendNanos = world.now();
        nextHeartbeatNanos = world.now();
        long newTerm = term;
        for (SimNode each : nodes) {
            long news = each == node ? 0 : world.between(0, 20 * World.MILLI);
            world.at(news, () -> tell(each, newTerm, node));
        }
        long firstEntry = node.chaos > 0 ? world.between(World.MILLI, 30 * World.MILLI) : 1000;
        world.at(
                firstEntry,
                () -> {
                    if (term == newTerm) {
                        established = true;
                        store.refreshLeases();
                        node.onConsensus(() -> node.view.established(newTerm));
                    }
                });
    }

    private void tell(SimNode node, long newTerm, SimNode newLeader) {
        if (newTerm != term || node.down) {
            return;
        }
        if (node.cut) {
            world.at(STEP_NANOS, () -> tell(node, newTerm, newLeader));
            return;
        }
        node.onConsensus(() -> node.view.follow(newTerm, newLeader.id));
    }

    CompletableFuture<Void> transfer(SimNode from, long targetId) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        SimNode target =
                nodes.stream().filter(node -> node.id == targetId).findFirst().orElseThrow();
        if (leader != from || !from.view.leading()) {
            return CompletableFuture.failedFuture(new KvException(KvError.NOT_LEADER));
        }
        if (from.driver().serving()) {
            throw new IllegalStateException("transfer while serving");
        }
        long oldTerm = term;
        transferring = true;
        from.view.fenceOff();
        boolean works = reachable(target) && reachable(from) && !world.chance(from.chaos * 0.3);
        if (works) {
            world.at(
                    5 * World.MILLI,
                    () -> {
                        if (term == oldTerm) {
                            transferring = true; // Even if the old leader died meanwhile.
                            elect(target);
                        }
                        from.onConsensus(() -> answer.complete(null));
                    });
        } else {
            // Nobody can tell whether the target will still act on the order, so the old leader
            // goes: the order dies with its term.
            world.at(
                    ELECTION_NANOS,
                    () -> {
                        if (term == oldTerm) {
                            transferring = false;
                            leader = null;
                            from.onConsensus(from.view::stepDown);
                        }
                        from.onConsensus(
                                () ->
                                        answer.completeExceptionally(
                                                new KvException(KvError.TIMEOUT)));
                    });
        }
        return answer;
    }

    /** The process died, or it gave up leading because nobody answers. */
    void gone(SimNode node) {
        if (leader == node) {
            leader = null;
            transferring = false;
        }
    }
}
