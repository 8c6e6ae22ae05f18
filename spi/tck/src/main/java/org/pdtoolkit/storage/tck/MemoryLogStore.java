package org.pdtoolkit.storage.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.support.Contract;

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
        Contract.requireIndex(index, firstIndex(), lastIndex());
        return entries.get(at(index)).term();
    }

    private int at(long index) {
        return (int) (index - baseIndex - 1);
    }

    @Override
    public List<LogRecord> read(long from, long until, long bytesMax) {
        Contract.requireRange(from, until, firstIndex(), lastIndex());
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
        Contract.requireConsecutive(added, firstIndex(), lastIndex());
        if (!added.isEmpty()) {
            entries.subList(at(added.get(0).index()), entries.size()).clear();
            entries.addAll(added);
        }
        hard = state;
    }

    @Override
    public void compact(long index) {
        requireInitialised();
        Contract.requireIndex(index, baseIndex, lastIndex());
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
