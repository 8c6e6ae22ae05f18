package org.pdtoolkit.placement.election;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.placement.Owner;

/**
 * The replicated store as seen from the owner thread: every answer arrives there.
 *
 * <p>An answer is (result, {@code null}) or ({@code null}, error). Thread: call on the owner.
 */
public final class OwnedKv {
    private final ReplicatedKv kv;
    private final Owner owner;

    public OwnedKv(ReplicatedKv kv, Owner owner) {
        this.kv = kv;
        this.owner = owner;
    }

    /** Reads one key, linearizable. */
    public void read(Bytes key, BiConsumer<OpResult.Range, KvException> then) {
        deliver(kv.range(Op.Range.of(key)), then);
    }

    public void range(Op.Range range, BiConsumer<OpResult.Range, KvException> then) {
        deliver(kv.range(range), then);
    }

    public void txn(Op.Txn txn, BiConsumer<OpResult.Txn, KvException> then) {
        deliver(kv.txn(txn), then);
    }

    /** If every compare holds then {@code success}, else {@code failure}. */
    public void txn(
            List<Compare> compares,
            List<Op> success,
            List<Op> failure,
            BiConsumer<OpResult.Txn, KvException> then) {
        txn(new Op.Txn(compares, success, failure), then);
    }

    public void leaseGrant(long seconds, BiConsumer<ReplicatedKv.Lease, KvException> then) {
        deliver(kv.leaseGrant(0, seconds), then);
    }

    public void leaseKeepAlive(long lease, BiConsumer<ReplicatedKv.Lease, KvException> then) {
        deliver(kv.leaseKeepAlive(lease), then);
    }

    public void leaseRevoke(long lease, BiConsumer<ReplicatedKv.Lease, KvException> then) {
        deliver(kv.leaseRevoke(lease), then);
    }

    /** Opens a watch whose calls arrive on the owner thread; late ones may follow a cancel. */
    public ReplicatedKv.Watch watch(WatchRequest request, WatchListener listener) {
        return kv.watch(
                request,
                new WatchListener() {
                    @Override
                    public void onEvents(long revision, List<Event> events) {
                        owner.execute(() -> listener.onEvents(revision, events));
                    }

                    @Override
                    public void onCompacted(long compactRevision) {
                        owner.execute(() -> listener.onCompacted(compactRevision));
                    }
                });
    }

    /** Hands the outcome of {@code call} to {@code then} on the owner thread. */
    public <T> void deliver(CompletableFuture<T> call, BiConsumer<T, KvException> then) {
        // The derived future only carries what "then" throws, and that surfaces on the owner.
        var unused =
                call.whenComplete(
                        (result, failure) ->
                                owner.execute(() -> then.accept(result, refusal(failure))));
    }

    private static KvException refusal(Throwable failure) {
        if (failure == null) {
            return null;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KvException refusal) {
                return refusal;
            }
        }
        // Outside the contract of the store: the outcome has to count as unknown.
        return new KvException(KvError.STOPPED, failure.toString());
    }
}
