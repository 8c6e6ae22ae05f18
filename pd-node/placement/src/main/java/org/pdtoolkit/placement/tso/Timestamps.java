package org.pdtoolkit.placement.tso;

/** The layout of a timestamp: {@code physical_ms << 18 | logical}. */
public final class Timestamps {
    public static final int LOGICAL_BITS = 18;

    /** Timestamps of one physical millisecond, and the most one request may ask for. */
    public static final long LOGICAL_MAX = 1L << LOGICAL_BITS;

    private static final long LOGICAL_MASK = LOGICAL_MAX - 1;

    private Timestamps() {}

    public static long of(long physicalMillis, long logical) {
        return physicalMillis << LOGICAL_BITS | logical;
    }

    public static long physicalMillis(long timestamp) {
        return timestamp >>> LOGICAL_BITS;
    }

    public static long logical(long timestamp) {
        return timestamp & LOGICAL_MASK;
    }
}
