package org.pdtoolkit.server.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/** Ends requests that have waited too long. Thread: any. */
final class Deadlines {
    private final NodeContext context;

    /** By a running number, so that a simulated run ends them in the same order again. */
    private final ConcurrentMap<Long, Deadline> deadlines = new ConcurrentHashMap<>();

    private final AtomicLong nextDeadline = new AtomicLong();
    private volatile boolean stopped;

    private record Deadline(long nanos, CompletableFuture<?> future, Supplier<KvError> reason) {}

    Deadlines(NodeContext context) {
        this.context = context;
    }

    /**
     * Fails {@code future} if it is not done within the request timeout.
     *
     * @param reason asked when that happens
     */
    void watch(CompletableFuture<?> future, Supplier<KvError> reason) {
        long timeout = TimeUnit.MILLISECONDS.toNanos(context.options().requestTimeoutMillis());
        long number = nextDeadline.incrementAndGet();
        deadlines.put(number, new Deadline(context.now() + timeout, future, reason));
        future.whenComplete((result, failure) -> deadlines.remove(number));
        if (stopped) {
            future.completeExceptionally(new KvException(KvError.STOPPED));
        }
    }

    /** Ends what has waited too long. Thread: timer. */
    void expire() {
        long now = context.now();
        for (Deadline deadline : deadlines.values()) {
            if (now - deadline.nanos() >= 0) {
                deadline.future().completeExceptionally(new KvException(deadline.reason().get()));
            }
        }
    }

    /** Ends everything that waits, and whatever comes from now on. */
    void stop() {
        stopped = true;
        KvException reason = new KvException(KvError.STOPPED);
        deadlines.values().forEach(d -> d.future().completeExceptionally(reason));
    }
}
