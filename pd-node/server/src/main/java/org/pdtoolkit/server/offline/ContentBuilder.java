package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/**
 * Fills a new storage so that it holds what it is handed, in bounded memory of its own.
 *
 * <p>The calls: {@code initialize} with the metadata; {@code reset} to the base, if there is one;
 * {@code append} of a chunk of entries at a time, each with the final hard state; {@code commit} of
 * a batch of pairs at a time, the last with the applied state; the snapshot; {@code sync}. Until
 * the last batch the applied index is 0, so that a half-filled storage says that it holds nothing.
 */
final class ContentBuilder implements ContentSink {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int CHUNK_RECORDS = 1 << 10;
    private static final int PAIR_OVERHEAD = 32;

    private final Storage storage;
    private final List<LogRecord> entries = new ArrayList<>();
    private Batch batch = new Batch();
    private long chunkBytes;
    private HardState hard;
    private AppliedState applied;
    private SnapshotStore.Writer snapshot;

    /**
     * @param storage new, and closed by the caller
     */
    ContentBuilder(Storage storage) {
        this.storage = storage;
    }

    @Override
    public void log(LogHead head) {
        hard = head.hard();
        head.metadata().ifPresent(storage.log()::initialize);
        if (head.baseIndex() != 0 || head.baseTerm() != 0) {
            storage.log().reset(head.baseIndex(), head.baseTerm(), hard);
        }
    }

    @Override
    public void entry(LogRecord entry) {
        entries.add(entry);
        chunkBytes += entry.data().size();
        if (chunkBytes >= CHUNK_BYTES || entries.size() >= CHUNK_RECORDS) {
            append();
        }
    }

    private void append() {
        storage.log().append(hard, entries);
        entries.clear();
        chunkBytes = 0;
    }

    @Override
    public void state(AppliedState state) {
        if (!entries.isEmpty() || !hard.equals(storage.log().hardState())) {
            append();
        }
        applied = state;
    }

    @Override
    public void pair(Space space, Pair pair) {
        batch.put(space, pair.key(), pair.value());
        chunkBytes += PAIR_OVERHEAD + pair.key().size() + pair.value().size();
        if (chunkBytes >= CHUNK_BYTES) {
            commit(AppliedState.NONE);
        }
    }

    private void commit(AppliedState at) {
        storage.ordered().commit(batch, at);
        batch = new Batch();
        chunkBytes = 0;
    }

    @Override
    public void snapshot(long index, long term) {
        snapshot = storage.snapshots().create(index, term);
    }

    @Override
    public void snapshotBytes(byte[] piece, int length) throws IOException {
        snapshot.stream().write(piece, 0, length);
    }

    @Override
    public void end() {
        commit(applied);
        storage.ordered().sync();
        if (snapshot != null) {
            snapshot.publish();
            snapshot.close();
        }
    }
}
