package org.pdtoolkit.kv;

import java.util.List;

/** Receives the events of one watch, in revision order, never twice. */
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

    /** All events of a revision come in one call. Thread: apply; must not block. */
    void onEvents(long revision, List<Event> events);

    /** The next wanted revision is gone; the watch is over. */
    void onCompacted(long compactRevision);
}
