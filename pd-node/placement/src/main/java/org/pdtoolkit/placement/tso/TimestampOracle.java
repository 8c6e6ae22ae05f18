package org.pdtoolkit.placement.tso;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;

/**
 * Gives out timestamps of one term of office, from memory.
 *
 * <p>One word holds the last timestamp given out; every change of it is a compare-and-set to a
 * larger value, so timestamps are unique and increase in the order in which the calls end. The
 * physical part stays below the limit, which the saved window sets: that is what makes the
 * timestamps of this term smaller than those of the next.
 *
 * <p>Thread: any; lock-free, touches neither clock nor disk.
 */
public final class TimestampOracle {
    private static final VarHandle LAST;

    static {
        try {
            LAST = MethodHandles.lookup().findVarHandle(TimestampOracle.class, "last", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Every timestamp given out so far is at most this. Only grows. */
    private volatile long last;

    /** First physical millisecond that must not be given out. Single writer; only grows. */
    private volatile long limitMillis;

    /**
     * @param firstMillis the first timestamp is {@code (firstMillis, 0)}
     * @param limitMillis see {@link #extend}
     */
    public TimestampOracle(long firstMillis, long limitMillis) {
        this.last = Timestamps.of(firstMillis, 0) - 1;
        this.limitMillis = limitMillis;
    }

    /**
     * Gives out {@code count} consecutive timestamps of one physical millisecond. A batch that does
     * not fit into the current one takes the next, which is how the physical part moves under load.
     *
     * @param count 1..2^18
     * @return the largest of them
     * @throws PlacementException TSO_COUNT_INVALID; TSO_EXHAUSTED when the limit is reached
     */
    public long allocate(long count) {
        if (count < 1 || count > Timestamps.LOGICAL_MAX) {
            throw new PlacementException(
                    PlacementError.TSO_COUNT_INVALID,
                    "tso count " + Long.toUnsignedString(count) + " is not in 1.." + (1 << 18));
        }
        while (true) {
            long before = last;
            long first = before + 1;
            if (Timestamps.logical(first) + count > Timestamps.LOGICAL_MAX) {
                first = Timestamps.of(Timestamps.physicalMillis(first) + 1, 0);
            }
            if (Timestamps.physicalMillis(first) >= limitMillis) {
                throw new PlacementException(
                        PlacementError.TSO_EXHAUSTED, "the saved timestamp window is used up");
            }
            long after = first + count - 1;
            if (LAST.compareAndSet(this, before, after)) {
                return after;
            }
        }
    }

    /** Lets the physical part move up to, and not including, {@code limitMillis}. */
    void extend(long newLimitMillis) {
        if (newLimitMillis > limitMillis) {
            limitMillis = newLimitMillis;
        }
    }

    /** Moves on so that the next timestamp is at least {@code (millis, 0)}; never back. */
    void moveTo(long millis) {
        long target = Timestamps.of(Math.min(millis, limitMillis - 1), 0) - 1;
        while (true) {
            long before = last;
            if (before >= target || LAST.compareAndSet(this, before, target)) {
                return;
            }
        }
    }

    /** Physical part of the timestamp that would be next. */
    long nextMillis() {
        return Timestamps.physicalMillis(last + 1);
    }

    long limitMillis() {
        return limitMillis;
    }
}
