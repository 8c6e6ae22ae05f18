package org.pdtoolkit.storage.tck;

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
import org.pdtoolkit.storage.support.Contract;

/**
 * The ordered store as sorted maps. A commit copies them when a view was taken since the one
 * before, so it costs time in the number of keys. Thread: as the contract says.
 */
final class MemoryOrderedStore implements OrderedStore {
    private final Runnable check;
    private Image image = new Image(emptySpaces(), AppliedState.NONE);
    private boolean shared;
    private long durableIndex;

    MemoryOrderedStore(Runnable check) {
        this.check = check;
    }

    private static Map<Space, TreeMap<Bytes, Bytes>> emptySpaces() {
        Map<Space, TreeMap<Bytes, Bytes>> spaces = new EnumMap<>(Space.class);
        for (Space space : Space.values()) {
            spaces.put(space, new TreeMap<>());
        }
        return spaces;
    }

    private record Image(Map<Space, TreeMap<Bytes, Bytes>> spaces, AppliedState applied)
            implements View {
        @Override
        public Bytes get(Space space, Bytes key) {
            return spaces.get(space).get(key);
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
            NavigableMap<Bytes, Bytes> range = spaces.get(space);
            if (from != null && until != null && from.compareTo(until) >= 0) {
                return new TreeMap<>();
            }
            if (from != null) {
                range = range.tailMap(from, true);
            }
            return until == null ? range : range.headMap(until, false);
        }

        private static Iterator<Pair> pairs(Map<Bytes, Bytes> map) {
            return map.entrySet().stream()
                    .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                    .iterator();
        }

        @Override
        public void close() {
            // nothing is held but memory
        }
    }

    @Override
    public synchronized View view() {
        check.run();
        shared = true;
        return image;
    }

    @Override
    public synchronized AppliedState applied() {
        check.run();
        return image.applied();
    }

    @Override
    public synchronized void commit(Batch batch, AppliedState applied) {
        check.run();
        Contract.requireForward(image.applied(), applied);
        Map<Space, TreeMap<Bytes, Bytes>> spaces = image.spaces();
        if (shared) {
            spaces = new EnumMap<>(Space.class);
            for (Space space : Space.values()) {
                spaces.put(space, new TreeMap<>(image.spaces().get(space)));
            }
            shared = false;
        }
        for (Batch.Write write : batch.writes()) {
            if (write.value() == null) {
                spaces.get(write.space()).remove(write.key());
            } else {
                spaces.get(write.space()).put(write.key(), write.value());
            }
        }
        image = new Image(spaces, applied);
    }

    @Override
    public synchronized void sync() {
        check.run();
        durableIndex = image.applied().index();
    }

    @Override
    public synchronized long durableIndex() {
        return durableIndex;
    }

    @Override
    public synchronized void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        check.run();
        Map<Space, TreeMap<Bytes, Bytes>> spaces = emptySpaces();
        spaces.get(Space.REGIONS).putAll(image.spaces().get(Space.REGIONS));
        while (writes.hasNext()) {
            Batch.Write write = writes.next();
            Contract.requireReplacement(write);
            spaces.get(write.space()).put(write.key(), write.value());
        }
        image = new Image(spaces, applied);
        shared = false;
        durableIndex = applied.index();
    }

    @Override
    public synchronized Usage usage() {
        check.run();
        return new Usage(0, 0);
    }
}
