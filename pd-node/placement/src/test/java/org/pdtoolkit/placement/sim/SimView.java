package org.pdtoolkit.placement.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;

/** What one member's consensus thread has published last; stale while the process is paused. */
public final class SimView implements Consensus {
    private final SimRaft raft;
    private final SimNode node;
    private long term;
    private long leaderId;
    private boolean leading;
    private long quorumDeadlineNanos = Long.MIN_VALUE;

    /** Set by an order to transfer; a new term clears it. */
    private boolean fencedOff;

    SimView(SimRaft raft, SimNode node) {
        this.raft = raft;
        this.node = node;
    }

    public void follow(long newTerm, long newLeaderId) {
        if (newTerm < term) {
            return;
        }
        if (newTerm > term) {
            leading = false;
            quorumDeadlineNanos = Long.MIN_VALUE;
            fencedOff = false;
        }
        term = newTerm;
        leaderId = newLeaderId;
    }

    void established(long ofTerm) {
        if (ofTerm == term && leaderId == node.id) {
            leading = true;
        }
    }

    void acknowledged(long ofTerm, long deadlineNanos) {
        if (ofTerm == term && leaderId == node.id && !fencedOff) {
            quorumDeadlineNanos = Math.max(quorumDeadlineNanos, deadlineNanos);
        }
    }

    /** From the order to transfer on, until a new term, nothing is certain. */
    void fenceOff() {
        quorumDeadlineNanos = Long.MIN_VALUE;
        fencedOff = true;
    }

    public void stepDown() {
        leading = false;
        leaderId = 0;
        quorumDeadlineNanos = Long.MIN_VALUE;
    }

    /** Check-quorum: a leader that nobody answers for an election timeout follows again. */
    void stepDownIfAlone() {
        if (leading
                && !fencedOff
                && !node.paused()
                && quorumDeadlineNanos != Long.MIN_VALUE
                && node.monotonic() > quorumDeadlineNanos + SimRaft.MARGIN_NANOS) {
            stepDown();
            raft.gone(node);
        }
    }

    void restarted(long knownTerm) {
        term = knownTerm;
        fencedOff = false;
        stepDown();
    }

    @Override
    public long memberId() {
        return node.id;
    }

    @Override
    public long leaderId() {
        return leaderId;
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public boolean leading() {
        return leading;
    }

    @Override
    public long quorumDeadlineNanos() {
        return quorumDeadlineNanos;
    }

    @Override
    public long diskDeadlineNanos() {
        return node.diskDeadline();
    }

    @Override
    public List<Member> members() {
        return raft.nodes().stream().map(SimNode::member).toList();
    }

    @Override
    public boolean recentlyActive(long memberId) {
        return raft.nodes().stream().anyMatch(each -> each.id == memberId && !each.down);
    }

    @Override
    public CompletableFuture<Void> transferLeader(long target) {
        return raft.transfer(node, target);
    }
}
