package org.pdtoolkit.storage.tck;

import java.util.concurrent.atomic.AtomicBoolean;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;

/**
 * A storage in memory; closing it keeps its content for the next open.
 *
 * <p>Thread: as the contracts say.
 */
public final class MemoryStorage implements Storage {
    private final AtomicBoolean open = new AtomicBoolean();
    private final MemoryLogStore log = new MemoryLogStore(this::check);
    private final MemoryOrderedStore ordered = new MemoryOrderedStore(this::check);
    private final MemorySnapshotStore snapshots = new MemorySnapshotStore(this::check);

    MemoryStorage() {}

    /** Whether it was closed until now. */
    boolean open() {
        return open.compareAndSet(false, true);
    }

    private void check() {
        if (!open.get()) {
            throw new IllegalStateException("storage is closed");
        }
    }

    @Override
    public LogStore log() {
        return log;
    }

    @Override
    public SnapshotStore snapshots() {
        return snapshots;
    }

    @Override
    public OrderedStore ordered() {
        return ordered;
    }

    @Override
    public void close() {
        if (open.get()) {
            ordered.sync();
            open.set(false);
            snapshots.discardUnfinished();
        }
    }
}
