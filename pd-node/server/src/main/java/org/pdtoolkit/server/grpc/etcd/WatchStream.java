package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/**
 * One Watch stream: its requests in, the responses of its watches out.
 *
 * <p>A client that does not read is neither waited for nor stored for: when the {@linkplain
 * WatchOutbox outbox} is full its watches refuse events, and the store sets them aside until the
 * transport has taken some; and no further request is read. A progress request is answered before
 * the next request is read.
 *
 * <p>The client's half-close does not end the stream; its cancellation does.
 *
 * <p>Thread: requests and room in the transport come on the network loop, events on the watch
 * thread, ticks on the timer. The monitor is held for a few instructions and a write to the
 * transport's queue; inside it the store's watches may be opened, resumed and cancelled.
 */
final class WatchStream implements StreamObserver<WatchRequest> {
    private static final String DUPLICATE_ID =
            "mvcc: duplicate watch ID provided on the WatchStream";
    private static final String EMPTY_RANGE = "mvcc: watcher range is empty";

    private final EtcdKv kv;
    private final Headers headers;
    private final WatchOutbox outbox;
    private final ServerCallStreamObserver<WatchResponse> client;
    private final Function<Runnable, Runnable> everyProgressInterval;
    private final Map<Long, OpenWatch> watches = new LinkedHashMap<>();
    private final Set<OpenWatch> refused = new LinkedHashSet<>();
    private Runnable endOfTicks;
    private long nextId;
    private boolean requestOwed;
    private boolean ended;

    /**
     * @param everyProgressInterval runs a task again and again, and gives what ends that
     */
    WatchStream(
            EtcdKv kv,
            Headers headers,
            WatchOutbox outbox,
            ServerCallStreamObserver<WatchResponse> client,
            Function<Runnable, Runnable> everyProgressInterval) {
        this.kv = kv;
        this.headers = headers;
        this.outbox = outbox;
        this.client = client;
        this.everyProgressInterval = everyProgressInterval;
        client.disableAutoRequest();
        client.setOnReadyHandler(this::onReady);
        client.setOnCancelHandler(this::end);
        client.request(1);
    }

    // ---- requests -----------------------------------------------------------------------------

