package org.pdtoolkit.placement.tso;

import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.election.KeyWatch;
import org.pdtoolkit.placement.election.OwnedKv;

/**
 * Watches the leader extend the timestamp window and so knows, on this member's monotonic clock,
 * what time it is for the cluster. A new leader whose wall clock is far ahead of that goes on from
 * the cluster's time instead of dragging the timestamps along.
 *
 * <p>Thread: owner.
 */
public final class ClusterTime {

    /** News that came late would set the time back; so the best of the last few counts. */
    private static final int NEWS_KEPT = 16;

    private final TimeSource time;
    private final KeyWatch watch;
    private final long saveIntervalNanos;

    /** The cluster's time less this member's monotonic clock, as of the last news. */
    private final long[] offsetsNanos = new long[NEWS_KEPT];

    private long newsCount;

    public ClusterTime(OwnedKv kv, TimeSource time, Bytes timestampKey, long saveIntervalNanos) {
        this.time = time;
        this.watch = new KeyWatch(kv, timestampKey, this::changed, revision -> start());
        this.saveIntervalNanos = saveIntervalNanos;
    }

    public void start() {
        watch.open(0);
    }

    public void stop() {
        watch.close();
    }

    private void changed(WatchListener.Event change) {
        Bytes end = change.pair().value();
        if (change.type() == WatchListener.EventType.PUT && end.size() == Long.BYTES) {
            // The writer's clock was one window before the end.
            long clockNanos = end.toLong() - saveIntervalNanos;
            offsetsNanos[(int) (newsCount++ % NEWS_KEPT)] = clockNanos - time.monotonicNanos();
        }
    }

    /** Whether an extension was seen since the start. */
    boolean known() {
        return newsCount > 0;
    }

    /** The cluster's time at this instant, unix nanoseconds; only if {@link #known}. */
    long estimateNanos(long monotonicNanos) {
        long best = Long.MIN_VALUE;
        for (int i = 0; i < Math.min(newsCount, NEWS_KEPT); i++) {
            best = Math.max(best, offsetsNanos[i]);
        }
        return monotonicNanos + best;
    }
}
