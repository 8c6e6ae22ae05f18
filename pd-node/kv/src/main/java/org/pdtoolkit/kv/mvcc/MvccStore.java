package org.pdtoolkit.kv.mvcc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * The key space of this member: publishes states, serves consistent reads, stages commits.
 *
 * <p>A commit is {@link #begin} (changes), {@link #stage} (into a batch), the caller's commit of
 * that batch, {@link #publish}. Until the last step nothing has changed, so a failed commit leaves
 * the memory as it was.
 *
 * <p>Thread: {@link #state} and {@link #read} any; everything else apply.
 */
public final class MvccStore {
    /** {@code META} key of the compact revision. Absent: never compacted. */
    static final Bytes COMPACT_KEY = Bytes.utf8("kv/compact");

    /** A commit that is staged and not yet published. */
    public static final class Staged {
        private final MvccState state;
        private final WriteTxn txn;
        private final Compactor.Step step;

        private Staged(MvccState state, WriteTxn txn, Compactor.Step step) {
            this.state = state;
            this.txn = txn;
            this.step = step;
        }

        /** Revision after the commit. */
        public long revision() {
            return state.revision();
        }
    }

    private final OrderedStore store;
    private final int compactionStepRecords;
    private final Compactor compactor = new Compactor();
    private final Object reloading = new Object();
    private volatile MvccState state;

    /** Odd while the content is being replaced: a read across a change of it starts again. */
    private volatile int generation;

    /**
     * Loads the key space.
     *
     * @param compactionStepRecords most records that compaction deletes with one commit
     */
    public MvccStore(OrderedStore store, int compactionStepRecords) {
        this.store = store;
        this.compactionStepRecords = compactionStepRecords;
        state = load();
    }

    public MvccState state() {
        return state;
    }

    /**
     * Runs {@code reader} over one consistent state. It may run more than once and must have no
     * effect but its result. May block on the store, and while a snapshot is being installed.
     */
    public <T> T read(Function<StoreView, T> reader) {
        while (true) {
            int before = stableGeneration();
            MvccState seen = state;
            MissingRecordException missing;
            try (StoreView view = new StoreView(seen, store)) {
                T result = reader.apply(view);
                if (unmoved(before, seen)) {
                    return result;
                }
                continue;
            } catch (MissingRecordException e) {
                missing = e;
            }
            if (unmoved(before, seen)) {
                throw new StorageException.Corrupt(missing.getMessage());
            }
        }
    }

    private int stableGeneration() {
        int seen = generation;
        while ((seen & 1) != 0) {
            synchronized (reloading) {
                seen = generation;
            }
        }
        return seen;
    }

    private boolean unmoved(int before, MvccState seen) {
        return generation == before && state.compactRevision() == seen.compactRevision();
    }

    public WriteTxn begin() {
        return new WriteTxn(state, store::view);
    }

    /**
     * Writes the changes of {@code txn}, and the next step of compaction, into {@code batch}.
     *
     * @param compactRevision new compact revision, or the present one
     */
    public Staged stage(WriteTxn txn, long compactRevision, Batch batch) {
        txn.stage(batch);
        if (compactRevision != state.compactRevision()) {
            batch.put(Space.META, COMPACT_KEY, Bytes.ofLong(compactRevision));
        }
        // By the published mark, not the new one: see the package description.
        Compactor.Step step =
                compactor.plan(txn.index(), state.compactRevision(), compactionStepRecords, batch);
        return new Staged(new MvccState(txn.revision(), compactRevision, step.index()), txn, step);
    }

    /** Makes a committed transaction visible. */
    public void publish(Staged staged) {
        state = staged.state;
        compactor.carryOut(staged.step);
        List<KeyValue> changes = staged.txn.changes();
        List<Version> versions = staged.txn.versions();
        for (int i = 0; i < versions.size(); i++) {
            compactor.add(changes.get(i).key(), versions.get(i));
        }
    }

    /** Whether compaction has records left to delete. */
    public boolean compactionDue() {
        return compactor.due(state.compactRevision());
    }

    /**
     * Loads the key space again after {@code replacement} has replaced the content of the store.
     * Readers wait meanwhile.
     */
    public void replace(Runnable replacement) {
        synchronized (reloading) {
            generation++;
            try {
                replacement.run();
                compactor.clear();
                state = load();
            } finally {
                generation++;
            }
        }
    }

    private MvccState load() {
        try (OrderedStore.View view = store.view()) {
            Map<Bytes, Version> heads = new HashMap<>();
            long revision = MvccState.FIRST_REVISION;
            Iterator<OrderedStore.Pair> records = view.scan(Space.HISTORY, null, null);
            while (records.hasNext()) {
                OrderedStore.Pair record = records.next();
                RevisionId id = StoreView.id(record);
                KeyValue pair = StoreView.decode(record, false);
                Version older = heads.get(pair.key());
                Version version =
                        pair.version() == 0
                                ? Version.tombstone(id, older)
                                : Version.put(
                                        id,
                                        pair.createRevision(),
                                        pair.version(),
                                        pair.lease(),
                                        older);
                heads.put(pair.key(), version);
                compactor.add(pair.key(), version);
                revision = id.revision();
            }
            List<Map.Entry<Bytes, Version>> entries = new ArrayList<>(heads.entrySet());
            entries.sort(Map.Entry.comparingByKey());
            return new MvccState(revision, compactRevision(view), KeyIndex.ofSorted(entries));
        }
    }

    private static long compactRevision(OrderedStore.View view) {
        Bytes mark = view.get(Space.META, COMPACT_KEY);
        try {
            return mark == null ? MvccState.NEVER_COMPACTED : mark.toLong();
        } catch (IllegalArgumentException e) {
            throw new StorageException.Corrupt("record " + COMPACT_KEY + ": " + e.getMessage());
        }
    }
}
