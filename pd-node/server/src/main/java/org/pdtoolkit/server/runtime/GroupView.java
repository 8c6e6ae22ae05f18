package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;

/** The group as the layers above may see it. */
final class GroupView implements Consensus {
    private final long memberId;
    private final GroupState state;
    private final Membership membership;
    private final ConsensusLoop loop;

    GroupView(long memberId, GroupState state, Membership membership, ConsensusLoop loop) {
        this.memberId = memberId;
        this.state = state;
        this.membership = membership;
        this.loop = loop;
    }

    @Override
    public long memberId() {
        return memberId;
    }

    @Override
    public long leaderId() {
        return state.office().leader();
    }

    @Override
    public long term() {
        return state.office().term();
    }

    @Override
    public long leaderChanges() {
        return state.leaderChanges();
    }

    @Override
    public boolean leading() {
        return state.leading();
    }

    @Override
    public long quorumDeadlineNanos() {
        return state.quorumDeadlineNanos();
    }

    @Override
    public long diskDeadlineNanos() {
        return state.diskDeadlineNanos();
    }

    @Override
    public List<Member> members() {
        return membership.members();
    }

    @Override
    public boolean recentlyActive(long id) {
        return state.activePeers().contains(id);
    }

    @Override
    public CompletableFuture<Void> transferLeader(long target) {
        return loop.transferLeader(target);
    }
}
