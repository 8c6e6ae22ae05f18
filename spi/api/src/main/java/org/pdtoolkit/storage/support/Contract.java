package org.pdtoolkit.storage.support;

import java.util.List;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.Space;

/**
 * What the contracts ask of arguments, refused with the same words by every backend.
 *
 * <p>Thread: any.
 */
public final class Contract {
    private Contract() {}

    /**
     * Entries that an append may bring to a log that holds {@code [first, last]}.
     *
     * <p>Errors: {@link IllegalArgumentException}. Rules: LOG-03.
     */
    public static void requireConsecutive(List<LogRecord> entries, long first, long last) {
        if (entries.isEmpty()) {
            return;
        }
        long expected = entries.get(0).index();
        if (expected < first || expected > last + 1) {
            throw new IllegalArgumentException(
                    "first index " + expected + " outside of [" + first + ", " + (last + 1) + "]");
        }
        for (LogRecord entry : entries) {
            if (entry.index() != expected) {
                throw new IllegalArgumentException(
                        "index " + entry.index() + " where " + expected + " was due");
            }
            expected++;
        }
    }

    /**
     * An index of {@code [lowest, highest]}.
     *
     * <p>Errors: {@link IndexOutOfBoundsException}.
     */
    public static void requireIndex(long index, long lowest, long highest) {
        if (index < lowest || index > highest) {
            throw new IndexOutOfBoundsException(
                    "index " + index + " outside of [" + lowest + ", " + highest + "]");
        }
    }

    /**
     * Entries {@code [from, until)} of a log that holds {@code [first, last]}.
     *
     * <p>Errors: {@link IndexOutOfBoundsException}.
     */
    public static void requireRange(long from, long until, long first, long last) {
        if (from < first || until < from || until > last + 1) {
            throw new IndexOutOfBoundsException(
                    "[" + from + ", " + until + ") outside of [" + first + ", " + (last + 1) + ")");
        }
    }

    /**
     * An applied state that may follow this one.
     *
     * <p>Errors: {@link IllegalArgumentException}. Rules: ORD-05.
     */
    public static void requireForward(AppliedState now, AppliedState next) {
        if (next.index() < now.index()) {
            throw new IllegalArgumentException(
                    "applied index goes back from " + now.index() + " to " + next.index());
        }
    }

    /**
     * A write that may be part of a replacement.
     *
     * <p>Errors: {@link IllegalArgumentException}. Rules: ORD-07.
     */
    public static void requireReplacement(Batch.Write write) {
        if (write.value() == null || write.space() == Space.REGIONS) {
            throw new IllegalArgumentException(
                    "a replacement holds puts into HISTORY and META only, got " + write);
        }
    }
}
