package org.pdtoolkit.placement.election;

import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.placement.TimeSource;

/**
 * Tells whether a term of office may still answer (design D5): its lease is valid, a quorum follows
 * this member as leader of the same Raft term, and the disk works.
 *
 * <p>Thread: any; reads only.
 */
public final class Fence {
    private final Consensus consensus;
    private final TimeSource time;

    public Fence(Consensus consensus, TimeSource time) {
        this.consensus = consensus;
        this.time = time;
    }

    /**
     * Whether nobody else can be serving at the instant at which this reads the clock.
     *
     * <p>Order matters. The Raft term comes after the quorum deadline: should that one belong to a
     * later Raft term, and another member have served in between, the term tells. The clock comes
     * last: a pause before it is then always seen.
     */
    public boolean holds(Term term) {
        long quorumDeadline = consensus.quorumDeadlineNanos();
        long diskDeadline = consensus.diskDeadlineNanos();
        long leaseDeadline = term.leaseDeadlineNanos();
        if (consensus.term() != term.raftTerm()) {
            return false;
        }
        long now = time.monotonicNanos();
        // Plain comparison, since MIN_VALUE stands for "never"; the scale wraps after 292 years.
        return now <= quorumDeadline && now <= diskDeadline && now <= leaseDeadline;
    }

    /**
     * Whether this member leads the Raft group and no other member can at the instant of the call.
     */
    public boolean leadsRaftAlone() {
        long quorumDeadline = consensus.quorumDeadlineNanos();
        return consensus.leading() && time.monotonicNanos() <= quorumDeadline;
    }

    public boolean diskResponds() {
        long diskDeadline = consensus.diskDeadlineNanos();
        return time.monotonicNanos() <= diskDeadline;
    }
}
