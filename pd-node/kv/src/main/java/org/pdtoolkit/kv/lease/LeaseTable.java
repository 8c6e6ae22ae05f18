package org.pdtoolkit.kv.lease;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.pdtoolkit.bytes.Bytes;

/**
 * All leases of this member's applied state, and while it leads, their clocks.
 *
 * <p>Time is the caller's monotonic clock in nanoseconds, any origin. Only the leader runs it:
 * between {@link #promote} and {@link #demote}. A lease granted meanwhile starts its clock at the
 * next call that tells the time, since applying a command must not look at a clock: it can only
 * live longer by that, by at most the caller's interval between {@link #expired} calls.
 *
 * <p>Expiry never removes a lease here. It makes {@link #expired} report it; the leader then
 * proposes its revocation, and that removes it everywhere.
 *
 * <p>Thread: any; one monitor, short sections. The methods that change what is replicated ({@code
 * grant, revoke, move, reset}) are for the apply thread.
 */
public final class LeaseTable {
    /** A revocation that did not come through is asked for again after this time (etcd lessor). */
    private static final long RETRY_NANOS = 3_000_000_000L;

    /** At most this many leases run out in one second after a promotion (etcd lessor). */
    private static final int EXPIRIES_PER_SECOND_MAX = 750;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private static final Comparator<Lease> BY_DUE =
            Comparator.<Lease>comparingLong(lease -> lease.dueNanos)
                    .thenComparingLong(lease -> lease.id);

    private final Map<Long, Lease> leases = new HashMap<>();

    /** The timed leases; each is taken out before its due time changes. */
    private final TreeSet<Lease> due = new TreeSet<>(BY_DUE);

    /** Granted while leading, no time told since. May hold leases that are revoked by now. */
    private final ArrayDeque<Lease> untimed = new ArrayDeque<>();

    private boolean leading;

    /** Caller's time of the promotion; times are kept relative to it. */
    private long originNanos;

    /**
     * Starts the clocks: this member leads and has applied everything committed before. Every lease
     * gets its full time to live and {@code extendNanos} (an election timeout); if very many would
     * run out together they are spread by living longer.
     */
    public synchronized void promote(long nowNanos, long extendNanos) {
        demote();
        leading = true;
        originNanos = nowNanos;
        List<Lease> soonest = new ArrayList<>(leases.values());
        soonest.sort(
                Comparator.<Lease>comparingLong(lease -> lease.ttlSeconds)
                        .thenComparingLong(lease -> lease.id));
        for (int i = 0; i < soonest.size(); i++) {
            Lease lease = soonest.get(i);
            long expiry = after(extendNanos, lease.ttlSeconds);
            if (i >= EXPIRIES_PER_SECOND_MAX) {
                Lease earlier = soonest.get(i - EXPIRIES_PER_SECOND_MAX);
                expiry = Math.max(expiry, after(earlier.expiryNanos, 1));
            }
            time(lease, expiry);
        }
    }

    /** Stops the clocks. */
    public synchronized void demote() {
        leading = false;
        untimed.clear();
        due.clear();
        for (Lease lease : leases.values()) {
            lease.expiryNanos = Lease.UNTIMED;
            lease.dueNanos = Lease.UNTIMED;
        }
    }

    /** Whether the clocks run here. */
    public synchronized boolean leading() {
        return leading;
    }

    /**
     * Starts the full time to live again; for the leader.
     *
     * @return granted time to live in seconds; 0 if there is no such lease, or it has run out, or
     *     this member does not lead
     */
    public synchronized long renew(long id, long nowNanos) {
        long now = tell(nowNanos);
        Lease lease = leases.get(id);
        if (!leading || lease == null || lease.expiryNanos <= now) {
            return 0;
        }
        time(lease, after(now, lease.ttlSeconds));
        return lease.ttlSeconds;
    }

