package org.pdtoolkit.storage.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;

/** The log as a list. Thread: one owner. */
final class MemoryLogStore implements LogStore {
    private final Runnable check;
    private final List<LogRecord> entries = new ArrayList<>();
    private Bytes metadata;
    private HardState hard = HardState.EMPTY;
    private long baseIndex;
    private long baseTerm;

    MemoryLogStore(Runnable check) {
        this.check = check;
    }

    @Override
    public Optional<Bytes> metadata() {
        check.run();
        return Optional.ofNullable(metadata);
    }

    @Override
    public void initialize(Bytes newMetadata) {
        check.run();
        if (metadata != null) {
            throw new IllegalStateException("log is already initialised");
        }
        metadata = newMetadata;
    }

    @Override
    public HardState hardState() {
        check.run();
        return hard;
    }

    @Override
    public long firstIndex() {
        check.run();
        return baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        check.run();
        return baseIndex + entries.size();
    }

    @Override
    public long term(long index) {
        if (index == baseIndex) {
            return baseTerm;
        }
        if (index < firstIndex() || index > lastIndex()) {
            throw new IndexOutOfBoundsException("index " + index);
        }
        return entries.get(at(index)).term();
    }

    private int at(long index) {
        return (int) (index - baseIndex - 1);
    }

    @Override
    public List<LogRecord> read(long from, long until, long bytesMax) {
        if (from < firstIndex() || until < from || until > lastIndex() + 1) {
            throw new IndexOutOfBoundsException("[" + from + ", " + until + ")");
        }
        List<LogRecord> read = new ArrayList<>();
        long bytes = 0;
        for (long i = from; i < until && bytes <= bytesMax; i++) {
            LogRecord entry = entries.get(at(i));
            read.add(entry);
            bytes += entry.data().size();
        }
        return read;
    }

    @Override
    public void append(HardState state, List<LogRecord> added) {
        requireInitialised();
        if (!added.isEmpty()) {
            long first = added.get(0).index();
            if (first < firstIndex() || first > lastIndex() + 1) {
                throw new IllegalArgumentException("first index " + first);
            }
            for (int i = 0; i < added.size(); i++) {
                if (added.get(i).index() != first + i) {
                    throw new IllegalArgumentException("index " + added.get(i).index());
                }
            }
            entries.subList(at(first), entries.size()).clear();
            entries.addAll(added);
        }
        hard = state;
    }

    @Override
    public void compact(long index) {
        requireInitialised();
        if (index < baseIndex || index > lastIndex()) {
            throw new IndexOutOfBoundsException("index " + index);
        }
        long term = term(index);
        entries.subList(0, (int) (index - baseIndex)).clear();
        baseIndex = index;
        baseTerm = term;
    }

    @Override
    public void reset(long index, long term, HardState state) {
        requireInitialised();
        entries.clear();
        baseIndex = index;
        baseTerm = term;
        hard = state;
    }

    private void requireInitialised() {
        check.run();
        if (metadata == null) {
            throw new IllegalStateException("log is not initialised");
        }
    }
}
