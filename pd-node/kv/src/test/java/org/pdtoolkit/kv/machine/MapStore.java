package org.pdtoolkit.kv.machine;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/** An ordered store in sorted maps, copied by a commit after a view. */
final class MapStore implements OrderedStore {
    private Map<Space, TreeMap<Bytes, Bytes>> spaces = new EnumMap<>(Space.class);
    private AppliedState applied = AppliedState.NONE;
    private boolean shared;

    MapStore() {
        for (Space space : Space.values()) {
            spaces.put(space, new TreeMap<>());
        }
    }

    @Override
    public synchronized View view() {
        shared = true;
        Map<Space, TreeMap<Bytes, Bytes>> seen = spaces;
        AppliedState seenApplied = applied;
        return new View() {
            @Override
            public AppliedState applied() {
                return seenApplied;
            }

            @Override
            public Bytes get(Space space, Bytes key) {
                return seen.get(space).get(key);
            }

            @Override
            public Iterator<Pair> scan(Space space, Bytes from, Bytes until) {
                return pairs(range(space, from, until));
            }

            @Override
            public Iterator<Pair> scanBackward(Space space, Bytes from, Bytes until) {
                return pairs(range(space, from, until).descendingMap());
            }

            private NavigableMap<Bytes, Bytes> range(Space space, Bytes from, Bytes until) {
                NavigableMap<Bytes, Bytes> range = seen.get(space);
                range = from == null ? range : range.tailMap(from, true);
                return until == null ? range : range.headMap(until, false);
            }

            private Iterator<Pair> pairs(Map<Bytes, Bytes> map) {
                return map.entrySet().stream()
                        .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                        .iterator();
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    @Override
    public synchronized AppliedState applied() {
        return applied;
    }

    @Override
    public synchronized void commit(Batch batch, AppliedState next) {
        if (next.index() < applied.index()) {
            throw new IllegalArgumentException("applied index goes back");
        }
        if (shared) {
            Map<Space, TreeMap<Bytes, Bytes>> copy = new EnumMap<>(Space.class);
            spaces.forEach((space, map) -> copy.put(space, new TreeMap<>(map)));
            spaces = copy;
            shared = false;
        }
        for (Batch.Write write : batch.writes()) {
            if (write.value() == null) {
                spaces.get(write.space()).remove(write.key());
            } else {
                spaces.get(write.space()).put(write.key(), write.value());
            }
        }
        applied = next;
    }

    @Override
    public void sync() {
        // memory only
    }

    @Override
    public synchronized long durableIndex() {
        return applied.index();
    }

    @Override
    public synchronized void replace(Iterator<Batch.Write> writes, AppliedState next) {
        Map<Space, TreeMap<Bytes, Bytes>> fresh = new EnumMap<>(Space.class);
        for (Space space : Space.values()) {
            fresh.put(space, new TreeMap<>());
        }
        writes.forEachRemaining(write -> fresh.get(write.space()).put(write.key(), write.value()));
        spaces = fresh;
        applied = next;
    }

    @Override
    public Usage usage() {
        return new Usage(0, 0);
    }
}
