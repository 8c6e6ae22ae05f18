package org.pdtoolkit.placement;

/** The two clocks of this machine. Thread: any; never blocks. */
public interface TimeSource {
    /** Monotonic nanoseconds on the scale of {@link System#nanoTime}; never goes back. */
    long monotonicNanos();

    /** Wall clock as unix milliseconds; may jump either way at any time. */
    long wallMillis();
}
