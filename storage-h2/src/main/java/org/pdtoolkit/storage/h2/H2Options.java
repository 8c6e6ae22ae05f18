package org.pdtoolkit.storage.h2;

import java.util.List;
import java.util.Map;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.support.NumberOption;

/**
 * Configuration of this backend.
 *
 * @param cacheBytes bound of the pages of the applied state kept in memory
 * @param journalBytes size of the journal of each file
 * @param compactBytes garbage below this is never collected
 */
record H2Options(long cacheBytes, long journalBytes, long compactBytes) {
    private static final NumberOption CACHE =
            new NumberOption(
                    "cache-bytes",
                    32 << 20,
                    1 << 20,
                    1L << 40,
                    "Bytes of the applied state kept in memory");
    private static final NumberOption JOURNAL =
            new NumberOption(
                    "journal-bytes",
                    4 << 20,
                    4 << 10,
                    1 << 28,
                    "Size in bytes of the journal of each of the three files");
    private static final NumberOption COMPACT =
            new NumberOption(
                    "compact-bytes",
                    16 << 20,
                    4 << 10,
                    1L << 40,
                    "Garbage in bytes below which no file is compacted");

    private static final List<NumberOption> ALL = List.of(CACHE, JOURNAL, COMPACT);

    static List<StorageOption> declared() {
        return ALL.stream().map(NumberOption::declared).toList();
    }

    /** Errors: {@link StorageException.Incompatible} that names every problem at once. */
    static H2Options parse(Map<String, String> texts) {
        long[] values = NumberOption.read(H2StorageProvider.NAME, ALL, texts);
        return new H2Options(values[0], values[1], values[2]);
    }
}
