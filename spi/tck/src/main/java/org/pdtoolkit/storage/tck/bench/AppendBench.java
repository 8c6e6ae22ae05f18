package org.pdtoolkit.storage.tck.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.Storage;

/**
 * Appends of 256-byte records that end on stable media.
 *
 * <p>The bare disk does what any log must do at least: it writes the same data bytes into a
 * preallocated file and forces it. All take turns in short rounds, so that other load on the
 * machine hits all of them. A log is compacted as it grows, as a node does.
 */
final class AppendBench {
    private static final int RECORD_BYTES = 256;
    private static final int ROUNDS = 8;
    private static final long RAW_BYTES = 256L << 20;
    private static final int KEPT = 20_000;
    private static final String RAW = "raw";

    private final Report report;
    private final Path directory;
    private final double seconds;

    AppendBench(Report report, Path directory, double seconds) {
        this.report = report;
        this.directory = directory;
        this.seconds = seconds;
    }

    void run(Map<String, Storage> storages) throws IOException {
        Map<String, Double> single = new LinkedHashMap<>();
        for (int batch : new int[] {1, 10, 100}) {
            Map<String, Timing> timings = measure(storages, batch);
            Timing raw = timings.get(RAW);
            Timing first = timings.get(storages.keySet().iterator().next());
            for (Map.Entry<String, Timing> entry : timings.entrySet()) {
                Timing timing = entry.getValue();
                double recordsPerSecond = batch * 1e6 / timing.meanMicros();
                single.putIfAbsent(entry.getKey(), recordsPerSecond);
                report.line("append")
                        .text("backend", entry.getKey())
                        .number("batch", batch, 0)
                        .number("records_per_s", recordsPerSecond, 0)
                        .number("p50_us", timing.micros(50), 0)
                        .number("p99_us", timing.micros(99), 0)
                        .number("to_raw_p50", timing.micros(50) / raw.micros(50), 2)
                        .number("to_raw_mean", timing.meanMicros() / raw.meanMicros(), 2)
                        .number("to_first_p50", timing.micros(50) / first.micros(50), 2)
                        .number("to_batch_1", recordsPerSecond / single.get(entry.getKey()), 1)
                        .print();
            }
        }
    }

    private Map<String, Timing> measure(Map<String, Storage> storages, int batch)
            throws IOException {
        Map<String, Timing.Work> works = new LinkedHashMap<>();
        Path file = directory.resolve("raw-" + batch);
        try (FileChannel raw =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            preallocate(raw);
            works.put(RAW, rawWrite(raw, batch));
            storages.forEach((name, storage) -> works.put(name, append(storage.log(), batch)));
            long nanos = (long) (seconds * 1e9 / ROUNDS);
            Map<String, Timing> timings = new LinkedHashMap<>();
            for (Map.Entry<String, Timing.Work> work : works.entrySet()) {
                new Timing().round(work.getValue(), 2 * nanos); // warm
                timings.put(work.getKey(), new Timing());
            }
            for (int i = 0; i < ROUNDS; i++) {
                for (Map.Entry<String, Timing.Work> work : works.entrySet()) {
                    timings.get(work.getKey()).round(work.getValue(), nanos);
                }
            }
            return timings;
        }
    }

    private static Timing.Work append(LogStore log, int batch) {
        if (log.metadata().isEmpty()) {
            log.initialize(Bytes.utf8("benchmark"));
        }
        byte[] data = new byte[RECORD_BYTES];
        new Random(1).nextBytes(data);
        Bytes bytes = Bytes.wrap(data);
        return () -> {
            long next = log.lastIndex() + 1;
            List<LogRecord> entries = new ArrayList<>(batch);
            for (int i = 0; i < batch; i++) {
                entries.add(new LogRecord(1, next + i, 0, bytes));
            }
            log.append(new HardState(1, 1, next - 1), entries);
            if (next - log.firstIndex() > 2 * KEPT) {
                log.compact(next - KEPT);
            }
        };
    }

    private static Timing.Work rawWrite(FileChannel raw, int batch) {
        ByteBuffer block = ByteBuffer.allocateDirect(RECORD_BYTES * batch);
        long[] position = {0};
        return () -> {
            raw.write(block.clear(), position[0]);
            raw.force(false);
            position[0] = (position[0] + block.capacity()) % (RAW_BYTES / 2);
        };
    }

    private static void preallocate(FileChannel file) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < RAW_BYTES; at += zeros.capacity()) {
            file.write(zeros.clear(), at);
        }
        file.force(true);
    }
}
