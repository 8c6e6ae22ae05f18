package org.pdtoolkit.ctl.command;

import java.math.BigDecimal;
import java.time.Duration;
import org.pdtoolkit.ctl.client.CtlException;

/** Durations as Go writes them: {@code 1m30s}, {@code 250ms}, {@code 1.5s}. */
final class Durations {
    private static final long DAY_MILLIS = 86_400_000L;

    private Durations() {}

    /**
     * Reads a positive duration of at most a day.
     *
     * @param option the flag or variable, for the message
     */
    static Duration parse(String option, String text) {
        long nanos = 0;
        int i = 0;
        while (i < text.length()) {
            int unitFrom = i;
            while (unitFrom < text.length() && "0123456789.".indexOf(text.charAt(unitFrom)) >= 0) {
                unitFrom++;
            }
            int next = unitFrom;
            while (next < text.length() && Character.isLetter(text.charAt(next))) {
                next++;
            }
            long unit = unitNanos(text.substring(unitFrom, next));
            if (unit == 0 || unitFrom == i || unitFrom - i > 12) {
                throw bad(option, text);
            }
            try {
                BigDecimal part = new BigDecimal(text.substring(i, unitFrom));
                nanos += part.multiply(BigDecimal.valueOf(unit)).longValue();
            } catch (NumberFormatException e) {
                throw bad(option, text);
            }
            i = next;
        }
        if (nanos <= 0 || nanos > DAY_MILLIS * 1_000_000) {
            throw bad(option, text);
        }
        return Duration.ofNanos(nanos);
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 0L;
        };
    }

    private static CtlException bad(String option, String text) {
        return CtlException.usage(
                "'"
                        + text
                        + "' is not a duration for "
                        + option
                        + "; expected a number with a unit, more than 0 and at most 24h",
                "for example 500ms, 30s or 1m30s");
    }

    /** As Go prints it: the largest fitting unit below a second, else {@code 1m2.5s}. */
    static String format(long nanos) {
        if (nanos < 1_000) {
            return nanos + "ns";
        }
        if (nanos < 1_000_000) {
            return plain(nanos, 3) + "µs";
        }
        if (nanos < 1_000_000_000) {
            return plain(nanos, 6) + "ms";
        }
        long minutes = nanos / 60_000_000_000L;
        String seconds = plain(nanos % 60_000_000_000L, 9) + "s";
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60
                ? minutes + "m" + seconds
                : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String plain(long value, int scale) {
        BigDecimal number = BigDecimal.valueOf(value, scale).stripTrailingZeros();
        return number.toPlainString();
    }
}
