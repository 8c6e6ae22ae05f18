package org.pdtoolkit.placement.election;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Notices a member that wins the leader key again and again without ever getting to serve, so that
 * another one may try.
 *
 * <p>The original counts every campaign; a cluster that loses its leader three times in five
 * minutes then hands over for no reason. Only campaigns that won and failed count here.
 *
 * <p>Thread: owner.
 */
final class CampaignThrottle {
    static final int FAILURES_MAX = 3;
    static final long WINDOW_NANOS = 300_000_000_000L;

    private final Deque<Long> failuresNanos = new ArrayDeque<>();

    /** Records a failure; true when it was one too many, which also starts a new count. */
    boolean failed(long nowNanos) {
        failuresNanos.addLast(nowNanos);
        while (nowNanos - failuresNanos.getFirst() > WINDOW_NANOS) {
            failuresNanos.removeFirst();
        }
        if (failuresNanos.size() < FAILURES_MAX) {
            return false;
        }
        failuresNanos.clear();
        return true;
    }
}
