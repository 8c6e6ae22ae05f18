package org.pdtoolkit.kv.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;

/** Watches found by a key: single keys in a table, ranges in a tree. Thread: the caller's care. */
final class WatcherIndex {
    private final Map<Bytes, Set<Watcher>> bySingleKey = new LinkedHashMap<>();
    private final RangeIndex byRange = new RangeIndex();
    private int singles;

    void add(Watcher watcher) {
        if (!watcher.range().isSingle()) {
            byRange.add(watcher);
        } else if (bySingleKey
                .computeIfAbsent(watcher.range().key(), key -> new LinkedHashSet<>())
                .add(watcher)) {
            singles++;
        }
    }

    void remove(Watcher watcher) {
        if (!watcher.range().isSingle()) {
            byRange.remove(watcher);
            return;
        }
        Set<Watcher> watchers = bySingleKey.get(watcher.range().key());
        if (watchers != null && watchers.remove(watcher)) {
            singles--;
            if (watchers.isEmpty()) {
                bySingleKey.remove(watcher.range().key());
            }
        }
    }

    int size() {
        return singles + byRange.size();
    }

    /** Hands over every watch whose range holds {@code key}. */
    void match(Bytes key, Consumer<Watcher> found) {
        bySingleKey.getOrDefault(key, Set.of()).forEach(found);
        byRange.match(key, found);
    }

    boolean matchesAny(Bytes key) {
        return bySingleKey.containsKey(key) || byRange.matchesAny(key);
    }

    List<Watcher> all() {
        List<Watcher> all = new ArrayList<>(size());
        bySingleKey.values().forEach(all::addAll);
        byRange.addAllTo(all);
        return all;
    }
}
