package org.pdtoolkit.server.runtime;

import java.util.concurrent.CompletableFuture;

/** Who runs a node's loops and timer tasks: threads, or the events of a simulation. */
public interface Workers {
    /**
     * Lets {@code worker} work from now on.
     *
     * @return waits a bounded time for the end of a worker that was told to stop
     */
    Runnable start(String name, Worker worker);

    /** Runs {@code task} again and again, with this pause between two runs, never two at once. */
    void every(int millis, Runnable task);

    /** Starts no timer task any more. */
    void stopTimer();

    /** Waits for what another worker completes. Thread: a worker. */
    void await(CompletableFuture<?> done);
}
