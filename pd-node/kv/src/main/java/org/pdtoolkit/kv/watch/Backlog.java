package org.pdtoolkit.kv.watch;

import java.util.ArrayDeque;
import java.util.List;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.mvcc.RevisionChanges;

/**
 * Revisions that were published and not yet delivered. They stay in memory as long as they are few;
 * when they become too many all are forgotten, and the hub has to read them from history.
 *
 * <p>Thread: any.
 */
final class Backlog {
    private static final int REVISIONS_MAX = 1024;
    private static final long BYTES_MAX = 16 << 20;

    private final ArrayDeque<RevisionChanges> revisions = new ArrayDeque<>();
    private long bytes;

    /** Last revision that was forgotten and is not delivered; 0 if there is none. */
    private long forgotten;

    synchronized boolean isEmpty() {
        return revisions.isEmpty() && forgotten == 0;
    }

    /** Takes the next revision. */
    synchronized void add(long revision, List<KeyValue> changes) {
        revisions.add(new RevisionChanges(revision, changes));
        bytes += size(changes);
        if (revisions.size() > REVISIONS_MAX || bytes > BYTES_MAX) {
            forget(revision);
        }
    }

    /** Leaves everything up to {@code revision} to history. */
    synchronized void forget(long revision) {
        forgotten = revision;
        revisions.clear();
        bytes = 0;
    }

    /** Up to which revision history has what is to be delivered next; 0 if memory has it. */
    synchronized long forgotten() {
        return forgotten;
    }

    /** The oldest revision, {@code null} if there is none. */
    synchronized RevisionChanges first() {
        return revisions.peek();
    }

    synchronized void delivered(long revision) {
        if (revision >= forgotten) {
            forgotten = 0;
        }
        while (!revisions.isEmpty() && revisions.peek().revision() <= revision) {
            bytes -= size(revisions.poll().changes());
        }
    }

    private static long size(List<KeyValue> changes) {
        long size = 0;
        for (KeyValue change : changes) {
            size += change.key().size() + change.value().size();
        }
        return size;
    }
}
