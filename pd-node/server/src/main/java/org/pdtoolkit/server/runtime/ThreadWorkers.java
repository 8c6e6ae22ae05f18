package org.pdtoolkit.server.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** A thread for each worker, and one for the timer. */
final class ThreadWorkers implements Workers {
    private static final Logger LOG = LogManager.getLogger(ThreadWorkers.class);
    private static final int STOP_SECONDS = 5;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(ThreadWorkers::timerThread);

    private static Thread timerThread(Runnable task) {
        Thread thread = new Thread(task, "timer");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Runnable start(String name, Worker worker) {
        Thread thread = new Thread(worker, name);
        thread.start();
        return () -> join(thread);
    }

    private static void join(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void every(int millis, Runnable task) {
        // With fixed delay: late ticks are lost, not made up for in a burst.
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("timer task failed", e);
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void stopTimer() {
        timer.shutdown();
    }

    @Override
    public void await(CompletableFuture<?> done) {
        done.join();
    }
}
