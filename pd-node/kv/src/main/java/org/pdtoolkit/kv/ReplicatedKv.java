package org.pdtoolkit.kv;

import java.util.concurrent.CompletableFuture;

/**
 * The replicated store: the one interface that everything above consensus works with.
 *
 * <p>Every future completes exactly once: with the result, or exceptionally with a {@link
 * KvException}. Writes are linearizable, and so are reads unless marked serializable. Thread: any;
 * never blocks. A future completes on the apply thread unless the implementation says otherwise.
 */
public interface ReplicatedKv {
    CompletableFuture<OpResult.Range> range(Op.Range range);

    CompletableFuture<OpResult.Put> put(Op.Put put);

    CompletableFuture<OpResult.Delete> delete(Op.Delete delete);

    CompletableFuture<OpResult.Txn> txn(Op.Txn txn);

    /** Answer of a lease call; {@code ttl} in seconds is the effective one. */
    record Lease(long id, long ttl, long revision) {}

    /**
     * Grants a lease.
     *
     * @param id 0 lets the store choose
     * @param ttl seconds; raised to the minimum of the store
     */
    CompletableFuture<Lease> leaseGrant(long id, long ttl);

    /** Deletes the lease and its keys. */
    CompletableFuture<Lease> leaseRevoke(long id);

    /** Renews a lease; {@code ttl} 0 in the answer means that it does not exist. */
    CompletableFuture<Lease> leaseKeepAlive(long id);

    /** An open watch. */
    interface Watch {
        /** Stops the events; idempotent. A call under way on another thread still ends. */
        void cancel();

        /** Goes on with a watch that was set aside because its listener was not ready. */
        default void resume() {}
    }

    /**
     * Opens a watch on the local, applied state. Its listener is called on the watch thread,
     * perhaps before this returns. A start revision below the compact revision, or below 0, is
     * answered with {@link WatchListener#onCompacted}.
     */
    Watch watch(WatchRequest request, WatchListener listener);
}
