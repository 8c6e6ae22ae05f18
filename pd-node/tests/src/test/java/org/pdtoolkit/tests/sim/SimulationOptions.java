package org.pdtoolkit.tests.sim;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.server.runtime.CompactionPolicy;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeOptions;
import org.pdtoolkit.server.runtime.ReconfigurationRules;
import org.pdtoolkit.server.runtime.RuntimeOptions;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.file.FileStorageProvider;

/**
 * How the members of one run are configured.
 *
 * @param size number of founding members
 * @param mixed whether the members have different election timeouts
 * @param rules what changes of the members must keep
 * @param compaction whether the history is compacted every few seconds
 * @param mutation the bug planted into the members, if any
 */
record SimulationOptions(
        int size,
        ReconfigurationRules rules,
        boolean mixed,
        long snapshotCount,
        long catchUpEntries,
        boolean compaction,
        Mutation mutation) {
    static final int TICK_MILLIS = 50;
    static final int ELECTION_TICKS = 10;
    private static final int REQUEST_BYTES_MAX = 64 << 10;
    private static final int RETENTION_MILLIS = 3_000;

    /** Small enough for segments to end and the state to be rewritten all the time. */
    private static final Map<String, String> STORAGE_OPTIONS =
            Map.of(
                    "segment-bytes", "8192",
                    "log-cache-bytes", "4096",
                    "rewrite-bytes", "16384");

    String nameOf(int number) {
        return "pd" + number;
    }

    StorageProvider provider() {
        return new FileStorageProvider();
    }

    InitialCluster founding() {
        Map<String, List<String>> members = new LinkedHashMap<>();
        for (int i = 1; i <= size; i++) {
            members.put(nameOf(i), List.of(peerUrlOf(nameOf(i))));
        }
        return new InitialCluster(members, "simulation");
    }

    static String peerUrlOf(String name) {
        return "http://" + name + ":2380";
    }

    NodeOptions nodeOptions(int number, String name, Path directory) {
        RuntimeOptions numbers =
                new RuntimeOptions(
                        TICK_MILLIS,
                        1,
                        mixed ? ELECTION_TICKS + 2 * (number % 3 - 1) : ELECTION_TICKS,
                        true,
                        snapshotCount,
                        catchUpEntries,
                        REQUEST_BYTES_MAX,
                        compaction
                                ? new CompactionPolicy(true, RETENTION_MILLIS)
                                : CompactionPolicy.OFF,
                        0,
                        Long.MAX_VALUE);
        return new NodeOptions(
                name,
                directory,
                new StorageChoice("file", STORAGE_OPTIONS),
                List.of(),
                List.of(peerUrlOf(name)),
                List.of("http://" + name + ":2379"),
                rules,
                false,
                numbers,
                null);
    }
}
