package org.pdtoolkit.kv;

import java.util.List;

/**
 * Receives the events of one watch, in revision order, never twice.
 *
 * <p>Thread: history comes on the thread that opens the watch, before that call returns; later
 * events on the apply thread. Never both at once. Must not block, must not throw, and may open and
 * cancel watches.
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

    /** All events of a revision come in one call. */
    void onEvents(long revision, List<Event> events);

    /** The next wanted revision is gone; the watch is over. */
    void onCompacted(long compactRevision);
}
