package org.pdtoolkit.kv.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;

/**
 * The watches that have history to catch up with. They are served in groups, so that one walk over
 * a piece of history does for many: each group is the watch whose turn it is and those nearest to
 * it ahead. Turns go round, so that none waits for ever behind others that start further back.
 *
 * <p>Thread: under the hub's monitor.
 */
final class LaggingWatchers {
    private final LinkedHashSet<Watcher> turns = new LinkedHashSet<>();
    private final TreeSet<Watcher> byNext =
            new TreeSet<>(
                    Comparator.<Watcher>comparingLong(watcher -> watcher.next)
                            .thenComparingLong(watcher -> watcher.number));

    void add(Watcher watcher) {
        turns.add(watcher);
        byNext.add(watcher);
    }

    void remove(Watcher watcher) {
        turns.remove(watcher);
        byNext.remove(watcher);
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Takes out the next group, by ascending next revision; empty if there is none. */
    List<Watcher> take(int max) {
        List<Watcher> group = new ArrayList<>();
        if (!turns.isEmpty()) {
            Iterator<Watcher> nearest = byNext.tailSet(turns.iterator().next()).iterator();
            while (nearest.hasNext() && group.size() < max) {
                group.add(nearest.next());
                nearest.remove();
            }
            group.forEach(turns::remove);
        }
        return group;
    }
}
