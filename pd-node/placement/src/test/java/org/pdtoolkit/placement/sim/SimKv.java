package org.pdtoolkit.placement.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * The store as one member reaches it: requests take their time, wait for a Raft leader, and may end
 * with an unknown outcome before, after or without taking effect.
 */
final class SimKv implements ReplicatedKv {
    private static final long TIMEOUT_NANOS = 2 * World.SECOND;

    private final World world;
    private final SimStore store;
    private final SimRaft raft;
    private final SimNode node;
    private long deliveredUntilNanos;

    SimKv(World world, SimStore store, SimRaft raft, SimNode node) {
        this.world = world;
        this.store = store;
        this.raft = raft;
        this.node = node;
    }

    @Override
    public CompletableFuture<OpResult.Range> range(Op.Range range) {
        return submit(() -> (OpResult.Range) store.apply(range));
    }

    @Override
    public CompletableFuture<OpResult.Put> put(Op.Put put) {
        return submit(() -> (OpResult.Put) store.apply(put));
    }

    @Override
    public CompletableFuture<OpResult.Delete> delete(Op.Delete delete) {
        return submit(() -> (OpResult.Delete) store.apply(delete));
    }

    @Override
    public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
        if (node.refuseWrites && !txn.compares().isEmpty()) {
            return CompletableFuture.failedFuture(new KvException(KvError.TIMEOUT));
        }
        boolean guarded = !txn.compares().isEmpty();
        return submit(
                () -> (OpResult.Txn) store.apply(txn),
                guarded ? node.writeDelayNanos : 0,
                guarded && node.loseWriteAnswers);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
        return submit(() -> store.grant(ttl));
    }

    @Override
    public CompletableFuture<Lease> leaseRevoke(long id) {
        return submit(() -> store.revoke(id));
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        if (node.loseRenewals) {
            return new CompletableFuture<>();
        }
        return submit(() -> store.keepAlive(id));
    }

    private <T> CompletableFuture<T> submit(Supplier<T> apply) {
        return submit(apply, 0, false);
    }

    private <T> CompletableFuture<T> submit(
            Supplier<T> apply, long delayNanos, boolean losesAnswer) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (world.chance(node.chaos * 0.02)) {
            world.at(latency(), () -> answered(answer, null, new KvException(KvError.NO_LEADER)));
            return answer;
        }
        boolean loseAnswer = losesAnswer || world.chance(node.chaos * 0.05);
        boolean loseRequest = node.loseRequests || world.chance(node.chaos * 0.02);
        long late = world.chance(node.chaos * 0.03) ? world.between(0, 8 * World.SECOND) : 0;
        world.at(TIMEOUT_NANOS, () -> answered(answer, null, new KvException(KvError.TIMEOUT)));
        if (!loseRequest) {
            world.at(latency() + late + delayNanos, () -> attempt(apply, answer, loseAnswer));
        }
        return answer;
    }

    private <T> void attempt(Supplier<T> apply, CompletableFuture<T> answer, boolean loseAnswer) {
        if (!raft.commits()) {
            // Even long after the caller gave up: a request is never known to be dead.
            world.at(10 * World.MILLI, () -> attempt(apply, answer, loseAnswer));
            return;
        }
        T result;
        try {
            result = apply.get();
        } catch (KvException refused) {
            world.at(latency(), () -> answered(answer, null, refused));
            return;
        }
        if (!loseAnswer) {
            world.at(latency(), () -> answered(answer, result, null));
        }
    }

    private <T> void answered(CompletableFuture<T> answer, T result, KvException failure) {
        node.onNetwork(
                () -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }

    private long latency() {
        return node.chaos > 0 ? world.between(World.MILLI / 10, 5 * World.MILLI) : World.MILLI / 2;
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        SimWatch watch = new SimWatch(request, listener);
        long from = request.startRevision();
        if (from > 0 && from <= store.compactedRevision()) {
            long compacted = store.compactedRevision();
            deliver(() -> watch.compacted(compacted));
            return watch;
        }
        if (from > 0) {
            store.historyFrom(from)
                    .forEach((at, events) -> deliver(() -> watch.events(at, events)));
        }
        store.listen(
                (at, events) -> {
                    deliver(() -> watch.events(at, events));
                    if (world.chance(node.chaos * 0.002)) {
                        deliver(() -> watch.compacted(at));
                    }
                    return !watch.over;
                });
        return watch;
    }

    /** In order, each a little later than the store had it. */
    private void deliver(Runnable news) {
        deliveredUntilNanos = Math.max(deliveredUntilNanos, world.now() + latency());
        world.at(deliveredUntilNanos - world.now(), () -> node.onNetwork(news));
    }

    private static final class SimWatch implements Watch {
        private final WatchRequest request;
        private final WatchListener listener;
        private boolean over;

        SimWatch(WatchRequest request, WatchListener listener) {
            this.request = request;
            this.listener = listener;
        }

        void events(long revision, List<WatchListener.Event> events) {
            List<WatchListener.Event> wanted =
                    events.stream()
                            .filter(event -> request.range().contains(event.pair().key()))
                            .toList();
            if (!over && !wanted.isEmpty()) {
                listener.onEvents(revision, wanted);
            }
        }

        void compacted(long revision) {
            if (!over) {
                over = true;
                listener.onCompacted(revision);
            }
        }

        @Override
        public void cancel() {
            over = true;
        }
    }
}
