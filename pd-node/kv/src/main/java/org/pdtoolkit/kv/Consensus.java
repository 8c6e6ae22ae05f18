package org.pdtoolkit.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The consensus group as its clients may see it. Reads are of immutable snapshots: any thread, no
 * blocking.
 */
public interface Consensus {
    /** Id of this member. */
    long memberId();

    /** Id of the Raft leader this member follows or is; 0 when unknown. */
    long leaderId();

    long term();

    /** Times this member has learned of another Raft leader since it started; 0 if not counted. */
    default long leaderChanges() {
        return 0;
    }

    /**
     * Whether this member is Raft leader and has applied the first entry of its own term, so that
     * local reads show everything committed before.
     */
    boolean leading();

    /**
     * Monotonic instant ({@link System#nanoTime} scale) until which no other member can become Raft
     * leader without this one's help: the send time of the last heartbeat that a quorum answered,
     * plus the election timeout less the drift margin. {@link Long#MIN_VALUE} while not leading.
     */
    long quorumDeadlineNanos();

    /** Monotonic instant until which the last completed fsync counts as recent. */
    long diskDeadlineNanos();

    /** Members in id order. */
    List<Member> members();

    /**
     * Whether a member answered this one, as Raft leader, within the last election timeout; decides
     * whom leadership may be handed to. True for every member while that is not tracked.
     */
    default boolean recentlyActive(long memberId) {
        return true;
    }

    /**
     * Hands Raft leadership to {@code target}; completes when this member follows it. Fails with
     * NOT_LEADER, BAD_TRANSFEREE, or TIMEOUT after an election timeout without a change. The caller
     * stops serving first.
     */
    CompletableFuture<Void> transferLeader(long target);
}
