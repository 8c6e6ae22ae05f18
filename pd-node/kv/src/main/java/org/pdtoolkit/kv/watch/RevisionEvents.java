package org.pdtoolkit.kv.watch;

import java.util.List;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchListener.EventType;
import org.pdtoolkit.kv.mvcc.MvccStore;
import org.pdtoolkit.kv.mvcc.RevisionChanges;

/** The events of one revision, made once for all watches that want them. Thread: watch. */
final class RevisionEvents {
    private final MvccStore mvcc;
    private final long revision;
    private final List<KeyValue> changes;
    private final Event[] plain;
    private final Event[] withPrevious;
    private List<Event> onlyPlain;
    private List<Event> onlyWithPrevious;

    RevisionEvents(MvccStore mvcc, RevisionChanges changed) {
        this.mvcc = mvcc;
        this.revision = changed.revision();
        this.changes = changed.changes();
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

    /** The one event of a revision that has one change: the same list for all watches. */
    List<Event> only(boolean previous) {
        if (previous) {
            if (onlyWithPrevious == null) {
                onlyWithPrevious = List.of(event(0, true));
            }
            return onlyWithPrevious;
        }
        if (onlyPlain == null) {
            onlyPlain = List.of(event(0, false));
        }
        return onlyPlain;
    }
}
