package org.pdtoolkit.server.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Decides when the leader compacts the history, as etcd's automatic compaction does.
 *
 * <p>By time: the revision of {@code retention} ago, first after that time, then every retention or
 * hour, whichever is shorter. By revision: every five minutes all but the last {@code retention}
 * revisions. Every member keeps the samples, so that a new leader goes on where the old one was.
 *
 * <p>Thread: timer.
 */
final class AutoCompactor {
    private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long REVISION_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int SAMPLES_PER_INTERVAL = 10;

    private record Sample(long nanos, long revision) {}

    private final CompactionPolicy policy;
    private final long intervalNanos;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long lastSampleNanos;
    private long lastCompactionNanos;
    private long compacted;

    AutoCompactor(CompactionPolicy policy, long nowNanos) {
        this.policy = policy;
        long retentionNanos = TimeUnit.MILLISECONDS.toNanos(policy.retention());
        this.intervalNanos =
                policy.byTime() ? Math.min(retentionNanos, HOUR_NANOS) : REVISION_INTERVAL_NANOS;
        this.lastCompactionNanos = nowNanos;
        this.lastSampleNanos = nowNanos - intervalNanos;
    }

    /**
     * The revision to compact to now, if it is time and this member leads.
     *
     * @param revision current revision of the store
     */
    OptionalLong due(long nowNanos, long revision, boolean leading) {
        if (policy.retention() == 0) {
            return OptionalLong.empty();
        }
        if (nowNanos - lastSampleNanos >= intervalNanos / SAMPLES_PER_INTERVAL) {
            lastSampleNanos = nowNanos;
            samples.addLast(new Sample(nowNanos, revision));
            forgetOldSamples(nowNanos);
        }
        if (!leading || nowNanos - lastCompactionNanos < intervalNanos) {
            return OptionalLong.empty();
        }
        long target = policy.byTime() ? oldRevision(nowNanos) : revision - policy.retention();
        if (target <= compacted) {
            return OptionalLong.empty();
        }
        lastCompactionNanos = nowNanos;
        compacted = target;
        return OptionalLong.of(target);
    }

    /** Revision of the newest sample that is as old as the retention, 0 if there is none. */
    private long oldRevision(long nowNanos) {
        Sample oldest = samples.peekFirst();
        return oldest != null && isOldEnough(oldest, nowNanos) ? oldest.revision() : 0;
    }

    private void forgetOldSamples(long nowNanos) {
        while (samples.size() > 1) {
            Sample first = samples.removeFirst();
            if (!isOldEnough(samples.peekFirst(), nowNanos)) {
                samples.addFirst(first);
                return;
            }
        }
    }

    private boolean isOldEnough(Sample sample, long nowNanos) {
        long age = TimeUnit.NANOSECONDS.toMillis(nowNanos - sample.nanos());
        return age >= policy.retention();
    }
}
