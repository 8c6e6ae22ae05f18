package org.pdtoolkit.server.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations in Go's notation ({@code 1h30m}, {@code 1.5s}) and sizes in powers of 1024, as both
 * originals' files write them.
 */
final class Quantity {
    private static final Pattern DURATION_PART =
            Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(h|ms|m|s|us|µs|ns)");
    private static final Pattern SIZE =
            Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgtp]?)(i?b)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,18}");
    private static final String SIZE_LETTERS = "kmgtp";

    /** Nanoseconds in a unit; the longest unit first, which is the order for output. */
    private static final Map<String, Long> NANOS = new LinkedHashMap<>();

    static {
        NANOS.put("h", 3_600_000_000_000L);
        NANOS.put("m", 60_000_000_000L);
        NANOS.put("s", 1_000_000_000L);
        NANOS.put("ms", 1_000_000L);
        NANOS.put("us", 1_000L);
        NANOS.put("µs", 1_000L);
        NANOS.put("ns", 1L);
    }

    private Quantity() {}

    static boolean isWholeNumber(String text) {
        return WHOLE_NUMBER.matcher(text).matches();
    }

    /** Milliseconds; less than one millisecond is refused unless it is zero. */
    static long parseMillis(String text) throws ConfigValueException {
        if (text.equals("0")) {
            return 0;
        }
        if (isWholeNumber(text)) {
            throw new ConfigValueException(
                    "time: missing unit in duration \"" + text + "\", expected for example 3s");
        }
        Matcher part = DURATION_PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int from = 0;
        while (part.lookingAt()) {
            nanos =
                    nanos.add(
                            new BigDecimal(part.group(1))
                                    .multiply(BigDecimal.valueOf(NANOS.get(part.group(2)))));
            from = part.end();
            part.region(from, text.length());
        }
        if (from == 0 || from < text.length()) {
            throw new ConfigValueException(
                    "time: invalid duration \"" + text + "\", expected for example 500ms or 1m30s");
        }
        BigDecimal millis = nanos.movePointLeft(6);
        if (millis.signum() > 0 && millis.compareTo(BigDecimal.ONE) < 0) {
            throw new ConfigValueException("expected at least 1ms, got \"" + text + "\"");
        }
        if (millis.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new ConfigValueException("duration too long: \"" + text + "\"");
        }
        return millis.longValue();
    }

    /** The shortest exact text in h, m, s and ms: {@code 90000} is {@code 1m30s}. */
    static String formatMillis(long millis) {
        if (millis == 0) {
            return "0s";
        }
        StringBuilder text = new StringBuilder();
        long rest = millis;
        for (String unit : new String[] {"h", "m", "s", "ms"}) {
            long size = NANOS.get(unit) / NANOS.get("ms");
            if (rest >= size) {
                text.append(rest / size).append(unit);
                rest %= size;
            }
        }
        return text.toString();
    }

    static long parseBytes(String text) throws ConfigValueException {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new ConfigValueException(
                    "expected a size such as 1572864, 512KiB or 8GiB, got \"" + text + "\"");
        }
        int power = 0;
        if (!size.group(2).isEmpty()) {
            power = SIZE_LETTERS.indexOf(size.group(2).toLowerCase(Locale.ROOT)) + 1;
        }
        BigDecimal bytes =
                new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new ConfigValueException("size too large: \"" + text + "\"");
        }
        return bytes.longValue();
    }

    /** The largest unit that divides the size: {@code 1536} is {@code 1536B}. */
    static String formatBytes(long bytes) {
        long rest = bytes;
        int power = 0;
        while (rest != 0 && rest % 1024 == 0 && power < SIZE_LETTERS.length()) {
            rest /= 1024;
            power++;
        }
        String letter =
                power == 0 ? "" : SIZE_LETTERS.substring(power - 1, power).toUpperCase(Locale.ROOT);
        return rest + letter + (power == 0 ? "B" : "iB");
    }
}
