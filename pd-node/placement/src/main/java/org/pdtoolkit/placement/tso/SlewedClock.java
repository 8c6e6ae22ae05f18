package org.pdtoolkit.placement.tso;

import java.util.function.BiConsumer;

/**
 * The clock that timestamps follow: advances with the monotonic clock and slews towards the wall
 * clock, so that no step of the wall clock reaches a timestamp.
 *
 * <p>Rates. Up to 5 s off, and whenever it is ahead, this clock runs up to a tenth faster or slower
 * than the monotonic clock until it agrees. More than 5 s behind the wall clock it gains only a
 * thousandth: nobody can tell a wrong step from a late correction, a step of a year must not become
 * timestamps, and being late harms nothing (reliability.md R11).
 *
 * <p>Thread: owner.
 */
final class SlewedClock {
    static final long NANOS_PER_MILLI = 1_000_000L;

    /** How far ahead a wall clock may be to count as drifted and not as wrong. */
    static final long TRUSTED_AHEAD_NANOS = 5_000 * NANOS_PER_MILLI;

    /** Smallest step of the wall clock that is reported. */
    static final long JUMP_NANOS = 500 * NANOS_PER_MILLI;

    /** Nanoseconds of a signed long reach until 2262; beyond, the wall clock counts as there. */
    static final long WALL_MILLIS_MAX = Long.MAX_VALUE / NANOS_PER_MILLI - 1_000_000_000L;

    private static final long FAST_DIVISOR = 10;
    private static final long SLOW_DIVISOR = 1_000;

    private final BiConsumer<Long, Long> jumped;
    private long positionNanos;
    private long lastMonotonicNanos;
    private long lastWallNanos;

    /**
     * @param positionNanos where to start, unix nanoseconds
     * @param jumped told of a step of the wall clock: its size and the offset afterwards, both in
     *     milliseconds
     */
    SlewedClock(
            long positionNanos,
            long monotonicNanos,
            long wallMillis,
            BiConsumer<Long, Long> jumped) {
        this.positionNanos = positionNanos;
        this.lastMonotonicNanos = monotonicNanos;
        this.lastWallNanos = wallNanos(wallMillis);
        this.jumped = jumped;
    }

    /** Unix milliseconds of the wall clock as nanoseconds, kept in range. */
    static long wallNanos(long wallMillis) {
        return Math.max(0, Math.min(wallMillis, WALL_MILLIS_MAX)) * NANOS_PER_MILLI;
    }

    /** Reads the two clocks of this instant and returns where this clock is, unix nanoseconds. */
    long advance(long monotonicNanos, long wallMillis) {
        long elapsed = Math.max(0, monotonicNanos - lastMonotonicNanos);
        long wall = wallNanos(wallMillis);
        long jump = wall - lastWallNanos - elapsed;
        lastMonotonicNanos += elapsed;
        lastWallNanos = wall;
        positionNanos += elapsed;
        positionNanos += correction(wall - positionNanos, elapsed);
        if (Math.abs(jump) > JUMP_NANOS) {
            jumped.accept(jump / NANOS_PER_MILLI, (wall - positionNanos) / NANOS_PER_MILLI);
        }
        return positionNanos;
    }

    private static long correction(long offset, long elapsed) {
        if (offset < 0) {
            return Math.max(offset, -elapsed / FAST_DIVISOR);
        }
        long divisor = offset > TRUSTED_AHEAD_NANOS ? SLOW_DIVISOR : FAST_DIVISOR;
        return Math.min(offset, elapsed / divisor);
    }

    long positionNanos() {
        return positionNanos;
    }
}
