package org.pdtoolkit.server.grpc.pd;

import java.util.concurrent.atomic.LongAdder;
import org.pdtoolkit.server.observe.MetricRegistry;

/** Counts of timestamp requests since the start of the process. Thread: any. */
public final class TsoCounters {
    private final LongAdder requests = new LongAdder();
    private final LongAdder timestamps = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder retries = new LongAdder();

    /** Registers the counts as {@code pd_server_tso_*}. */
    public void register(MetricRegistry metrics) {
        metrics.counter(
                        "pd_server_tso_requests_total",
                        "Timestamp requests answered or refused.",
                        this::requests)
                .counter(
                        "pd_server_tso_timestamps_total", "Timestamps given out.", this::timestamps)
                .counter(
                        "pd_server_tso_failures_total",
                        "Timestamp requests refused.",
                        this::failures)
                .counter(
                        "pd_server_tso_retries_total",
                        "Waits of timestamp requests for the next step.",
                        this::retries);
    }

    void answered(long count) {
        requests.increment();
        timestamps.add(count);
    }

    void failed() {
        requests.increment();
        failures.increment();
    }

    void retried() {
        retries.increment();
    }

    /** Requests answered or refused. */
    public long requests() {
        return requests.sum();
    }

    /** Timestamps given out. */
    public long timestamps() {
        return timestamps.sum();
    }

    /** Requests refused. */
    public long failures() {
        return failures.sum();
    }

    /** Waits for the next millisecond or the first window. */
    public long retries() {
        return retries.sum();
    }
}
