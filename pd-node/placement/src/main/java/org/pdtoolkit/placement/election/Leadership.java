package org.pdtoolkit.placement.election;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.TimeSource;

/**
 * The common tool of the elections by leased key (wire/pd-grpc.md §20): campaign for a key, keep
 * its lease, give it up.
 *
 * <p>Thread: owner.
 */
public final class Leadership {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Renewals a lease. Two may get lost. */
    private static final int RENEWALS_PER_LEASE = 3;

    private final OwnedKv kv;
    private final TimeSource time;
    private final Bytes key;
    private final Bytes value;
    private final long leaseSeconds;

    /** How a campaign ended: with a term, or {@code null} and the reason. */
    public record Outcome(Term term, String reason) {}

    public Leadership(OwnedKv kv, TimeSource time, Bytes key, Bytes value, long leaseSeconds) {
        this.kv = kv;
        this.time = time;
        this.key = key;
        this.value = value;
        this.leaseSeconds = leaseSeconds;
    }

    public long leaseNanos() {
        return leaseSeconds * NANOS_PER_SECOND;
    }

    /**
     * Grants a lease and claims the key with it if it does not exist. A campaign that fails, or is
     * not wanted any more when the lease is there, leaves no key behind: its lease is revoked.
     */
    public void campaign(long raftTerm, BooleanSupplier wanted, Consumer<Outcome> then) {
        // Counted from before the request is sent: the store starts counting later.
        long sentNanos = time.monotonicNanos();
        kv.leaseGrant(
                leaseSeconds,
                (lease, error) -> {
                    if (error != null) {
                        then.accept(new Outcome(null, "lease grant: " + error.getMessage()));
                    } else if (!wanted.getAsBoolean()) {
                        revoke(lease.id());
                        then.accept(new Outcome(null, "no longer wanted"));
                    } else {
                        claim(raftTerm, lease, deadline(sentNanos, lease.ttl()), then);
                    }
                });
    }

    private void claim(
            long raftTerm, ReplicatedKv.Lease lease, long deadlineNanos, Consumer<Outcome> then) {
        kv.txn(
                List.of(Compare.absent(key)),
                List.of(Op.Put.of(key, value, lease.id())),
                List.of(),
                (result, error) -> {
                    if (error == null && result.succeeded()) {
                        long revision = result.revision();
                        then.accept(
                                new Outcome(
                                        new Term(
                                                key,
                                                value,
                                                raftTerm,
                                                lease.id(),
                                                revision,
                                                deadlineNanos),
                                        null));
                        return;
                    }
                    // Also when the outcome is unknown: without its lease the claim cannot stand.
                    revoke(lease.id());
                    then.accept(new Outcome(null, claimFailure(error)));
                });
    }

    private static String claimFailure(KvException error) {
        return error == null ? "another member holds the leader key" : error.getMessage();
    }

    /** Keeps the lease of one term alive. */
    public final class Keeper {
        private final Term term;
        private final Runnable leaseGone;
        private long nextNanos = Long.MIN_VALUE;

        private Keeper(Term term, Runnable leaseGone) {
            this.term = term;
            this.leaseGone = leaseGone;
        }

        /**
         * Sends a renewal when one is due, without waiting for the one before: a lost answer must
         * not cost the lease.
         */
        public void tick(long nowNanos) {
            if (nowNanos < nextNanos) {
                return;
            }
            nextNanos = nowNanos + leaseNanos() / RENEWALS_PER_LEASE;
            kv.leaseKeepAlive(
                    term.lease(),
                    (lease, error) -> {
                        if (error != null) {
                            return; // The next renewal may do; the deadline stays where it is.
                        }
                        if (lease.ttl() <= 0) {
                            leaseGone.run();
                        } else {
                            term.renew(deadline(nowNanos, lease.ttl()));
                        }
                    });
        }
    }

    /** Starts keeping {@code term}; {@code leaseGone} runs when the store says it has no lease. */
    public Keeper keeper(Term term, Runnable leaseGone) {
        return new Keeper(term, leaseGone);
    }

    /** Ends a term: its fence closes at once, its key goes with the lease. */
    public void reset(Term term) {
        term.reset();
        revoke(term.lease());
    }

    private void revoke(long lease) {
        // Nothing hangs on the answer: a lease that is not revoked runs out, and its key, should it
        // still be seen by then, is removed as stale.
        kv.leaseRevoke(lease, (revoked, error) -> {});
    }

    private long deadline(long sentNanos, long ttlSeconds) {
        return sentNanos + Math.min(ttlSeconds, leaseSeconds) * NANOS_PER_SECOND;
    }

    /** Whether {@code branch}, a read of the leader key, shows that {@code term} still holds it. */
    public static boolean holds(Term term, OpResult branch) {
        return branch instanceof OpResult.Range read
                && read.first() != null
                && read.first().createRevision() == term.revision();
    }
}
