package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/** Reads everything that a storage holds, in bounded memory. */
final class ContentSource {
    private static final int ENTRIES_MAX = 1 << 10;
    private static final int PIECE_BYTES = 64 << 10;

    private ContentSource() {}

    /** Thread: the owner of {@code storage}. Errors: CORRUPT, FAILED. */
    static void read(Storage storage, ContentSink sink) throws IOException {
        readLog(storage.log(), sink);
        try (OrderedStore.View view = storage.ordered().view()) {
            sink.state(view.applied());
            for (Space space : Space.values()) {
                Iterator<OrderedStore.Pair> pairs = view.scan(space, null, null);
                while (pairs.hasNext()) {
                    sink.pair(space, pairs.next());
                }
            }
        }
        readSnapshot(storage.snapshots(), sink);
        sink.end();
    }

    private static void readLog(LogStore log, ContentSink sink) throws IOException {
        long base = log.firstIndex() - 1;
        sink.log(new ContentSink.LogHead(log.metadata(), log.hardState(), base, log.term(base)));
        long end = log.lastIndex() + 1;
        long next = base + 1;
        while (next < end) {
            // Entries without data do not count as bytes.
            for (LogRecord entry : log.read(next, Math.min(end, next + ENTRIES_MAX), PIECE_BYTES)) {
                sink.entry(entry);
                next++;
            }
        }
    }

    private static void readSnapshot(SnapshotStore snapshots, ContentSink sink) throws IOException {
        Optional<SnapshotStore.SnapshotId> latest = snapshots.latest();
        if (latest.isEmpty()) {
            return;
        }
        try (InputStream content = snapshots.read(latest.get())) {
            sink.snapshot(latest.get().index(), latest.get().term());
            byte[] piece = new byte[PIECE_BYTES];
            int length = content.readNBytes(piece, 0, piece.length);
            while (length > 0) {
                sink.snapshotBytes(piece, length);
                length = content.readNBytes(piece, 0, piece.length);
            }
        }
    }
}
