package org.pdtoolkit.kv;

import java.util.List;

/**
 * Receives the events of one watch, in revision order, never twice.
 *
 * <p>Thread: the watch thread of the store, which may be busy with another watch first. Must not
 * block, must not throw, and may open and cancel watches.
 */
public interface WatchListener {
    enum EventType {
        PUT,
        DELETE
    }

    /**
     * @param pair the new pair; for a DELETE key and mod revision only
     * @param previous the pair before, {@code null} if none, not asked for, or compacted
     */
    record Event(EventType type, KeyValue pair, KeyValue previous) {}

    /**
     * Events of one or more whole revisions: of one while the watch keeps up, of many while it
     * catches up with history.
     *
     * @param revision up to which the watch has now seen everything; never less than in a call
     *     before, for any watch of the store
     * @param events not empty; shared with other watches, immutable
     */
    void onEvents(long revision, List<Event> events);

    /** The next wanted revision is gone; the watch is over. */
    void onCompacted(long compactRevision);

    /**
     * Whether there is room for a call of {@link #onEvents}. A watch whose listener has none is set
     * aside and loses nothing; the listener has to call {@link ReplicatedKv.Watch#resume} after
     * this has become true again.
     */
    default boolean ready() {
        return true;
    }
}
