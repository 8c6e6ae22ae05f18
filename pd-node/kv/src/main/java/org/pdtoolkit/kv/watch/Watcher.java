package org.pdtoolkit.kv.watch;

import java.util.List;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchRequest;

/** One open watch. Thread: {@link #cancel} and {@link #resume} any; fields as they say. */
final class Watcher implements ReplicatedKv.Watch {
    enum State {
        /** Has seen every revision that the hub has delivered. */
        SYNCED,
        /** Has to catch up with history first. */
        LAGGING,
        /** Its listener had no room; history goes on when it is resumed. */
        SET_ASIDE,
        OVER
    }

    private final WatchHub hub;
    final WatchRequest request;
    final WatchListener listener;

    /** Order of opening, for a fixed order among equals. */
    final long number;

    /**
     * First revision it has not seen; while it is SYNCED, only from where on it takes live events.
     * Guarded by the hub's monitor; changes while no set sorts by it.
     */
    long next;

    /** Guarded by the hub's monitor; OVER is also read without, and final. */
    volatile State state = State.LAGGING;

    Watcher(WatchHub hub, long number, WatchRequest request, WatchListener listener) {
        this.hub = hub;
        this.number = number;
        this.request = request;
        this.listener = listener;
    }

    KeyRange range() {
        return request.range();
    }

    boolean over() {
        return state == State.OVER;
    }

    /** Whether a change of a key in its range is an event for it. */
    boolean wants(KeyValue change, long revision) {
        return revision >= next && !(change.version() == 0 ? request.noDelete() : request.noPut());
    }

    /** Gives the events to the listener; {@code false} if it has no room for them. */
    boolean offer(long revision, List<Event> events) {
        if (!listener.ready()) {
            return false;
        }
        listener.onEvents(revision, events);
        return true;
    }

    @Override
    public void cancel() {
        hub.end(this);
    }

    @Override
    public void resume() {
        hub.resume(this);
    }
}
