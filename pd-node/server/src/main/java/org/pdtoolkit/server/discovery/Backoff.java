package org.pdtoolkit.server.discovery;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.runtime.NodeStartException;

/** How long to wait after one more failure in a row: 2, 4, 8 … 256 seconds (etcd discovery). */
final class Backoff {
    private static final Logger LOG = LogManager.getLogger(Backoff.class);
    private static final int DOUBLINGS_MAX = 8;

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void seconds(long seconds) throws InterruptedException;
    }

    private final Pause pause;
    private int failures;

    Backoff(Pause pause) {
        this.pause = pause;
    }

    static Backoff real() {
        return new Backoff(seconds -> Thread.sleep(1_000 * seconds));
    }

    void success() {
        failures = 0;
    }

    /** Waits after a failure; the log says why and how long. */
    void failure(RegistryUnavailableException cause) {
        failures = Math.min(failures + 1, DOUBLINGS_MAX);
        long seconds = 1L << failures;
        LOG.warn(
                "the discovery service does not answer: retry-in={}s cause=\"{}\"",
                seconds,
                cause.getMessage());
        try {
            pause.seconds(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeStartException("interrupted while waiting for discovery", e);
        }
    }
}
