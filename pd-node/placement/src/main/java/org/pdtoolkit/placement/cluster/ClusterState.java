package org.pdtoolkit.placement.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.election.Duty;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.election.Term;
import org.pdtoolkit.placement.keys.KeyPath;

/**
 * The cluster object of the PD leader: loaded from the store at the start of a term, or begun by
 * the bootstrap.
 *
 * <p>Thread: owner writes; the two getters are for any.
 */
public final class ClusterState implements Duty {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final OwnedKv kv;
    private final TimeSource time;
    private final KeyPath keys;
    private final EventSink events;

    private Term term;

    /** Single writer: the owner. */
    private volatile boolean running;

    private volatile long bootstrapTimeNanos;

    public ClusterState(OwnedKv kv, TimeSource time, KeyPath keys, EventSink events) {
        this.kv = kv;
        this.time = time;
        this.keys = keys;
        this.events = events;
    }

    @Override
    public String name() {
        return "cluster";
    }

    /** Whether the cluster runs here: bootstrapped, and this member is leader. */
    public boolean running() {
        return running;
    }

    /** Unix nanoseconds, 0 when not running. */
    public long bootstrapTimeNanos() {
        return bootstrapTimeNanos;
    }

    @Override
    public void enter(Term entered, Consumer<String> done) {
        term = entered;
        load(entered, error -> done.accept(error == null ? null : error.getMessage()));
    }

    @Override
    public void leave() {
        term = null;
        running = false;
        bootstrapTimeNanos = 0;
    }

    private void load(Term mine, Consumer<KvException> done) {
        kv.txn(
                List.of(),
                List.of(Op.Range.of(keys.cluster()), Op.Range.of(keys.bootstrapTime())),
                List.of(),
                (result, error) -> {
                    if (term != mine) {
                        return;
                    }
                    if (error == null && pair(result, 0) != null) {
                        KeyValue at = pair(result, 1);
                        boolean readable = at != null && at.value().size() == Long.BYTES;
                        run(readable ? at.value().toLong() : 0);
                    }
                    done.accept(error);
                });
    }

    private static KeyValue pair(OpResult.Txn result, int index) {
        return ((OpResult.Range) result.responses().get(index)).first();
    }

    private void run(long sinceNanos) {
        bootstrapTimeNanos = sinceNanos;
        running = true;
    }

    /** See {@link org.pdtoolkit.placement.Placement#bootstrap}. */
    public CompletableFuture<Void> bootstrap(
            Bytes cluster, long storeId, Bytes store, long regionId, Bytes region) {
        if (term == null) {
            return failed(PlacementError.NOT_LEADER, "not leader");
        }
        if (running) {
            return failed(PlacementError.ALREADY_BOOTSTRAPPED, "cluster is already bootstrapped");
        }
        Term mine = term;
        long nowNanos = time.wallMillis() * NANOS_PER_MILLI;
        List<Compare> guard = new ArrayList<>(mine.guard());
        guard.add(Compare.absent(keys.cluster()));
        CompletableFuture<Void> answer = new CompletableFuture<>();
        kv.txn(
                guard,
                List.of(
                        Op.Put.of(keys.cluster(), cluster),
                        Op.Put.of(keys.bootstrapTime(), Bytes.ofLong(nowNanos)),
                        Op.Put.of(keys.store(storeId), store),
                        Op.Put.of(keys.region(regionId), region)),
                List.of(),
                (result, error) -> {
                    if (error != null) {
                        bootstrapUnknown(mine, error, answer);
                    } else if (!result.succeeded()) {
                        answer.completeExceptionally(
                                new PlacementException(
                                        PlacementError.TXN_CONFLICT,
                                        "the leader or the key changed"));
                    } else {
                        if (term == mine) {
                            run(nowNanos);
                        }
                        events.accept(new PlacementEvent.ClusterBootstrapped(storeId, regionId));
                        answer.complete(null);
                    }
                });
        return answer;
    }

    /** The keys may be there or may not: look before anybody is told. */
    private void bootstrapUnknown(Term mine, KvException error, CompletableFuture<Void> answer) {
        PlacementException failure =
                new PlacementException(
                        PlacementError.STORE, "bootstrap: " + error.getMessage(), error);
        if (term != mine) {
            answer.completeExceptionally(failure);
            return;
        }
        answer.completeExceptionally(failure);
        load(mine, ignored -> {});
    }

    private static CompletableFuture<Void> failed(PlacementError error, String message) {
        return CompletableFuture.failedFuture(new PlacementException(error, message));
    }
}
