package org.pdtoolkit.storage.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageOption;

/**
 * Configuration of this backend.
 *
 * @param segmentBytes size at which a log segment is followed by a new one
 * @param logCacheBytes bound of the newest entries kept in memory
 * @param rewriteBytes garbage below this never makes the state file be rewritten
 */
record FileOptions(long segmentBytes, long logCacheBytes, long rewriteBytes) {
    private static final int ALLOCATION_UNIT_MAX = 1 << 20;
    private static final int ALLOCATION_UNIT_MIN = 512;

    private static final StorageOption SEGMENT =
            new StorageOption(
                    "segment-bytes",
                    "67108864",
                    "Size in bytes at which a log segment is closed, 1024 to 1073741824.");
    private static final StorageOption CACHE =
            new StorageOption(
                    "log-cache-bytes",
                    "8388608",
                    "Bytes of the newest log entries kept in memory, 0 to 1073741824.");
    private static final StorageOption REWRITE =
            new StorageOption(
                    "rewrite-bytes",
                    "16777216",
                    "Garbage in bytes below which the state file is never rewritten, 1024 to"
                            + " 1099511627776.");

    static final List<StorageOption> ALL = List.of(SEGMENT, CACHE, REWRITE);

    /** Bytes of zeros written ahead of the log. */
    int allocationUnit() {
        long unit = Math.min(segmentBytes / 4, ALLOCATION_UNIT_MAX);
        return (int) Math.max(unit, ALLOCATION_UNIT_MIN);
    }

    /** Reads all options, or names every problem at once. */
    static FileOptions parse(Map<String, String> texts) {
        List<String> problems = new ArrayList<>();
        TreeMap<String, String> left = new TreeMap<>(texts);
        FileOptions options =
                new FileOptions(
                        number(left, SEGMENT, 1 << 10, 1L << 30, problems),
                        number(left, CACHE, 0, 1L << 30, problems),
                        number(left, REWRITE, 1 << 10, 1L << 40, problems));
        for (String name : left.keySet()) {
            problems.add("unknown option \"" + name + "\"");
        }
        if (!problems.isEmpty()) {
            throw new StorageException.Incompatible(
                    "storage \"file\": "
                            + String.join("; ", problems)
                            + "; options are "
                            + String.join(", ", ALL.stream().map(StorageOption::name).toList()));
        }
        return options;
    }

    private static long number(
            Map<String, String> texts,
            StorageOption option,
            long min,
            long max,
            List<String> problems) {
        String text = texts.remove(option.name());
        try {
            long value = Long.parseLong(text == null ? option.defaultValue() : text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of bounds
        }
        problems.add(
                option.name() + " = \"" + text + "\": expected a number " + min + " to " + max);
        return 0;
    }
}
