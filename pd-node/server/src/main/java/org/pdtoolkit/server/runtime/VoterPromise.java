package org.pdtoolkit.server.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/**
 * What a voter owes the leader it follows: no vote for anybody else for one election timeout after
 * it heard from it. The fence of the PD leader rests on this promise (ADR 0002).
 *
 * <p>The core's own stickiness is not enough: it ends when the voter forgets who leads, by a
 * restart or by any message of a higher term, and it counts ticks, not time.
 *
 * <p>A request that comes too early is kept, not lost: it is answered when the promise ends. Else a
 * candidate whose timeout ran out a little before ours would have to wait for another whole one.
 *
 * <p>Thread: consensus.
 */
final class VoterPromise {
    private final long timeoutNanos;
    private final int timeoutTicks;

    /** The latest withheld request of each member, in the order of arrival. */
    private final Map<Long, Message> withheld = new LinkedHashMap<>();

    private long heardNanos;
    private int ticks;
    private boolean heard;

    /**
     * @param timeoutNanos one election timeout
     * @param timeoutTicks the same in ticks: the core's own stickiness, which would drop a request
     */
    VoterPromise(long timeoutNanos, int timeoutTicks) {
        this.timeoutNanos = timeoutNanos;
        this.timeoutTicks = timeoutTicks;
    }

    /**
     * Starts the promise. Also for a start of the process: a restarted voter may have answered a
     * heartbeat just before it died.
     */
    void heard(long nowNanos) {
        heard = true;
        heardNanos = nowNanos;
        ticks = 0;
        withheld.clear();
    }

    /**
     * Counts a tick of the core; call it after the core's own.
     *
     * @return requests that were withheld and may be answered now
     */
    List<Message> tick(long nowNanos) {
        ticks++;
        if (withheld.isEmpty() || !isOver(nowNanos)) {
            return List.of();
        }
        List<Message> due = List.copyOf(withheld.values());
        withheld.clear();
        return due;
    }

    private boolean isOver(long nowNanos) {
        return !heard || (nowNanos - heardNanos >= timeoutNanos && ticks >= timeoutTicks);
    }

    /** Whether a message shows that its sender leads the term that this voter is in. */
    static boolean fromLeader(Message message, long leader, long term) {
        return message.from() == leader
                && message.term() == term
                && (message.type() == MessageType.HEARTBEAT
                        || message.type() == MessageType.APP
                        || message.type() == MessageType.SNAP);
    }

    /**
     * Whether the core may see {@code message} now; only requests for a vote are ever withheld, and
     * then kept for {@link #tick}.
     */
    boolean admits(Message message, long nowNanos) {
        boolean asksForVote =
                message.type() == MessageType.VOTE || message.type() == MessageType.PRE_VOTE;
        if (!asksForVote || message.isTransferCampaign() || isOver(nowNanos)) {
            return true;
        }
        withheld.remove(message.from());
        withheld.put(message.from(), message);
        return false;
    }
}
