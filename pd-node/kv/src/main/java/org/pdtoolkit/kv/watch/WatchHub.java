package org.pdtoolkit.kv.watch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.kv.mvcc.HistoryPage;
import org.pdtoolkit.kv.mvcc.MvccStore;
import org.pdtoolkit.kv.mvcc.RevisionChanges;
import org.pdtoolkit.kv.mvcc.StoreView.HistoryBounds;
import org.pdtoolkit.kv.watch.Watcher.State;

/**
 * The open watches and the delivery of their events.
 *
 * <p>All delivery is the work of one thread, the watch thread, in steps of bounded size ({@link
 * #work}); apply and the callers only leave something for it. {@link #delivered} is how far it is:
 *
 * <pre>
 *   history                    backlog
 *   ----------------|----------------------|
 *     lagging     delivered            published
 *     watches       synced watches
 * </pre>
 *
 * <ul>
 *   <li>A SYNCED watch gets each revision as it moves from the backlog to the left of {@code
 *       delivered}.
 *   <li>A LAGGING one is brought up to {@code delivered} from history, in pages, many watches with
 *       one page, and is synced from then on.
 *   <li>A watch whose listener is not ready is SET_ASIDE with its next revision, and lags when it
 *       is resumed.
 *   <li>If apply runs ahead of delivery, the backlog is forgotten and what it held comes from
 *       history. So whatever waits is in the store and not in memory.
 * </ul>
 *
 * <p>A watch is over when its next revision has been compacted before it was read.
 *
 * <p>Locks: the monitor guards the sets of watches and {@code delivered}; apply takes it for the
 * time of a look-up. No listener is called, and the store is not read, under it.
 */
public final class WatchHub {
    private static final int GROUP_MAX = 512;
    private static final HistoryBounds PAGE = new HistoryBounds(1000, 4 << 20, 20_000);

    private record ProgressRequest(
            long revision, Collection<? extends ReplicatedKv.Watch> watches, LongConsumer then) {}

    private final MvccStore mvcc;
    private final Backlog backlog = new Backlog();
    private final WatcherIndex synced = new WatcherIndex();
    private final LaggingWatchers lagging = new LaggingWatchers();
    private final ArrayDeque<ProgressRequest> progress = new ArrayDeque<>();
    private long opened;
    private int open;

    /** Every synced watch has been given, or is being given, everything up to here. */
    private long delivered;

    /**
     * Up to here history is being read for the watches that were synced before. Whoever comes
     * meanwhile lags, so that it misses nothing of what was read without it.
     */
    private long reading;

    private volatile Runnable wake = () -> {};

    public WatchHub(MvccStore mvcc) {
        this.mvcc = mvcc;
        delivered = mvcc.state().revision();
    }

    // ---- from any thread ----------------------------------------------------------------------

    /**
     * Sets what to call when there is {@link #work}. It must not block, and may be called when
     * there is none. Thread: before anything else.
     */
    public void onWork(Runnable wakeUp) {
        wake = wakeUp;
    }

    /** Opens a watch; see {@link ReplicatedKv#watch}. */
    public ReplicatedKv.Watch watch(WatchRequest request, WatchListener listener) {
        Watcher watcher;
        synchronized (this) {
            watcher = new Watcher(this, ++opened, request, listener);
            open++;
            long start = request.startRevision();
            watcher.next = start == 0 ? mvcc.state().revision() + 1 : start;
            settle(watcher);
        }
        if (watcher.state == State.LAGGING) {
            wake.run();
        }
        return watcher;
    }

    /** See {@link EtcdKv#watchProgress}. */
    public void progress(Collection<? extends ReplicatedKv.Watch> watches, LongConsumer then) {
        synchronized (this) {
            progress.add(new ProgressRequest(mvcc.state().revision(), List.copyOf(watches), then));
        }
        wake.run();
    }

    /** Whether {@link #work} would find something to do. */
    public boolean hasWork() {
        if (!backlog.isEmpty()) {
            return true;
        }
        synchronized (this) {
            return !lagging.isEmpty() || !progress.isEmpty();
        }
    }

    /** Puts a watch where its next revision belongs. Under the monitor. */
    private void settle(Watcher watcher) {
        if (watcher.over()) {
            return;
        }
        if (watcher.next > Math.max(delivered, reading)) {
            watcher.state = State.SYNCED;
            synced.add(watcher);
        } else {
            watcher.state = State.LAGGING;
            lagging.add(watcher);
        }
    }

