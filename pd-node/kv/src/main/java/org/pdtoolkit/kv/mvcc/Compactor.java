package org.pdtoolkit.kv.mvcc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Space;

/**
 * Knows which records compaction will delete, in the order in which they fall due, so that a step
 * costs what it deletes and nothing else.
 *
 * <p>A version is due when a newer one of its key is at or below the compact revision. A deletion
 * is due when the compact revision is past it and it still is the newest of its key; at the compact
 * revision itself it stays, since a watch may start there. Both queues follow from the records that
 * are present, so a restarted member deletes the same records with the same commits as the others.
 *
 * <p>Thread: apply.
 */
final class Compactor {
    private record Tombstone(Bytes key, Version version) {}

    /** What one step deletes: planned before the commit, carried out in memory after it. */
    static final class Step {
        private final List<Version> cuts = new ArrayList<>();
        private int supersedersTaken;
        private int tombstonesTaken;
        private KeyIndex index;

        /** The index without the keys that are gone. */
        KeyIndex index() {
            return index;
        }
    }

    /** Versions that have an older one to drop, ascending. */
    private final ArrayDeque<Version> superseders = new ArrayDeque<>();

    /** Deletions, ascending. */
    private final ArrayDeque<Tombstone> tombstones = new ArrayDeque<>();

    void add(Bytes key, Version version) {
        if (version.older() != null) {
            superseders.add(version);
        }
        if (!version.live()) {
            tombstones.add(new Tombstone(key, version));
        }
    }

    /**
     * Plans the next step and writes its deletions into {@code batch}.
     *
     * @param compactRevision published by an earlier commit
     */
    Step plan(KeyIndex index, long compactRevision, int recordsMax, Batch batch) {
        Step step = new Step();
        step.index = index;
        int records = 0;
        for (Version newer : superseders) {
            if (records == recordsMax || newer.revision() > compactRevision) {
                break;
            }
            batch.delete(Space.HISTORY, newer.older().id().toKey());
            step.cuts.add(newer);
            step.supersedersTaken++;
            records++;
        }
        for (Tombstone tombstone : tombstones) {
            if (records == recordsMax || tombstone.version().revision() >= compactRevision) {
                break;
            }
            step.tombstonesTaken++;
            // Otherwise the key came back, and its next version drops this one.
            if (step.index.find(tombstone.key()) == tombstone.version()) {
                batch.delete(Space.HISTORY, tombstone.version().id().toKey());
                step.index = step.index.without(tombstone.key());
                records++;
            }
        }
        return step;
    }

    void carryOut(Step step) {
        step.cuts.forEach(Version::cutOlder);
        for (int i = 0; i < step.supersedersTaken; i++) {
            superseders.remove();
        }
        for (int i = 0; i < step.tombstonesTaken; i++) {
            tombstones.remove();
        }
    }

    /** Whether something is due at {@code compactRevision}. */
    boolean due(long compactRevision) {
        return (!superseders.isEmpty() && superseders.peek().revision() <= compactRevision)
                || (!tombstones.isEmpty()
                        && tombstones.peek().version().revision() < compactRevision);
    }

    void clear() {
        superseders.clear();
        tombstones.clear();
    }
}
