package org.pdtoolkit.kv.mvcc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * Changes of one revision under way. Reads see what was written before. Nothing outside changes
 * until {@link MvccStore} publishes the outcome; a transaction may just be dropped.
 *
 * <p>Thread: apply. Values of earlier revisions are read through one store view, opened when first
 * needed; hence {@link #close}.
 */
public final class WriteTxn implements ReadView, AutoCloseable {
    private final MvccState base;
    private final Supplier<OrderedStore.View> views;
    private OrderedStore.View view;
    private KeyIndex index;

    private final List<KeyValue> changes = new ArrayList<>();
    private final List<LeaseMove> leaseMoves = new ArrayList<>();

    /** Versions made here, in order: parallel to {@link #changes}. */
    private final List<Version> versions = new ArrayList<>();

    private int puts;
    private int deletes;

    WriteTxn(MvccState base, Supplier<OrderedStore.View> views) {
        this.base = base;
        this.views = views;
        this.index = base.index();
    }

    @Override
    public long revision() {
        return changes.isEmpty() ? base.revision() : base.revision() + 1;
    }

    @Override
    public long compactRevision() {
        return base.compactRevision();
    }

    @Override
    public KeyIndex index() {
        return index;
    }

    @Override
    public Bytes value(Version version) {
        if (version.revision() > base.revision()) {
            return changes.get(version.id().sub()).value();
        }
        if (view == null) {
            view = views.get();
        }
        try {
            return StoreView.value(view, version);
        } catch (MissingRecordException e) {
            // Nothing is compacted while the apply thread is here: this is damage.
            throw new StorageException.Corrupt(e.getMessage());
        }
    }

    /** Writes {@code key}; the lease must exist or be 0. */
    public void put(Bytes key, Bytes value, long lease) {
        puts++;
        Version newest = index.find(key);
        boolean existed = newest != null && newest.live();
        RevisionId id = nextId();
        Version version =
                existed
                        ? Version.put(
                                id, newest.createRevision(), newest.version() + 1, lease, newest)
                        : Version.put(id, id.revision(), 1, lease, newest);
        moveLease(key, existed ? newest.lease() : 0, lease);
        add(key, version, ReadView.pair(key, version, value));
    }

    /** Deletes the live keys of {@code range}; returns their last versions in key order. */
    public Map<Bytes, Version> delete(KeyRange range) {
        deletes++;
        Map<Bytes, Version> removed = liveIn(range);
        for (Map.Entry<Bytes, Version> entry : removed.entrySet()) {
            RevisionId id = nextId();
            moveLease(entry.getKey(), entry.getValue().lease(), 0);
            add(
                    entry.getKey(),
                    Version.tombstone(id, entry.getValue()),
                    new KeyValue(entry.getKey(), Bytes.EMPTY, 0, id.revision(), 0, 0));
        }
        return removed;
    }

    private Map<Bytes, Version> liveIn(KeyRange range) {
        Map<Bytes, Version> live = new LinkedHashMap<>();
        index.visit(
                range,
                (key, newest) -> {
                    if (newest.live()) {
                        live.put(key, newest);
                    }
                    return true;
                });
        return live;
    }

    private RevisionId nextId() {
        return new RevisionId(base.revision() + 1, changes.size());
    }

    private void moveLease(Bytes key, long from, long to) {
        if (from != to) {
            leaseMoves.add(new LeaseMove(key, from, to));
        }
    }

    private void add(Bytes key, Version version, KeyValue pair) {
        changes.add(pair);
        versions.add(version);
        index = index.with(key, version);
    }

    /** What changed so far, in order; see {@link RevisionChanges}. */
    public List<KeyValue> changes() {
        return changes;
    }

    /** Puts so far. */
    public int puts() {
        return puts;
    }

    /** Deletions so far, also those that found nothing. */
    public int deletes() {
        return deletes;
    }

    /** Keys that changed their lease, in order. */
    public List<LeaseMove> leaseMoves() {
        return leaseMoves;
    }

    List<Version> versions() {
        return versions;
    }

    void stage(Batch batch) {
        for (int i = 0; i < changes.size(); i++) {
            KeyValue pair = changes.get(i);
            Version version = versions.get(i);
            Bytes record =
                    version.live()
                            ? HistoryRecord.ofPut(pair.key(), version, pair.value())
                            : HistoryRecord.ofTombstone(pair.key());
            batch.put(Space.HISTORY, version.id().toKey(), record);
        }
    }

    @Override
    public void close() {
        if (view != null) {
            view.close();
            view = null;
        }
    }
}
