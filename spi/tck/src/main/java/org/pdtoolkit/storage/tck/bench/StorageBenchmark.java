package org.pdtoolkit.storage.tck.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageProvider;

/**
 * Measures every backend on the class path against the bare disk and against each other.
 *
 * <p>{@code StorageBenchmark DIRECTORY BACKENDS SECONDS KEYS MEBIBYTES JSON}; {@code
 * scripts/bench/storage} fills these in.
 */
public final class StorageBenchmark {
    private StorageBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path base = Path.of(args[0]);
        List<String> backends = List.of(args[1].split(","));
        double seconds = Double.parseDouble(args[2]);
        int keys = Integer.parseInt(args[3]);
        int mebibytes = Integer.parseInt(args[4]);
        boolean json = Boolean.parseBoolean(args[5]);
        backends.forEach(StorageBenchmark::provider); // an unknown one is refused before the work
        Files.createDirectories(base);
        Path directory = Files.createTempDirectory(base, "storage-benchmark");
        try {
            Report report = new Report(System.out, json);
            Map<String, Storage> storages = new LinkedHashMap<>();
            for (String name : backends) {
                storages.put(name, provider(name).open(directory.resolve(name), Map.of()));
            }
            say("appending to the log");
            new AppendBench(report, directory, seconds).run(storages);
            say("writing and reading snapshots");
            SnapshotBench.run(report, directory, storages, mebibytes);
            storages.values().forEach(Storage::close);
            for (String name : backends) {
                say("filling the ordered store of " + name + ", then kill -9 and open");
                OrderedBench.run(directory.resolve(name + "-ordered"), name, keys, json);
            }
        } finally {
            deleteAll(directory);
        }
    }

    /** Errors: {@link IllegalArgumentException} that names those there are. */
    static StorageProvider provider(String name) {
        Map<String, StorageProvider> found = new TreeMap<>();
        ServiceLoader.load(StorageProvider.class).forEach(p -> found.put(p.name(), p));
        StorageProvider provider = found.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no storage \"" + name + "\" on the class path; there is " + found.keySet());
        }
        return provider;
    }

    private static void say(String text) {
        System.err.println("bench: " + text);
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
