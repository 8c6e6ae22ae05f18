package org.pdtoolkit.server.port;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * Few threads with a bounded queue, for work that takes too long for the threads that serve: those
 * without work end after a while.
 *
 * <p>Thread: any.
 */
public final class BackgroundPool implements AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    /**
     * @param name of its threads, each with a number
     * @param queueMax work that waits for a thread; more is refused
     */
    public BackgroundPool(String name, int size, int queueMax) {
        AtomicInteger number = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        size,
                        size,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(queueMax),
                        task -> {
                            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
    }

    /** A thread for every two processors, but at least {@code min}. */
    public static int halfOfProcessors(int min) {
        return Math.max(min, Runtime.getRuntime().availableProcessors() / 2);
    }

    /**
     * Runs {@code work}, which completes {@code answer}. If there is no room for it, the answer
     * fails with TOO_MANY_REQUESTS; if it throws, with what it threw.
     */
    public void execute(Runnable work, CompletableFuture<?> answer) {
        try {
            threads.execute(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException | Error e) {
                            answer.completeExceptionally(e);
                        }
                    });
        } catch (RejectedExecutionException full) {
            answer.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
    }

    /** What {@code work} returns, on its thread; fails as {@link #execute} says. */
    public <T> CompletableFuture<T> submit(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(() -> answer.complete(work.get()), answer);
        return answer;
    }

    /** For stages of futures; throws {@link RejectedExecutionException} when there is no room. */
    public Executor executor() {
        return threads;
    }

    /** Takes no more work; what runs goes on to its end. */
    public void finish() {
        threads.shutdown();
    }

    /** Takes no more work and interrupts what runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
