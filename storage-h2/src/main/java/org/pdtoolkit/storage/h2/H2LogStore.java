package org.pdtoolkit.storage.h2;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.type.LongDataType;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.Contract;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The Raft log in {@code log.h2}: a map from index to entry, and beside it one record.
 *
 * <pre>
 * entries   index → term, kind, data
 * log       0     → term 8 | vote 8 | commit 8 | base index 8 | base term 8 | metadata
 * </pre>
 *
 * <p>Each call that writes is one durable version of both. Compaction moves the base at once and
 * removes the entries behind it a few with each later call. When there is no room, the store goes
 * back to its durable version.
 *
 * <p>Thread: one owner.
 */
final class H2LogStore implements LogStore {
    private static final long RECORD = 0;
    private static final int METADATA = 40;

    /** Compacted entries removed with each call. */
    private static final int REMOVED_PER_CALL = 1024;

    private final VersionedStore store;
    private final Fuse fuse;

    private MVMap<Long, EntryType.Entry> entries;
    private MVMap<Long, Bytes> records;
    private Log log;
    private long last;
    private long lowestStored;

    /** Everything of the log but its entries. */
    private record Log(Bytes metadata, HardState hard, long base, long baseTerm) {
        static final Log NEW = new Log(null, HardState.EMPTY, 0, 0);

        Bytes encode() {
            ByteBuffer bytes = ByteBuffer.allocate(METADATA + metadata.size());
            bytes.putLong(hard.term()).putLong(hard.vote()).putLong(hard.commit());
            bytes.putLong(base).putLong(baseTerm).put(metadata.asByteBuffer());
            return Bytes.wrap(bytes.array());
        }

        static Log decode(Bytes encoded) {
            ByteBuffer bytes = encoded.asByteBuffer();
            HardState hard = new HardState(bytes.getLong(), bytes.getLong(), bytes.getLong());
            long base = bytes.getLong();
            long baseTerm = bytes.getLong();
            byte[] metadata = new byte[bytes.remaining()];
            bytes.get(metadata);
            return new Log(Bytes.wrap(metadata), hard, base, baseTerm);
        }
    }

    private H2LogStore(VersionedStore store, Fuse fuse) {
        this.store = store;
        this.fuse = fuse;
    }

    static H2LogStore open(Path path, Setup setup, long cacheBytes) {
        return VersionedStore.open(
                path,
                setup,
                cacheBytes,
                versioned -> {
                    H2LogStore opened = new H2LogStore(versioned, setup.fuse());
                    opened.load();
                    return opened;
                });
    }

    private void load() {
        entries = store.map("entries", LongDataType.INSTANCE, EntryType.INSTANCE);
        records = store.map("log", LongDataType.INSTANCE, BytesType.INSTANCE);
        Bytes encoded = records.get(RECORD);
        log = encoded == null ? Log.NEW : Log.decode(encoded);
        Long highest = entries.lastKey();
        last = highest == null ? log.base() : Math.max(highest, log.base());
        Long lowest = entries.firstKey();
        lowestStored = lowest == null ? last + 1 : lowest;
    }

    @Override
    public Optional<Bytes> metadata() {
        fuse.check();
        return Optional.ofNullable(log.metadata());
    }

    @Override
    public void initialize(Bytes metadata) {
        fuse.check();
        if (log.metadata() != null) {
            throw new IllegalStateException("log is already initialised");
        }
        if (metadata == null) {
            throw new IllegalArgumentException("metadata is missing");
        }
        write(new Log(metadata, HardState.EMPTY, 0, 0), 0, () -> {});
    }

    @Override
    public HardState hardState() {
        fuse.check();
        return log.hard();
    }

    @Override
    public long firstIndex() {
        fuse.check();
        return log.base() + 1;
    }

    @Override
    public long lastIndex() {
        fuse.check();
        return last;
    }

    @Override
    public long term(long index) {
        fuse.check();
        Contract.requireIndex(index, log.base(), last);
        if (index == log.base()) {
            return log.baseTerm();
        }
        try {
            return present(index, entries.get(index)).term();
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
    }

    private EntryType.Entry present(long index, EntryType.Entry entry) {
        if (entry == null) {
            throw Fuse.corrupt(store.path(), BlockFile.HEADER, "no entry", "entry " + index);
        }
        return entry;
    }

    @Override
    public List<LogRecord> read(long from, long until, long bytesMax) {
        fuse.check();
        Contract.requireRange(from, until, firstIndex(), last);
        List<LogRecord> read = new ArrayList<>();
        long bytes = 0;
        try {
            Cursor<Long, EntryType.Entry> cursor = entries.cursor(from);
            for (long i = from; i < until && bytes <= bytesMax; i++) {
                boolean there = cursor.hasNext() && cursor.next() == i;
                LogRecord entry = present(i, there ? cursor.getValue() : null).at(i);
                read.add(entry);
                bytes += entry.data().size();
            }
        } catch (RuntimeException e) {
            throw store.translate("read", e);
        }
        return read;
    }

    @Override
    public void append(HardState state, List<LogRecord> appended) {
        requireInitialised();
        Contract.requireConsecutive(appended, firstIndex(), last);
        long newLast = appended.isEmpty() ? last : appended.get(appended.size() - 1).index();
        write(
                new Log(log.metadata(), state, log.base(), log.baseTerm()),
                newLast,
                () -> {
                    for (LogRecord entry : appended) {
                        entries.put(entry.index(), EntryType.Entry.of(entry));
                    }
                    for (long i = last; i > newLast; i--) {
                        entries.remove(i);
                    }
                });
    }

    @Override
    public void compact(long index) {
        requireInitialised();
        Contract.requireIndex(index, log.base(), last);
        if (index > log.base()) {
            write(new Log(log.metadata(), log.hard(), index, term(index)), last, () -> {});
        }
    }

    @Override
    public void reset(long index, long term, HardState state) {
        requireInitialised();
        if (index < 0) {
            throw new IllegalArgumentException("base index " + index);
        }
        write(new Log(log.metadata(), state, index, term), index, entries::clear);
    }

    /** One durable version; on an error nothing has changed. */
    private void write(Log next, long newLast, Runnable change) {
        try {
            change.run();
            long lowest = removeCompacted(next.base());
            records.put(RECORD, next.encode());
            store.save();
            lowestStored = lowest;
        } catch (StorageException.Full e) {
            store.discard();
            load();
            throw e;
        } catch (RuntimeException e) {
            throw store.broken("write", e);
        }
        log = next;
        last = newLast;
    }

    /** Returns the lowest index that may still be stored. */
    private long removeCompacted(long base) {
        long until = Math.min(base + 1, lowestStored + REMOVED_PER_CALL);
        for (long i = lowestStored; i < until; i++) {
            entries.remove(i);
        }
        return entries.isEmpty() ? base + 1 : Math.max(lowestStored, until);
    }

    private void requireInitialised() {
        fuse.check();
        if (log.metadata() == null) {
            throw new IllegalStateException("log is not initialised");
        }
    }

    /** Lets go of the files; the log is durable at any time. Errors: FAILED. */
    void close() {
        store.close();
    }

    /** Lets go of the files without writing. */
    void abandon() {
        store.closeFile();
    }
}
