package org.pdtoolkit.kv.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchListener.Event;
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
    private final Map<Bytes, Set<Watcher>> bySingleKey = new LinkedHashMap<>();
    private final RangeIndex byRange = new RangeIndex();
    private int singles;

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
                deliverAll(watcher, revision);
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
            singles++;
        } else {
            byRange.add(watcher);
        }
    }

    synchronized void remove(Watcher watcher) {
        if (watcher.request.range().isSingle()) {
            Bytes key = watcher.request.range().key();
            Set<Watcher> watchers = bySingleKey.get(key);
            if (watchers != null && watchers.remove(watcher)) {
                singles--;
                if (watchers.isEmpty()) {
                    bySingleKey.remove(key);
                }
            }
        } else {
            byRange.remove(watcher);
        }
    }

    /** Number of registered watches. */
    public synchronized int count() {
        return singles + byRange.size();
    }

    /** Delivers a revision that has just been published. Thread: apply. */
    public void onPublished(long revision, List<KeyValue> changes) {
        RevisionEvents events = new RevisionEvents(mvcc, revision, changes);
        match(events).forEach((watcher, indexes) -> deliver(watcher, events, indexes));
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
            HistoryPage page = page(next, key -> true);
            for (RevisionChanges revision : page.revisions()) {
                onPublished(revision.revision(), revision.changes());
            }
            next = page.next();
        }
    }

    private synchronized List<Watcher> allRegistered() {
        List<Watcher> all = new ArrayList<>();
        bySingleKey.values().forEach(all::addAll);
        byRange.addAllTo(all);
        return all;
    }

    /** The registered watches that want something of {@code events}: the indexes of what. */
    private synchronized Map<Watcher, List<Integer>> match(RevisionEvents events) {
        if (count() == 0) {
            return Map.of();
        }
        Map<Watcher, List<Integer>> matched = new LinkedHashMap<>();
        for (int i = 0; i < events.size(); i++) {
            int index = i;
            Consumer<Watcher> found =
                    watcher -> {
                        if (watcher.next <= events.revision()) {
                            matched.computeIfAbsent(watcher, key -> new ArrayList<>()).add(index);
                        }
                    };
            Bytes key = events.change(i).key();
            bySingleKey.getOrDefault(key, Set.of()).forEach(found);
            byRange.match(key, found);
        }
        return matched;
    }

    private void deliverAll(Watcher watcher, RevisionChanges revision) {
        RevisionEvents events = new RevisionEvents(mvcc, revision.revision(), revision.changes());
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            all.add(i);
        }
        deliver(watcher, events, all);
    }

    private static void deliver(Watcher watcher, RevisionEvents events, List<Integer> indexes) {
        if (watcher.cancelled()) {
            return;
        }
        List<Event> mine = new ArrayList<>(indexes.size());
        for (int index : indexes) {
            mine.add(events.event(index, watcher.request.previous()));
        }
        watcher.listener.onEvents(events.revision(), mine);
    }
}
