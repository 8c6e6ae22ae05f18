package org.pdtoolkit.kv.watch;

import java.util.List;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchListener.EventType;
import org.pdtoolkit.kv.mvcc.MvccStore;

/** The events of one revision, made once for all watches that want them. Thread: one. */
final class RevisionEvents {
    private final MvccStore mvcc;
    private final long revision;
    private final List<KeyValue> changes;
    private final Event[] plain;
    private final Event[] withPrevious;

    RevisionEvents(MvccStore mvcc, long revision, List<KeyValue> changes) {
        this.mvcc = mvcc;
        this.revision = revision;
        this.changes = changes;
        plain = new Event[changes.size()];
        withPrevious = new Event[changes.size()];
    }

    long revision() {
        return revision;
    }

    int size() {
        return plain.length;
    }

    KeyValue change(int index) {
        return changes.get(index);
    }

    /** The event of change {@code index}, with the pair before it if {@code previous}. */
    Event event(int index, boolean previous) {
        Event[] made = previous ? withPrevious : plain;
        if (made[index] == null) {
            KeyValue pair = changes.get(index);
            EventType type = pair.version() == 0 ? EventType.DELETE : EventType.PUT;
            KeyValue before =
                    previous ? mvcc.read(view -> view.previous(pair.key(), revision)) : null;
            made[index] = new Event(type, pair, before);
        }
        return made[index];
    }
}
