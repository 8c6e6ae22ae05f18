package org.pdtoolkit.storage.tck.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;

/** Snapshots written and read as streams, beside the same bytes in a bare file. */
final class SnapshotBench {
    private static final int BLOCK = 64 << 10;
    private static final double MIB = 1 << 20;

    private SnapshotBench() {}

    static void run(Report report, Path directory, Map<String, Storage> storages, int mebibytes)
            throws IOException {
        byte[] block = new byte[BLOCK];
        new Random(1).nextBytes(block);
        int blocks = mebibytes * ((1 << 20) / BLOCK);
        rawWrite(directory.resolve("raw-warm"), block, blocks);
        double raw = rawWrite(directory.resolve("raw-snapshot"), block, blocks);
        for (Map.Entry<String, Storage> entry : storages.entrySet()) {
            SnapshotStore store = entry.getValue().snapshots();
            write(store, 1, block, blocks); // warm
            long started = System.nanoTime();
            SnapshotStore.SnapshotId id = write(store, 2, block, blocks);
            double written = Timing.seconds(started);
            started = System.nanoTime();
            long read = 0;
            try (InputStream in = store.read(id)) {
                byte[] target = new byte[BLOCK];
                for (int n = in.read(target); n >= 0; n = in.read(target)) {
                    read += n;
                }
            }
            if (read != id.bytes()) {
                throw new IllegalStateException(read + " bytes read of " + id);
            }
            report.line("snapshot")
                    .text("backend", entry.getKey())
                    .number("mib", mebibytes, 0)
                    .number("write_mib_per_s", mebibytes / written, 0)
                    .number("read_mib_per_s", read / MIB / Timing.seconds(started), 0)
                    .number("raw_write_mib_per_s", mebibytes / raw, 0)
                    .number("to_raw", written / raw, 2)
                    .print();
            store.retain(0);
        }
    }

    private static SnapshotStore.SnapshotId write(
            SnapshotStore store, long index, byte[] block, int blocks) throws IOException {
        try (SnapshotStore.Writer writer = store.create(index, 1)) {
            for (int i = 0; i < blocks; i++) {
                writer.stream().write(block);
            }
            return writer.publish();
        }
    }

    private static double rawWrite(Path path, byte[] block, int blocks) throws IOException {
        long started = System.nanoTime();
        try (FileChannel raw =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < blocks; i++) {
                raw.write(ByteBuffer.wrap(block));
            }
            raw.force(true);
        }
        return Timing.seconds(started);
    }
}
