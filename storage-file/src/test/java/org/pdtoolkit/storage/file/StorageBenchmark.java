package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/**
 * Measures this backend against the bare disk; one JSON line a measurement. A program, not a test:
 * {@code StorageBenchmark DIRECTORY [SECONDS [KEYS]]}.
 *
 * <p>Raw is what any log must do at least: write the same data bytes into a preallocated file and
 * force it. Both take turns in short rounds, so that other load on the machine hits both.
 */
public final class StorageBenchmark {
    private static final int DATA = 256;
    private static final int ROUNDS = 10;
    private static final long PREALLOCATED = 256L << 20;

    private StorageBenchmark() {}

    /** One call that ends on stable media. */
    private interface DurableWrite {
        void run() throws IOException;
    }

    public static void main(String[] args) throws IOException {
        Path base = Path.of(args[0]);
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 10;
        int keys = args.length > 2 ? Integer.parseInt(args[2]) : 1_000_000;
        Files.createDirectories(base);
        Path directory = Files.createTempDirectory(base, "storage-benchmark");
        try {
            for (int batch : new int[] {1, 10, 100}) {
                append(directory.resolve("append-" + batch), batch, seconds);
            }
            ordered(directory.resolve("ordered"), keys);
        } finally {
            deleteAll(directory);
        }
    }

    private static void append(Path directory, int batch, double seconds) throws IOException {
        Files.createDirectories(directory);
        byte[] data = new byte[DATA];
        new Random(1).nextBytes(data);
        Bytes bytes = Bytes.wrap(data);
        try (Storage storage = new FileStorageProvider().open(directory, Map.of());
                FileChannel raw =
                        FileChannel.open(
                                directory.resolve("raw"),
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE)) {
            preallocate(raw);
            storage.log().initialize(Bytes.utf8("benchmark"));
            long[] next = {1};
            DurableWrite logAppend =
                    () -> {
                        List<LogRecord> entries = new ArrayList<>(batch);
                        for (int i = 0; i < batch; i++) {
                            entries.add(new LogRecord(1, next[0]++, 0, bytes));
                        }
                        storage.log().append(new HardState(1, 1, next[0] - 1), entries);
                    };
            ByteBuffer block = ByteBuffer.allocateDirect(DATA * batch);
            long[] position = {0};
            DurableWrite rawWrite =
                    () -> {
                        block.clear();
                        raw.write(block, position[0]);
                        raw.force(false);
                        position[0] = (position[0] + block.capacity()) % (PREALLOCATED / 2);
                    };
            report(batch, seconds, logAppend, rawWrite);
        }
    }

    private static void report(int batch, double seconds, DurableWrite log, DurableWrite raw)
            throws IOException {
        long roundNanos = (long) (seconds * 1e9 / (2 * ROUNDS));
        measure(log, roundNanos / 2); // warm
        List<long[]> ofLog = new ArrayList<>();
        List<long[]> ofRaw = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            ofRaw.add(measure(raw, roundNanos));
            ofLog.add(measure(log, roundNanos));
        }
        long[] logTimes = sorted(ofLog);
        long[] rawTimes = sorted(ofRaw);
        print(
                "{\"bench\":\"append\",\"bytes\":%d,\"batch\":%d,\"records_per_s\":%.0f,"
                        + "\"p50_us\":%.0f,\"p99_us\":%.0f,\"raw_p50_us\":%.0f,\"raw_p99_us\":%.0f,"
                        + "\"mean_ratio\":%.3f,\"p50_ratio\":%.3f}",
                DATA,
                batch,
                batch * 1e9 / mean(logTimes),
                at(logTimes, 50) / 1e3,
                at(logTimes, 99) / 1e3,
                at(rawTimes, 50) / 1e3,
                at(rawTimes, 99) / 1e3,
                mean(logTimes) / mean(rawTimes),
                at(logTimes, 50) / at(rawTimes, 50));
    }

    private static void preallocate(FileChannel file) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < PREALLOCATED; at += zeros.capacity()) {
            file.write(zeros.clear(), at);
        }
        file.force(true);
    }

    private static long[] measure(DurableWrite write, long nanos) throws IOException {
        long[] times = new long[1 << 10];
        int count = 0;
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end; ) {
            write.run();
            long then = System.nanoTime();
            if (count == times.length) {
                times = Arrays.copyOf(times, count * 2);
            }
            times[count++] = then - now;
            now = then;
        }
        return Arrays.copyOf(times, count);
    }

    private static long[] sorted(List<long[]> rounds) {
        return rounds.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    }

    private static double mean(long[] times) {
        return Arrays.stream(times).average().orElse(0);
    }

    private static double at(long[] sorted, int percent) {
        return sorted[(int) ((sorted.length - 1L) * percent / 100)];
    }

    private static void ordered(Path directory, int keys) {
        Bytes value = Bytes.wrap(new byte[DATA]);
        long started = System.nanoTime();
        long heapBefore;
        try (Storage storage = new FileStorageProvider().open(directory, Map.of())) {
            heapBefore = usedHeap();
            OrderedStore store = storage.ordered();
            for (int i = 0; i < keys; i += 10) {
                Batch batch = new Batch();
                for (int j = i; j < i + 10; j++) {
                    batch.put(Space.HISTORY, Bytes.ofLong(j), Bytes.wrap(value.toArray()));
                }
                store.commit(batch, new AppliedState(i + 1, 1, Bytes.EMPTY));
            }
            store.sync();
            double seconds = (System.nanoTime() - started) / 1e9;
            double heap = (usedHeap() - heapBefore) / (double) keys;
            print(
                    "{\"bench\":\"ordered-put\",\"keys\":%d,\"batch\":10,\"puts_per_s\":%.0f,"
                            + "\"heap_bytes_per_pair\":%.0f,\"data_bytes_per_pair\":%d}",
                    keys, keys / seconds, heap, DATA + Long.BYTES);
            scan(store, keys);
        }
        started = System.nanoTime();
        try (Storage storage = new FileStorageProvider().open(directory, Map.of())) {
            double seconds = (System.nanoTime() - started) / 1e9;
            print(
                    "{\"bench\":\"ordered-open\",\"keys\":%d,\"seconds\":%.2f,\"bytes\":%d}",
                    keys, seconds, storage.ordered().usage().totalBytes());
        }
    }

    private static void scan(OrderedStore store, int keys) {
        long started = System.nanoTime();
        int seen = 0;
        try (OrderedStore.View view = store.view()) {
            var pairs = view.scan(Space.HISTORY, null, null);
            while (pairs.hasNext()) {
                pairs.next();
                seen++;
            }
        }
        if (seen != keys) {
            throw new IllegalStateException(seen + " pairs of " + keys);
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        print("{\"bench\":\"ordered-scan\",\"pairs_per_s\":%.0f}", seen / seconds);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
