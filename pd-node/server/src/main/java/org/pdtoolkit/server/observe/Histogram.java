package org.pdtoolkit.server.observe;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often something took how long. The buckets are those of etcd's disk times: 1 ms, doubled
 * thirteen times, and one for what took longer.
 *
 * <p>Thread: any; who records never waits.
 */
public final class Histogram {
    private static final int BOUNDS = 14;
    private static final long FIRST_NANOS = 1_000_000;

    private final LongAdder[] buckets = new LongAdder[BOUNDS + 1];
    private final LongAdder totalNanos = new LongAdder();

    public Histogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    /** Adds one duration. */
    public void record(long nanos) {
        buckets[bucket(nanos)].increment();
        totalNanos.add(Math.max(0, nanos));
    }

    /** The first bucket whose bound is not below {@code nanos}. */
    private static int bucket(long nanos) {
        if (nanos <= FIRST_NANOS) {
            return 0;
        }
        int doublings = Long.SIZE - Long.numberOfLeadingZeros((nanos - 1) / FIRST_NANOS);
        return Math.min(doublings, BOUNDS);
    }

    /** Writes the figures as {@code name} in the Prometheus text format. */
    void scrape(String name, StringBuilder out) {
        long count = 0;
        for (int i = 0; i < buckets.length; i++) {
            count += buckets[i].sum();
            String bound = i < BOUNDS ? MetricRegistry.number((1 << i) / 1e3) : "+Inf";
            out.append(name).append("_bucket{le=\"").append(bound).append("\"} ");
            out.append(count).append('\n');
        }
        out.append(name).append("_sum ");
        out.append(MetricRegistry.number(totalNanos.sum() / 1e9)).append('\n');
        out.append(name).append("_count ").append(count).append('\n');
    }
}
