package org.pdtoolkit.storage.tck.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageProvider;

/**
 * The ordered store with many keys, and how long it takes to open it after kill -9.
 *
 * <p>Each backend works in processes of its own with the same heap: one fills the store and is
 * killed while it goes on, a fresh one opens it.
 */
final class OrderedBench {
    private static final int VALUE_BYTES = 256;
    private static final int BATCH = 10;
    private static final int RANGE = 100;
    private static final double SAMPLE_SECONDS = 1;
    private static final String FILLED = "filled";

    private OrderedBench() {}

    /** Runs both processes for one backend. */
    static void run(Path directory, String backend, int keys, boolean json) throws IOException {
        Process filling = child(directory, "fill", backend, keys, json);
        try (BufferedReader lines = reader(filling)) {
            copyUntil(lines, FILLED);
        } finally {
            filling.destroyForcibly();
        }
        await(filling);
        Process opening = child(directory, "open", backend, keys, json);
        try (BufferedReader lines = reader(opening)) {
            copyUntil(lines, null);
        }
        if (await(opening) != 0) {
            throw new IOException("the process that opens " + backend + " failed");
        }
    }

    private static Process child(
            Path directory, String task, String backend, int keys, boolean json)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("-Xmx1g");
        command.add("-XX:+UseParallelGC");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(OrderedBench.class.getName());
        command.addAll(
                List.of(task, directory.toString(), backend, "" + keys, Boolean.toString(json)));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void copyUntil(BufferedReader lines, String last) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(last)) {
                return;
            }
            System.out.println(line);
        }
        if (last != null) {
            throw new IOException("the process that fills the store ended early");
        }
    }

    private static int await(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** What the two processes run. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        StorageProvider provider = StorageBenchmark.provider(args[2]);
        int keys = Integer.parseInt(args[3]);
        Report report = new Report(System.out, Boolean.parseBoolean(args[4]));
        if (args[0].equals("fill")) {
            fill(provider, directory, keys, report);
        } else {
            open(provider, directory, keys, report);
        }
    }

    private static void fill(StorageProvider provider, Path directory, int keys, Report report)
            throws IOException {
        long heapBefore = usedHeap();
        Storage storage = provider.open(directory, Map.of());
        OrderedStore store = storage.ordered();
        long started = System.nanoTime();
        for (int i = 0; i < keys; i += BATCH) {
            commit(store, i, i + 1);
        }
        store.sync();
        report.line("ordered-put")
                .text("backend", provider.name())
                .number("keys", keys, 0)
                .number("puts_per_s", keys / Timing.seconds(started), 0)
                .number("heap_bytes_per_pair", (usedHeap() - heapBefore) / (double) keys, 0)
                .number("disk_bytes_per_pair", store.usage().totalBytes() / (double) keys, 0)
                .print();
        read(store, keys, provider.name(), report);
        System.out.println(FILLED);
        Random random = new Random(2);
        for (long applied = keys; ; applied++) { // until it is killed
            commit(store, random.nextInt(keys), applied);
            if (applied % 100 == 0) {
                store.sync();
            }
        }
    }

    private static void commit(OrderedStore store, int first, long applied) {
        Batch batch = new Batch();
        for (int key = first; key < first + BATCH; key++) {
            byte[] value = new byte[VALUE_BYTES];
            new Random(key).nextBytes(value);
            batch.put(Space.HISTORY, Bytes.ofLong(key), Bytes.wrap(value));
        }
        store.commit(batch, new AppliedState(applied, 1, Bytes.EMPTY));
    }

    private static void read(OrderedStore store, int keys, String backend, Report report)
            throws IOException {
        Random random = new Random(3);
        try (OrderedStore.View view = store.view()) {
            Timing gets = new Timing();
            gets.round(
                    () -> view.get(Space.HISTORY, Bytes.ofLong(random.nextInt(keys))),
                    (long) (SAMPLE_SECONDS * 1e9));
            Timing ranges = new Timing();
            ranges.round(
                    () -> {
                        Bytes from = Bytes.ofLong(random.nextInt(Math.max(1, keys - RANGE)));
                        take(view.scan(Space.HISTORY, from, null), RANGE);
                    },
                    (long) (SAMPLE_SECONDS * 1e9));
            long started = System.nanoTime();
            int seen = take(view.scan(Space.HISTORY, null, null), Integer.MAX_VALUE);
            report.line("ordered-read")
                    .text("backend", backend)
                    .number("get_p50_us", gets.micros(50), 1)
                    .number("get_p99_us", gets.micros(99), 1)
                    .number("range_100_p50_us", ranges.micros(50), 0)
                    .number("range_100_p99_us", ranges.micros(99), 0)
                    .number("scan_pairs_per_s", seen / Timing.seconds(started), 0)
                    .print();
        }
    }

    private static int take(Iterator<OrderedStore.Pair> pairs, int count) {
        int taken = 0;
        while (taken < count && pairs.hasNext()) {
            pairs.next();
            taken++;
        }
        return taken;
    }

    private static void open(StorageProvider provider, Path directory, int keys, Report report) {
        long started = System.nanoTime();
        try (Storage storage = provider.open(directory, Map.of())) {
            double seconds = Timing.seconds(started);
            try (OrderedStore.View view = storage.ordered().view()) {
                if (view.applied().index() < keys - BATCH
                        || view.get(Space.HISTORY, Bytes.ofLong(keys - 1L)) == null) {
                    throw new IllegalStateException(
                            provider.name() + " lost what was forced: " + view.applied());
                }
            }
            report.line("open-after-kill")
                    .text("backend", provider.name())
                    .number("keys", keys, 0)
                    .number("seconds", seconds, 2)
                    .number("heap_mib", usedHeap() / (double) (1 << 20), 0)
                    .number(
                            "disk_mib",
                            storage.ordered().usage().totalBytes() / (double) (1 << 20),
                            0)
                    .print();
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
