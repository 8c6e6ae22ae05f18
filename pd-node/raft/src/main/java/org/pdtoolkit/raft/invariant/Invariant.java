package org.pdtoolkit.raft.invariant;

import java.util.Locale;

/**
 * Cheap checks that are always on. The overloads for {@code long} keep the arguments unboxed as
 * long as the condition holds; the message is formatted only on failure.
 */
public final class Invariant {
    private Invariant() {}

    /**
     * Stops the node with {@code message} unless {@code condition} holds.
     *
     * @throws InvariantViolation if it does not
     */
    public static void check(boolean condition, String message) {
        if (!condition) {
            throw new InvariantViolation(message);
        }
    }

    /** As {@link #check(boolean, String)}, {@code format} taking one {@code %d}. */
    public static void check(boolean condition, String format, long a) {
        if (!condition) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, a));
        }
    }

    /** As {@link #check(boolean, String)}, {@code format} taking two {@code %d}. */
    public static void check(boolean condition, String format, long a, long b) {
        if (!condition) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, a, b));
        }
    }

    /** As {@link #check(boolean, String)}, {@code format} taking three {@code %d}. */
    public static void check(boolean condition, String format, long a, long b, long c) {
        if (!condition) {
            throw new InvariantViolation(String.format(Locale.ROOT, format, a, b, c));
        }
    }
}
