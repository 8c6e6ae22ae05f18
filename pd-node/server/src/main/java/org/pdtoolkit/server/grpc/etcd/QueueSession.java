package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.EtcdKv;

/**
 * The lease that a caller's key hangs on: the caller's, or one of the server's that lives on for a
 * while after the call.
 *
 * <p>Thread: any.
 */
final class QueueSession {
    private static final long TTL_SECONDS = 60;
    private static final long RENEWAL_SECONDS = TTL_SECONDS / 3;

    private final EtcdKv kv;
    private final long lease;
    private final ScheduledFuture<?> renewals;

    private QueueSession(EtcdKv kv, long lease, ScheduledFuture<?> renewals) {
        this.kv = kv;
        this.lease = lease;
        this.renewals = renewals;
    }

    /**
     * @param lease of the caller, 0 for one of the server's
     * @param leases renews it, on the timer, while the call lasts
     */
    static CompletableFuture<QueueSession> open(
            EtcdKv kv, long lease, LeaseGrpcService leases, ScheduledExecutorService timer) {
        if (lease != 0) {
            return CompletableFuture.completedFuture(new QueueSession(kv, lease, null));
        }
        Context caller = Context.current();
        return kv.leaseGrant(0, TTL_SECONDS)
                .thenApply(
                        granted ->
                                new QueueSession(
                                        kv,
                                        granted.id(),
                                        timer.scheduleWithFixedDelay(
                                                () -> leases.renew(caller, granted.id()),
                                                RENEWAL_SECONDS,
                                                RENEWAL_SECONDS,
                                                TimeUnit.SECONDS)));
    }

    long lease() {
        return lease;
    }

    /** The call is over, and what it made stays until the lease runs out. */
    void close() {
        if (renewals != null) {
            renewals.cancel(false);
        }
    }

    /** The call is over for nothing. */
    void abandon() {
        close();
        if (renewals != null) {
            kv.leaseRevoke(lease);
        }
    }
}
