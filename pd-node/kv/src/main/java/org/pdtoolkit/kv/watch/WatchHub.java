package org.pdtoolkit.kv.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchListener.EventType;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.kv.mvcc.HistoryPage;
import org.pdtoolkit.kv.mvcc.MvccState;
import org.pdtoolkit.kv.mvcc.MvccStore;
import org.pdtoolkit.kv.mvcc.RevisionChanges;

/**
 * The open watches and the delivery of their events.
 *
 * <p>Which thread calls a listener. {@link #watch} with a past start revision reads history and
 * calls the listener on the caller's thread, before it returns; it may block on the store. From
 * then on the apply thread does, right after the revision became readable. The hand-over is under
 * the monitor: a watch is registered only while it has seen everything published, and a revision is
 * matched against the registered watches after it is published. So the two threads never call one
 * listener at once, and nothing is lost or repeated between them.
 *
 * <p>No listener is called under the monitor. Hence a listener may open and cancel watches, and a
 * watch cancelled by another thread may still get the one call that is under way. A listener must
 * not throw: what it throws ends the apply thread.
 */
public final class WatchHub {
    private static final int PAGE_REVISIONS_MAX = 1000;
    private static final long PAGE_BYTES_MAX = 4 << 20;

    private final MvccStore mvcc;
    private final Map<Bytes, Set<Watcher>> bySingleKey = new HashMap<>();
    private final Set<Watcher> byRange = new LinkedHashSet<>();

    public WatchHub(MvccStore mvcc) {
        this.mvcc = mvcc;
    }

    /**
     * Opens a watch; see the class description for threads. A start revision below the compact
     * revision, or below 0, is answered with {@code onCompacted} and a watch that is over.
     */
    public ReplicatedKv.Watch watch(WatchRequest request, WatchListener listener) {
        Watcher watcher = new Watcher(this, request, listener);
        synchronized (this) {
            long current = mvcc.state().revision();
            watcher.next = request.startRevision() == 0 ? current + 1 : request.startRevision();
            if (watcher.next > current) {
                register(watcher);
                return watcher;
            }
        }
        catchUp(watcher);
        return watcher;
    }

    private void catchUp(Watcher watcher) {
        while (!watcher.cancelled()) {
            if (watcher.next < Math.max(0, mvcc.state().compactRevision())) {
                watcher.cancel();
                watcher.listener.onCompacted(mvcc.state().compactRevision());
                return;
            }
            long from = watcher.next;
            HistoryPage page = page(from, watcher.request.range()::contains);
            if (page == null) {
                continue;
            }
            for (RevisionChanges revision : page.revisions()) {
                if (watcher.cancelled()) {
                    return;
                }
                deliver(watcher, revision.revision(), revision.changes());
            }
            watcher.next = page.next();
            synchronized (this) {
                if (watcher.next > mvcc.state().revision()) {
                    register(watcher);
                    return;
                }
            }
        }
    }

    /** A page of history, or {@code null} if {@code from} is compacted. */
    private HistoryPage page(long from, Predicate<Bytes> wanted) {
        return mvcc.read(
                view ->
                        from < view.compactRevision()
                                ? null
                                : view.history(from, wanted, PAGE_REVISIONS_MAX, PAGE_BYTES_MAX));
    }

    private synchronized void register(Watcher watcher) {
        if (watcher.cancelled()) {
            return;
        }
        if (watcher.request.range().isSingle()) {
            bySingleKey
                    .computeIfAbsent(watcher.request.range().key(), key -> new LinkedHashSet<>())
                    .add(watcher);
        } else {
            byRange.add(watcher);
        }
    }

    synchronized void remove(Watcher watcher) {
        if (watcher.request.range().isSingle()) {
            Bytes key = watcher.request.range().key();
            Set<Watcher> watchers = bySingleKey.get(key);
            if (watchers != null && watchers.remove(watcher) && watchers.isEmpty()) {
                bySingleKey.remove(key);
            }
        } else {
            byRange.remove(watcher);
        }
    }

    /** Number of registered watches. */
    public synchronized int count() {
        int count = byRange.size();
        for (Set<Watcher> watchers : bySingleKey.values()) {
            count += watchers.size();
        }
        return count;
    }

    /** Delivers a revision that has just been published. Thread: apply. */
    public void onPublished(long revision, List<KeyValue> changes) {
        match(revision, changes).forEach((watcher, mine) -> deliver(watcher, revision, mine));
    }

    /**
     * Brings every registered watch from {@code before}, the state it has seen, to the present one,
     * which came with a snapshot. Thread: apply.
     */
    public void onReplaced(MvccState before) {
        MvccState now = mvcc.state();
        long next = before.revision() + 1;
        for (Watcher watcher : allRegistered()) {
            if (Math.max(watcher.next, next) < now.compactRevision()) {
                watcher.cancel();
                watcher.listener.onCompacted(now.compactRevision());
            }
        }
        next = Math.max(next, now.compactRevision());
        while (next <= now.revision()) {
            HistoryPage page = page(next, this::watched);
            for (RevisionChanges revision : page.revisions()) {
                onPublished(revision.revision(), revision.changes());
            }
            next = page.next();
        }
    }

    private synchronized List<Watcher> allRegistered() {
        List<Watcher> all = new ArrayList<>(byRange);
        bySingleKey.values().forEach(all::addAll);
        return all;
    }

    private synchronized boolean watched(Bytes key) {
        if (bySingleKey.containsKey(key)) {
            return true;
        }
        for (Watcher watcher : byRange) {
            if (watcher.request.range().contains(key)) {
                return true;
            }
        }
        return false;
    }

    private synchronized Map<Watcher, List<KeyValue>> match(long revision, List<KeyValue> changes) {
        if (bySingleKey.isEmpty() && byRange.isEmpty()) {
            return Map.of();
        }
        Map<Watcher, List<KeyValue>> matched = new LinkedHashMap<>();
        for (KeyValue change : changes) {
            for (Watcher watcher : bySingleKey.getOrDefault(change.key(), Set.of())) {
                add(matched, watcher, revision, change);
            }
            for (Watcher watcher : byRange) {
                if (watcher.request.range().contains(change.key())) {
                    add(matched, watcher, revision, change);
                }
            }
        }
        return matched;
    }

    private static void add(
            Map<Watcher, List<KeyValue>> matched, Watcher watcher, long revision, KeyValue change) {
        if (watcher.next <= revision) {
            matched.computeIfAbsent(watcher, key -> new ArrayList<>()).add(change);
        }
    }

    private void deliver(Watcher watcher, long revision, List<KeyValue> changes) {
        if (watcher.cancelled()) {
            return;
        }
        List<Event> events = new ArrayList<>(changes.size());
        for (KeyValue change : changes) {
            EventType type = change.version() == 0 ? EventType.DELETE : EventType.PUT;
            KeyValue previous =
                    watcher.request.previous()
                            ? mvcc.read(view -> view.previous(change.key(), revision))
                            : null;
            events.add(new Event(type, change, previous));
        }
        watcher.listener.onEvents(revision, events);
    }
}
