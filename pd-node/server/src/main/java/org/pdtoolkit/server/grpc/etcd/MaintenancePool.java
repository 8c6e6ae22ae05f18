package org.pdtoolkit.server.grpc.etcd;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * Threads for calls that read the whole store: few at a time, since each holds a view of it, and
 * few that wait.
 *
 * <p>Thread: any.
 */
final class MaintenancePool implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int QUEUE_MAX = 16;

    private final ThreadPoolExecutor threads;

    MaintenancePool() {
        AtomicInteger number = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_MAX),
                        task -> {
                            Thread thread =
                                    new Thread(task, "maintenance-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs {@code work}; if there is no room for it, or it throws, {@code answer} fails. */
    void execute(Runnable work, CompletableFuture<?> answer) {
        try {
            threads.execute(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            answer.completeExceptionally(e);
                        }
                    });
        } catch (RejectedExecutionException full) {
            answer.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
    }

    /** Takes no more work; a view must not be interrupted, so what runs goes on to its end. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
