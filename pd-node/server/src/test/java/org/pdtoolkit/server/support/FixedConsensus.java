package org.pdtoolkit.server.support;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;

/** A consensus group whose state a test sets. */
public final class FixedConsensus implements Consensus {
    public volatile long leaderId = -1;
    public volatile List<Member> members = List.of(ScriptedPlacement.member(1));

    @Override
    public long memberId() {
        return -1;
    }

    @Override
    public long leaderId() {
        return leaderId;
    }

    @Override
    public long term() {
        return 7;
    }

    @Override
    public long leaderChanges() {
        return 3;
    }

    @Override
    public boolean leading() {
        return leaderId == memberId();
    }

    @Override
    public long quorumDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public long diskDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public List<Member> members() {
        return members;
    }

    @Override
    public CompletableFuture<Void> transferLeader(long target) {
        return CompletableFuture.completedFuture(null);
    }
}
