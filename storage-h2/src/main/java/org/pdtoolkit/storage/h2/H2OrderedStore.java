package org.pdtoolkit.storage.h2;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.RootReference;
import org.h2.mvstore.type.LongDataType;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.support.Contract;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The applied state in {@code state.h2}: a map for each space, and beside them one record.
 *
 * <pre>
 * space.1.G   HISTORY of generation G: key → value
 * space.2.G   META of generation G
 * space.3.0   REGIONS
 * state       0 → applied index 8 | applied term 8 | generation 8 | encoded members
 * </pre>
 *
 * <p>A commit changes the maps in memory; a version is saved when the changes grow large, and by
 * {@link #sync}. A replacement fills maps of the next generation, a bounded version at a time,
 * which nobody sees until the last version names that generation; maps of other generations are
 * removed.
 *
 * <p>Thread: one owner; {@link #view}, {@link #applied}, {@link #durableIndex} and {@link #usage}
 * by anyone.
 */
final class H2OrderedStore implements OrderedStore {
    private static final long RECORD = 0;
    private static final int MEMBERS = 24;

    private final VersionedStore store;
    private final Fuse fuse;
    private final MVMap<Long, Bytes> records;
    private final Map<Space, MVMap<Bytes, Bytes>> maps = new EnumMap<>(Space.class);
    private long generation;
    private volatile Image image;
    private volatile long durableIndex;

    /** What a view shows. */
    record Image(AppliedState applied, Map<Space, RootReference<Bytes, Bytes>> roots) {}

    private H2OrderedStore(VersionedStore store, Fuse fuse) {
        this.store = store;
        this.fuse = fuse;
        this.records = store.map("state", LongDataType.INSTANCE, BytesType.INSTANCE);
    }

    static H2OrderedStore open(Path path, Setup setup) {
        return VersionedStore.open(
                path,
                setup,
                setup.options().cacheBytes(),
                versioned -> {
                    H2OrderedStore opened = new H2OrderedStore(versioned, setup.fuse());
                    opened.load();
                    return opened;
                });
    }

    private void load() {
        AppliedState applied = AppliedState.NONE;
        Bytes encoded = records.get(RECORD);
        if (encoded != null) {
            ByteBuffer bytes = encoded.asByteBuffer();
            long index = bytes.getLong();
            long term = bytes.getLong();
            generation = bytes.getLong();
            byte[] members = new byte[bytes.remaining()];
            bytes.get(members);
            applied = new AppliedState(index, term, Bytes.wrap(members));
        }
        openMaps();
        removeOtherGenerations();
        publish(applied);
        durableIndex = applied.index();
    }

    private static Bytes encode(AppliedState applied, long generation) {
        ByteBuffer bytes = ByteBuffer.allocate(MEMBERS + applied.confState().size());
        bytes.putLong(applied.index()).putLong(applied.term()).putLong(generation);
        return Bytes.wrap(bytes.put(applied.confState().asByteBuffer()).array());
    }

    private void openMaps() {
        for (Space space : Space.values()) {
            maps.put(space, open(space, generation));
        }
    }

    private MVMap<Bytes, Bytes> open(Space space, long ofGeneration) {
        return store.map(name(space, ofGeneration), BytesType.INSTANCE, BytesType.INSTANCE);
    }

    private static String name(Space space, long generation) {
        return "space." + space.id() + "." + (space == Space.REGIONS ? 0 : generation);
    }

    /** What a replacement has left behind. */
    private void removeOtherGenerations() {
        for (String name : store.store().getMapNames()) {
            boolean current = false;
            for (Space space : Space.values()) {
                current |= name.equals(name(space, generation));
            }
            if (name.startsWith("space.") && !current) {
                // Opened with its types first: MVStore would take others.
                store.store().removeMap(store.map(name, BytesType.INSTANCE, BytesType.INSTANCE));
            }
        }
    }

    private void publish(AppliedState applied) {
        Map<Space, RootReference<Bytes, Bytes>> roots = new EnumMap<>(Space.class);
        maps.forEach((space, map) -> roots.put(space, map.getRoot()));
        image = new Image(applied, roots);
    }

    /**
     * Registered first: from then on no page is given away that is in use now or later, so the
     * image may be of any moment after.
     */
    @Override
    public View view() {
        fuse.check();
        MVStore mvstore = store.store();
        MVStore.TxCounter usage = mvstore.registerVersionUsage();
        return new H2View(store, fuse, image, usage);
    }

    @Override
    public AppliedState applied() {
        fuse.check();
        return image.applied();
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        fuse.check();
        Contract.requireForward(image.applied(), applied);
        if (store.wantsSave()) {
            save(); // before the batch, so that FULL refuses it as a whole
        }
        try {
            for (Batch.Write write : batch.writes()) {
                MVMap<Bytes, Bytes> map = maps.get(write.space());
                if (write.value() == null) {
                    map.remove(write.key());
                } else {
                    map.put(write.key(), write.value());
                }
            }
            records.put(RECORD, encode(applied, generation));
        } catch (RuntimeException e) {
            throw store.broken("commit", e);
        }
        publish(applied);
    }

    private void save() {
        store.save();
        durableIndex = image.applied().index();
    }

    @Override
    public void sync() {
        fuse.check();
        save();
    }

    @Override
    public long durableIndex() {
        return durableIndex;
    }

    @Override
    public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        fuse.check();
        long next = generation + 1;
        boolean done = false;
        try {
            Map<Space, MVMap<Bytes, Bytes>> filled = new EnumMap<>(Space.class);
            filled.put(Space.HISTORY, open(Space.HISTORY, next));
            filled.put(Space.META, open(Space.META, next));
            while (writes.hasNext()) {
                Batch.Write write = writes.next();
                Contract.requireReplacement(write);
                filled.get(write.space()).put(write.key(), write.value());
                if (store.wantsSave()) {
                    save();
                }
            }
            records.put(RECORD, encode(applied, next));
            store.save();
            done = true;
        } catch (MVStoreException e) {
            throw store.broken("replace", e);
        } finally {
            if (!done && !fuse.blown()) {
                records.put(RECORD, encode(image.applied(), generation));
                removeOtherGenerations();
            }
        }
        generation = next;
        openMaps();
        publish(applied);
        durableIndex = applied.index();
        removeOtherGenerations();
    }

    @Override
    public boolean reclaim(long bytes) {
        fuse.check();
        save();
        return store.reclaim(bytes);
    }

    @Override
    public Usage usage() {
        fuse.check();
        return new Usage(store.liveBytes(), store.bytesOnDisk());
    }

    /** Makes everything durable that is committed. Errors: FULL, FAILED. */
    void flush() {
        save();
    }

    /** Lets go of the files. Errors: FAILED. */
    void close() {
        store.close();
    }

    /** Lets go of the files without writing. */
    void abandon() {
        store.closeFile();
    }
}
