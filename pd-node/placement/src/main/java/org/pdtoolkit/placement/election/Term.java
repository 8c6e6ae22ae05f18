package org.pdtoolkit.placement.election;

import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;

/**
 * One term of office as PD leader: from winning the leader key until stepping down. Never reused.
 *
 * <p>Thread: the owner renews, anyone reads.
 */
public final class Term {
    private final Bytes leaderKey;
    private final long raftTerm;
    private final long lease;
    private final long revision;
    private final List<Compare> guard;

    /** Only moves forward, {@link Long#MIN_VALUE} once reset. Single writer: the owner. */
    private volatile long leaseDeadlineNanos;

    Term(
            Bytes leaderKey,
            Bytes memberValue,
            long raftTerm,
            long lease,
            long revision,
            long leaseDeadlineNanos) {
        this.leaderKey = leaderKey;
        this.raftTerm = raftTerm;
        this.lease = lease;
        this.revision = revision;
        this.leaseDeadlineNanos = leaseDeadlineNanos;
        // The value is the original's guard. It is the same in every term of this member, so alone
        // it would let a delayed write of an earlier term through; the create revision does not.
        this.guard =
                List.of(
                        Compare.valueEquals(leaderKey, memberValue),
                        Compare.createRevision(leaderKey, revision));
    }

    public Bytes leaderKey() {
        return leaderKey;
    }

    /** Raft term in which this member led the group when it campaigned. */
    public long raftTerm() {
        return raftTerm;
    }

    public long lease() {
        return lease;
    }

    /** Create revision of the leader key; names this term. */
    public long revision() {
        return revision;
    }

    /** What every write of this term has to require. */
    public List<Compare> guard() {
        return guard;
    }

    public long leaseDeadlineNanos() {
        return leaseDeadlineNanos;
    }

    void renew(long deadlineNanos) {
        if (leaseDeadlineNanos != Long.MIN_VALUE && deadlineNanos > leaseDeadlineNanos) {
            leaseDeadlineNanos = deadlineNanos;
        }
    }

    void reset() {
        leaseDeadlineNanos = Long.MIN_VALUE;
    }
}
