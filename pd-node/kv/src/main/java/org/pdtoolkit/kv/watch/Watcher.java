package org.pdtoolkit.kv.watch;

import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/** One open watch. Thread: {@link #cancel} any. */
final class Watcher implements ReplicatedKv.Watch {
    private final WatchHub hub;
    final WatchRequest request;
    final WatchListener listener;

    /**
     * First revision it has not seen. Written by the thread that catches it up; fixed once it is
     * registered, when it only tells from where on it takes live events.
     */
    long next;

    private volatile boolean cancelled;

    Watcher(WatchHub hub, WatchRequest request, WatchListener listener) {
        this.hub = hub;
        this.request = request;
        this.listener = listener;
    }

    boolean cancelled() {
        return cancelled;
    }

    @Override
    public void cancel() {
        cancelled = true;
        hub.remove(this);
    }
}
