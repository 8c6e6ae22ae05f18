package org.pdtoolkit.server.runtime;

import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/**
 * What a voter owes the leader it follows: no vote for anybody else for one election timeout after
 * it heard from it. The fence of the PD leader rests on this promise (ADR 0002).
 *
 * <p>The core's own stickiness is not enough: it ends when the voter forgets who leads, by a
 * restart or by any message of a higher term, and it counts ticks, not time.
 *
 * <p>Thread: consensus.
 */
final class VoterPromise {
    private final long timeoutNanos;
    private long heardNanos;
    private boolean heard;

    /**
     * @param timeoutNanos one election timeout
     */
    VoterPromise(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * Starts the promise. Also for a start of the process: a restarted voter may have answered a
     * heartbeat just before it died.
     */
    void heard(long nowNanos) {
        heard = true;
        heardNanos = nowNanos;
    }

    /** Whether a message shows that its sender leads the term that this voter is in. */
    static boolean fromLeader(Message message, long leader, long term) {
        return message.from() == leader
                && message.term() == term
                && (message.type() == MessageType.HEARTBEAT
                        || message.type() == MessageType.APP
                        || message.type() == MessageType.SNAP);
    }

    /** Whether the core may see {@code message}; only requests for a vote are ever withheld. */
    boolean admits(Message message, long nowNanos) {
        boolean asksForVote =
                message.type() == MessageType.VOTE || message.type() == MessageType.PRE_VOTE;
        return !asksForVote
                || message.isTransferCampaign()
                || !heard
                || nowNanos - heardNanos >= timeoutNanos;
    }
}
