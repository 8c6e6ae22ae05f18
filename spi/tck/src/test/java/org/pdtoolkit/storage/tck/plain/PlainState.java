package org.pdtoolkit.storage.tck.plain;

import java.nio.ByteBuffer;
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
import org.pdtoolkit.storage.support.Fuse;

/** The applied state in memory; one file has it as of the last sync or replace. */
final class PlainState implements OrderedStore {
    private static final String FILE = "state";

    private final PlainFiles files;
    private final Fuse fuse;
    private final Flaw flaw;
    private volatile Image now;
    private volatile long durableIndex;
    private volatile int bytes;

    PlainState(PlainFiles files, Fuse fuse) {
        this.files = files;
        this.fuse = fuse;
        this.flaw = files.flaw();
        byte[] content = files.read(FILE);
        now = content == null ? new Image(spaces(null), AppliedState.NONE, flaw) : decode(content);
        durableIndex = now.applied().index();
        bytes = content == null ? 0 : content.length;
    }

    /** Maps of their own with the content of {@code source}. */
    private static Map<Space, TreeMap<Bytes, Bytes>> spaces(Image source) {
        Map<Space, TreeMap<Bytes, Bytes>> spaces = new EnumMap<>(Space.class);
        for (Space space : Space.values()) {
            spaces.put(space, source == null ? new TreeMap<>() : new TreeMap<>(source.of(space)));
        }
        return spaces;
    }

    /** One state; never changed once others can see it. */
    private record Image(Map<Space, TreeMap<Bytes, Bytes>> spaces, AppliedState applied, Flaw flaw)
            implements View {
        TreeMap<Bytes, Bytes> of(Space space) {
            return spaces.get(space);
        }

        Image with(AppliedState newApplied) {
            return new Image(spaces, newApplied, flaw);
        }

        @Override
        public Bytes get(Space space, Bytes key) {
            return of(space).get(key);
        }

        @Override
        public Iterator<Pair> scan(Space space, Bytes from, Bytes until) {
            return pairs(range(space, from, until));
        }

        @Override
        public Iterator<Pair> scanBackward(Space space, Bytes from, Bytes until) {
            NavigableMap<Bytes, Bytes> range = range(space, from, until);
            if (flaw == Flaw.BACKWARD_SCAN_LEAVES_OUT_THE_FIRST && from != null) {
                range = range.tailMap(from, false);
            }
            return pairs(range.descendingMap());
        }

        private NavigableMap<Bytes, Bytes> range(Space space, Bytes from, Bytes until) {
            if (from != null && until != null && from.compareTo(until) >= 0) {
                return new TreeMap<>();
            }
            NavigableMap<Bytes, Bytes> range = of(space);
            if (from != null) {
                range = range.tailMap(from, true);
            }
            boolean inclusive = flaw == Flaw.UPPER_BOUND_INCLUSIVE;
            return until == null ? range : range.headMap(until, inclusive);
        }

        private static Iterator<Pair> pairs(Map<Bytes, Bytes> map) {
            return map.entrySet().stream()
                    .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                    .iterator();
        }

        @Override
        public void close() {
            // holds nothing but memory
        }

        byte[] encode() {
            return PlainFiles.encode(
                    out -> {
                        out.writeLong(applied.index());
                        out.writeLong(applied.term());
                        PlainFiles.put(out, applied.confState());
                        for (Space space : Space.values()) {
                            out.writeInt(of(space).size());
                            for (Map.Entry<Bytes, Bytes> pair : of(space).entrySet()) {
                                PlainFiles.put(out, pair.getKey());
                                PlainFiles.put(out, pair.getValue());
                            }
                        }
                    });
        }
    }

    static Bytes bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return Bytes.wrap(bytes);
    }

    private Image decode(byte[] content) {
        ByteBuffer in = ByteBuffer.wrap(content);
        AppliedState applied = new AppliedState(in.getLong(), in.getLong(), bytes(in));
        Map<Space, TreeMap<Bytes, Bytes>> spaces = spaces(null);
        for (Space space : Space.values()) {
            for (int i = in.getInt(); i > 0; i--) {
                Bytes key = bytes(in);
                spaces.get(space).put(key, bytes(in));
            }
        }
        return new Image(spaces, applied, flaw);
    }

    @Override
    public View view() {
        fuse.check();
        return now;
    }

    @Override
    public AppliedState applied() {
        fuse.check();
        return now.applied();
    }

    private void requireForward(AppliedState applied) {
        fuse.check();
        boolean back = applied.index() < now.applied().index();
        if (back && flaw != Flaw.APPLIED_GOES_BACK) {
            throw new IllegalArgumentException("applied index " + applied.index() + " goes back");
        }
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        requireForward(applied);
        Map<Space, TreeMap<Bytes, Bytes>> spaces =
                flaw == Flaw.VIEW_CHANGES ? now.spaces() : spaces(now);
        for (Batch.Write write : batch.writes()) {
            if (write.value() == null) {
                spaces.get(write.space()).remove(write.key());
            } else {
                spaces.get(write.space()).put(write.key(), write.value());
            }
        }
        now = new Image(spaces, applied, flaw);
    }

    @Override
    public void sync() {
        fuse.check();
        if (flaw == Flaw.APPLIED_APART_FROM_DATA) {
            write(now.with(new AppliedState(durableIndex, 0, Bytes.EMPTY)));
        }
        if (flaw != Flaw.SYNC_DOES_NOTHING) {
            write(now);
        }
        durableIndex = now.applied().index();
    }

    private void write(Image image) {
        byte[] content = image.encode();
        files.write(FILE, content);
        bytes = content.length;
    }

    @Override
    public long durableIndex() {
        return durableIndex;
    }

    @Override
    public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        requireForward(applied);
        Map<Space, TreeMap<Bytes, Bytes>> spaces = spaces(null);
        if (flaw != Flaw.REPLACE_DROPS_REGIONS) {
            spaces.get(Space.REGIONS).putAll(now.of(Space.REGIONS));
        }
        if (flaw == Flaw.REPLACE_IN_TWO_STEPS) {
            write(new Image(spaces, now.applied(), flaw));
        }
        while (writes.hasNext()) {
            Batch.Write write = writes.next();
            if (write.value() == null || write.space() == Space.REGIONS) {
                throw new IllegalArgumentException("not a put into HISTORY or META: " + write);
            }
            spaces.get(write.space()).put(write.key(), write.value());
        }
        Image next = new Image(spaces, applied, flaw);
        write(next);
        now = next;
        durableIndex = applied.index();
    }

    @Override
    public Usage usage() {
        fuse.check();
        return new Usage(bytes, bytes);
    }

    /** The file never holds more than the pairs: nothing to do. */
    @Override
    public boolean reclaim(long bytes) {
        fuse.check();
        if (flaw == Flaw.RECLAIM_LOSES_A_PAIR) {
            Map<Space, TreeMap<Bytes, Bytes>> spaces = spaces(now);
            spaces.get(Space.META).pollLastEntry();
            now = new Image(spaces, now.applied(), flaw);
        }
        return flaw == Flaw.RECLAIM_WITHOUT_END;
    }
}