    synchronized void end(Watcher watcher) {
        switch (watcher.state) {
            case SYNCED -> synced.remove(watcher);
            case LAGGING -> lagging.remove(watcher);
            case SET_ASIDE -> {}
            case OVER -> {
                return;
            }
        }
        watcher.state = State.OVER;
        open--;
    }

    /** Open watches. */
    public synchronized int open() {
        return open;
    }

    /** Open watches that have not been given everything up to what is being delivered. */
    public synchronized int slow() {
        return open - synced.size();
    }

    void resume(Watcher watcher) {
        synchronized (this) {
            if (watcher.state != State.SET_ASIDE) {
                return;
            }
            settle(watcher);
        }
        wake.run();
    }

    // ---- the apply thread ---------------------------------------------------------------------

    /** Takes note of a revision that has just been published. Thread: apply. */
    public void onPublished(long revision, List<KeyValue> changes) {
        // What somebody waits for goes behind whatever is not delivered yet, and so does the rest.
        if (!backlog.isEmpty() || !noteUnwanted(revision, changes)) {
            backlog.add(revision, changes);
            wake.run();
        }
    }

    /** Counts a revision that nobody waits for as delivered. */
    private synchronized boolean noteUnwanted(long revision, List<KeyValue> changes) {
        for (KeyValue change : changes) {
            if (synced.matchesAny(change.key())) {
                return false;
            }
        }
        delivered = Math.max(delivered, revision);
        return true;
    }

    /** Takes note of a state that came with a snapshot. Thread: apply. */
    public void onReplaced() {
        backlog.forget(mvcc.state().revision());
        wake.run();
    }

    // ---- the watch thread ---------------------------------------------------------------------

    /** Does one step of each kind of work there is; returns whether there is more. */
    public boolean work() {
        deliverNext();
        catchUp();
        answerProgress();
        return hasWork();
    }

    private void deliverNext() {
        long until = backlog.forgotten();
        RevisionChanges first = backlog.first();
        if (until != 0) {
            deliverPage(until);
        } else if (first != null) {
            deliver(first);
        }
        backlog.delivered(delivered());
    }

    private void deliverPage(long until) {
        if (skipUnwatched(until)) {
            return;
        }
        HistoryPage page = page(startReading(until), until + 1, this::wanted);
        if (page == null) {
            skipCompacted();
        } else {
            page.revisions().forEach(this::deliver);
            endReading(page.next() - 1);
        }
    }

    /** The first revision to read. */
    private synchronized long startReading(long until) {
        reading = until;
        return delivered + 1;
    }

    private synchronized void endReading(long until) {
        delivered = Math.max(delivered, until);
        reading = 0;
    }

    private synchronized boolean skipUnwatched(long until) {
        if (synced.size() == 0) {
            delivered = Math.max(delivered, until);
        }
        return delivered >= until;
    }

    private void skipCompacted() {
        long compacted = mvcc.state().compactRevision();
        List<Watcher> all;
        synchronized (this) {
            // At once: whoever comes later lags, and finds out for itself.
            endReading(compacted - 1);
            all = synced.all();
        }
        for (Watcher watcher : all) {
            if (watcher.next < compacted) {
                compacted(watcher, compacted);
            }
        }
    }

    private synchronized boolean wanted(Bytes key) {
        return synced.matchesAny(key);
    }

    private synchronized long delivered() {
        return delivered;
    }

    private void deliver(RevisionChanges changed) {
        RevisionEvents events = new RevisionEvents(mvcc, changed);
        long revision = changed.revision();
        if (events.size() == 1) {
            for (Watcher watcher : matchOnly(events)) {
                deliver(watcher, revision, events.only(watcher.request.previous()));
            }
        } else {
            matchAll(events).forEach((watcher, indexes) -> deliver(watcher, events, indexes));
        }
    }

    /** The synced watches that want the one event of a revision. */
    private synchronized List<Watcher> matchOnly(RevisionEvents events) {
        List<Watcher> matched = new ArrayList<>();
        if (events.revision() > delivered) {
            KeyValue change = events.change(0);
            synced.match(
                    change.key(),
                    watcher -> {
                        if (watcher.wants(change, events.revision())) {
                            matched.add(watcher);
                        }
                    });
            delivered = events.revision();
        }
        return matched;
    }

    /** The synced watches that want something of a revision: the indexes of what. */
    private synchronized Map<Watcher, List<Integer>> matchAll(RevisionEvents events) {
        if (events.revision() <= delivered) {
            return Map.of();
        }
        delivered = events.revision();
        return match(synced, events);
    }

