package org.pdtoolkit.server.runtime;

/**
 * One of the node's loops. In production it runs on a thread of its own; a simulation takes its
 * turns one by one.
 */
public interface Worker extends Runnable {
    /** Takes turns until stopped, waiting for work in between; reports what makes it end. */
    @Override
    void run();

    /** Whether a {@link #turn} would find something to do. Thread: any. */
    boolean hasWork();

    /** Does what waits now, without waiting for more. Thread: the one of this worker. */
    void turn();
}
