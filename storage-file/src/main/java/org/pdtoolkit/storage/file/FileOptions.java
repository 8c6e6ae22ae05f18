package org.pdtoolkit.storage.file;

import java.util.List;
import java.util.Map;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.support.NumberOption;

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

    private static final List<NumberOption> NUMBERS =
            List.of(
                    new NumberOption(
                            "segment-bytes",
                            64L << 20,
                            1L << 10,
                            1L << 30,
                            "Size in bytes at which a log segment is closed"),
                    new NumberOption(
                            "log-cache-bytes",
                            8L << 20,
                            0,
                            1L << 30,
                            "Bytes of the newest log entries kept in memory"),
                    new NumberOption(
                            "rewrite-bytes",
                            16L << 20,
                            1L << 10,
                            1L << 40,
                            "Garbage in bytes below which the state file is never rewritten"));

    static final List<StorageOption> ALL = NUMBERS.stream().map(NumberOption::declared).toList();

    /** Bytes of zeros written ahead of the log. */
    int allocationUnit() {
        long unit = Math.min(segmentBytes / 4, ALLOCATION_UNIT_MAX);
        return (int) Math.max(unit, ALLOCATION_UNIT_MIN);
    }

    static FileOptions parse(Map<String, String> texts) {
        long[] values = NumberOption.read(FileStorageProvider.NAME, NUMBERS, texts);
        return new FileOptions(values[0], values[1], values[2]);
    }
}