    private static Map<Watcher, List<Integer>> match(WatcherIndex among, RevisionEvents events) {
        Map<Watcher, List<Integer>> matched = new LinkedHashMap<>();
        for (int i = 0; i < events.size(); i++) {
            int index = i;
            KeyValue change = events.change(i);
            among.match(
                    change.key(),
                    watcher -> {
                        if (watcher.wants(change, events.revision())) {
                            matched.computeIfAbsent(watcher, key -> new ArrayList<>()).add(index);
                        }
                    });
        }
        return matched;
    }

    private void deliver(Watcher watcher, RevisionEvents events, List<Integer> indexes) {
        List<Event> mine = new ArrayList<>(indexes.size());
        for (int index : indexes) {
            mine.add(events.event(index, watcher.request.previous()));
        }
        deliver(watcher, events.revision(), List.copyOf(mine));
    }

    private void deliver(Watcher watcher, long revision, List<Event> events) {
        if (!watcher.over() && !watcher.offer(revision, events)) {
            setAside(watcher, revision);
        }
    }

    /** Sets a watch aside until its listener has room for {@code next} and what follows. */
    private void setAside(Watcher watcher, long next) {
        synchronized (this) {
            if (watcher.over()) {
                return;
            }
            synced.remove(watcher);
            watcher.next = next;
            watcher.state = State.SET_ASIDE;
        }
        if (watcher.listener.ready()) {
            // Room was made in between, so that the listener found nothing to resume.
            resume(watcher);
        }
    }

    private void catchUp() {
        List<Watcher> group;
        long until;
        synchronized (this) {
            group = lagging.take(GROUP_MAX);
            until = delivered;
            group.stream().filter(w -> w.next > delivered).forEach(this::settle);
            group = group.stream().filter(w -> w.state == State.LAGGING).toList();
        }
        long compacted = Math.max(0, mvcc.state().compactRevision());
        WatcherIndex index = new WatcherIndex();
        List<Watcher> served = new ArrayList<>(group.size());
        for (Watcher watcher : group) {
            if (watcher.next < compacted) {
                compacted(watcher, compacted);
            } else {
                index.add(watcher);
                served.add(watcher);
            }
        }
        if (!served.isEmpty()) {
            HistoryPage page = page(served.get(0).next, until + 1, index::matchesAny);
            if (page != null) {
                catchUp(served, eventsOf(page, index), page.next(), until);
            }
            synchronized (this) {
                served.stream().filter(w -> w.state == State.LAGGING).forEach(this::settle);
            }
        }
    }

    private void catchUp(
            List<Watcher> served, Map<Watcher, List<Event>> events, long next, long until) {
        for (Watcher watcher : served) {
            List<Event> mine = events.get(watcher);
            if (watcher.over()) {
                continue;
            }
            if (mine != null && !watcher.offer(until, mine)) {
                setAside(watcher, watcher.next);
            } else {
                watcher.next = Math.max(watcher.next, next);
            }
        }
    }

    private Map<Watcher, List<Event>> eventsOf(HistoryPage page, WatcherIndex index) {
        Map<Watcher, List<Event>> events = new LinkedHashMap<>();
        for (RevisionChanges changed : page.revisions()) {
            RevisionEvents made = new RevisionEvents(mvcc, changed);
            match(index, made)
                    .forEach(
                            (watcher, indexes) -> {
                                List<Event> mine =
                                        events.computeIfAbsent(watcher, key -> new ArrayList<>());
                                boolean previous = watcher.request.previous();
                                indexes.forEach(i -> mine.add(made.event(i, previous)));
                            });
        }
        return events;
    }

    /** A page of history, {@code null} if {@code from} is compacted. */
    private HistoryPage page(long from, long until, Predicate<Bytes> wanted) {
        return mvcc.read(
                view ->
                        from < view.compactRevision()
                                ? null
                                : view.history(from, until, wanted, PAGE));
    }

    private void compacted(Watcher watcher, long compactRevision) {
        if (!watcher.over()) {
            watcher.cancel();
            watcher.listener.onCompacted(compactRevision);
        }
    }

    private void answerProgress() {
        while (true) {
            ProgressRequest request;
            long revision;
            synchronized (this) {
                request = progress.peek();
                if (request == null || request.revision() > delivered) {
                    return;
                }
                progress.poll();
                revision = request.watches().stream().allMatch(this::isUpToDate) ? delivered : 0;
            }
            request.then().accept(revision);
        }
    }

    /** Under the monitor. */
    private boolean isUpToDate(ReplicatedKv.Watch watch) {
        return watch instanceof Watcher watcher
                && watcher.state == State.SYNCED
                && watcher.next <= delivered + 1;
    }
}