    /**
     * Leases that have run out, longest overdue first, for revocation. Each is reported once, and
     * again after three seconds if it still exists then. Empty while this member does not lead.
     */
    public synchronized List<Long> expired(long nowNanos, int countMax) {
        long now = tell(nowNanos);
        List<Long> ids = new ArrayList<>();
        while (ids.size() < countMax && !due.isEmpty() && due.first().dueNanos <= now) {
            Lease lease = due.pollFirst();
            ids.add(lease.id);
            lease.dueNanos = now + RETRY_NANOS;
            due.add(lease);
        }
        return ids;
    }

    /**
     * Whole seconds left, rounded down, not below 0; the granted time while this member does not
     * lead; -1 if there is no such lease.
     */
    public synchronized long remaining(long id, long nowNanos) {
        long now = tell(nowNanos);
        Lease lease = leases.get(id);
        if (lease == null) {
            return -1;
        }
        return leading ? Math.max(0, lease.expiryNanos - now) / SECOND_NANOS : lease.ttlSeconds;
    }

    /** Granted time to live in seconds, 0 if there is no such lease. */
    public synchronized long ttl(long id) {
        Lease lease = leases.get(id);
        return lease == null ? 0 : lease.ttlSeconds;
    }

    public synchronized boolean exists(long id) {
        return leases.containsKey(id);
    }

    public synchronized int count() {
        return leases.size();
    }

    /** Keys that hang on the lease, in order; empty if there is no such lease. */
    public synchronized List<Bytes> keys(long id) {
        Lease lease = leases.get(id);
        return lease == null ? List.of() : new ArrayList<>(lease.keys);
    }

    /** All leases: soonest to run out first; by granted time while this member does not lead. */
    public synchronized List<Long> ids() {
        List<Lease> sorted = new ArrayList<>(leases.values());
        sorted.sort(
                Comparator.<Lease>comparingLong(
                                lease ->
                                        lease.expiryNanos == Lease.UNTIMED
                                                ? Long.MAX_VALUE
                                                : lease.expiryNanos)
                        .thenComparingLong(lease -> lease.ttlSeconds)
                        .thenComparingLong(lease -> lease.id));
        List<Long> ids = new ArrayList<>(sorted.size());
        sorted.forEach(lease -> ids.add(lease.id));
        return ids;
    }

    /** Adds a lease that does not exist. */
    public synchronized void grant(long id, long ttlSeconds) {
        Lease lease = new Lease(id, ttlSeconds);
        leases.put(id, lease);
        if (leading) {
            untimed.add(lease);
        }
    }

    /** Removes a lease; its keys are deleted in the same command. */
    public synchronized void revoke(long id) {
        Lease lease = leases.remove(id);
        if (lease != null) {
            due.remove(lease);
        }
    }

    /** Takes {@code key} from lease {@code from} and hangs it on {@code to}; 0 is none. */
    public synchronized void move(Bytes key, long from, long to) {
        Lease old = leases.get(from);
        if (old != null) {
            old.keys.remove(key);
        }
        Lease now = leases.get(to);
        if (now != null) {
            now.keys.add(key);
        }
    }

    /** Forgets all leases; a leading table goes on leading. */
    public synchronized void reset() {
        leases.clear();
        due.clear();
        untimed.clear();
    }

    /** Brings the clocks of new leases up to date; returns the time on the table's scale. */
    private long tell(long nowNanos) {
        if (!leading) {
            return 0;
        }
        long now = nowNanos - originNanos;
        while (!untimed.isEmpty()) {
            Lease lease = untimed.remove();
            if (leases.get(lease.id) == lease && lease.expiryNanos == Lease.UNTIMED) {
                time(lease, after(now, lease.ttlSeconds));
            }
        }
        return now;
    }

    private void time(Lease lease, long expiryNanos) {
        if (lease.dueNanos != Lease.UNTIMED) {
            due.remove(lease);
        }
        lease.expiryNanos = expiryNanos;
        lease.dueNanos = expiryNanos;
        due.add(lease);
    }

    /** {@code start} and {@code seconds}; the end of time if that overflows. */
    private static long after(long start, long seconds) {
        long whole = Math.multiplyExact(seconds, SECOND_NANOS);
        return whole > Long.MAX_VALUE - start ? Long.MAX_VALUE : start + whole;
    }
}