    @Override
    public synchronized void onNext(WatchRequest request) {
        if (ended) {
            return;
        }
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> {
                if (askProgress()) {
                    return;
                }
            }
            case REQUESTUNION_NOT_SET -> {
                // Nothing is asked.
            }
        }
        takeNext();
    }

    /** Half a stream is enough to watch with. */
    @Override
    public void onCompleted() {}

    @Override
    public void onError(Throwable failure) {
        end();
    }

    private void takeNext() {
        if (outbox.hasRoom()) {
            client.request(1);
        } else {
            requestOwed = true;
        }
    }

    private void create(WatchCreateRequest create) {
        KeyRange range = WatchMessages.range(create);
        long revision = kv.revision();
        String refusal = refusal(create, range);
        if (refusal != null) {
            outbox.send(WatchMessages.notCreated(headers.at(revision), refusal));
            return;
        }
        long id = create.getWatchId() == 0 ? unusedId() : create.getWatchId();
        OpenWatch watch = new OpenWatch(id, create.getFragment(), create.getProgressNotify());
        watches.put(id, watch);
        // The client resumes from this revision if it loses the stream before the first event, so
        // that it has to be the very one that "from now on" starts behind.
        outbox.send(WatchMessages.created(headers.at(revision), id));
        long start = create.getStartRevision() == 0 ? revision + 1 : create.getStartRevision();
        watch.inner = kv.watch(WatchMessages.request(create, range, start), watch);
        if (watch.notify && endOfTicks == null) {
            endOfTicks = everyProgressInterval.apply(this::tick);
        }
    }

    /** Why the watch must not be, {@code null} if it may. */
    private String refusal(WatchCreateRequest create, KeyRange range) {
        try {
            kv.requireWatch(range);
        } catch (KvException e) {
            return EtcdErrors.goText(e.error());
        }
        if (create.getStartRevision() < 0) {
            return ErrorCatalogue.ETCD_COMPACTED.text();
        }
        if (WatchMessages.isEmpty(range)) {
            return EMPTY_RANGE;
        }
        return watches.containsKey(create.getWatchId()) && create.getWatchId() != 0
                ? DUPLICATE_ID
                : null;
    }

    private long unusedId() {
        while (watches.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private void cancel(long id) {
        OpenWatch watch = watches.remove(id);
        if (watch != null) {
            refused.remove(watch);
            watch.inner.cancel();
            outbox.send(WatchMessages.canceled(headers.at(kv.revision()), id));
        }
    }

    // ---- progress -----------------------------------------------------------------------------

    /** Whether an answer is to come; until then no other request is read. */
    private boolean askProgress() {
        if (watches.isEmpty()) {
            return false;
        }
        kv.watchProgress(
                watches.values().stream().map(watch -> watch.inner).toList(), this::answerProgress);
        return true;
    }

    private synchronized void answerProgress(long revision) {
        if (!ended) {
            if (revision != 0) {
                outbox.send(WatchMessages.progress(headers.at(revision), WatchMessages.NO_WATCH));
            }
            takeNext();
        }
    }

    /** Tells the watches that had no event since the last time how far they are. */
    private synchronized void tick() {
        if (ended) {
            return;
        }
        for (OpenWatch watch : watches.values()) {
            if (watch.notify) {
                if (watch.silent && !watch.asked) {
                    watch.asked = true;
                    kv.watchProgress(List.of(watch.inner), watch::notifyProgress);
                }
                watch.silent = true;
            }
        }
    }

    // ---- room in the transport, and the end ---------------------------------------------------

    private synchronized void onReady() {
        if (ended) {
            return;
        }
        outbox.drain();
        if (requestOwed && outbox.hasRoom()) {
            requestOwed = false;
            client.request(1);
        }
        if (!refused.isEmpty() && outbox.hasMuchRoom()) {
            List<OpenWatch> resumed = new ArrayList<>(refused);
            refused.clear();
            resumed.forEach(watch -> watch.inner.resume());
        }
    }

    private synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        watches.values().forEach(watch -> watch.inner.cancel());
        watches.clear();
        refused.clear();
        outbox.clear();
        if (endOfTicks != null) {
            endOfTicks.run();
        }
    }

    /** One watch of the stream. Thread: under the monitor of the stream. */
    private final class OpenWatch implements WatchListener {
        private final long id;
        private final boolean fragment;
        private final boolean notify;
        private boolean silent = true;
        private boolean asked;
        private ReplicatedKv.Watch inner;

        OpenWatch(long id, boolean fragment, boolean notify) {
            this.id = id;
            this.fragment = fragment;
            this.notify = notify;
        }

        private boolean isOpen() {
            return !ended && watches.get(id) == this;
        }

        @Override
        public boolean ready() {
            synchronized (WatchStream.this) {
                boolean room = !isOpen() || outbox.hasRoom();
                if (!room) {
                    refused.add(this);
                }
                return room;
            }
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            WatchResponse response = WatchMessages.events(headers.at(revision), id, events);
            synchronized (WatchStream.this) {
                if (!isOpen()) {
                    return;
                }
                silent = false;
                if (fragment) {
                    outbox.sendFragments(response);
                } else {
                    outbox.send(response);
                }
            }
        }

        @Override
        public void onCompacted(long compactRevision) {
            synchronized (WatchStream.this) {
                if (isOpen()) {
                    watches.remove(id);
                    refused.remove(this);
                    outbox.send(
                            WatchMessages.compacted(
                                    headers.withoutRevision(), id, compactRevision));
                }
            }
        }

        private void notifyProgress(long revision) {
            synchronized (WatchStream.this) {
                asked = false;
                if (revision != 0 && isOpen() && outbox.hasRoom()) {
                    outbox.send(WatchMessages.progress(headers.at(revision), id));
                }
            }
        }
    }
}
