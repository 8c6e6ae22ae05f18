package org.pdtoolkit.tests.sim;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;

/** The storage of a member: its writes take time, and the invariants see them. */
final class ObservedStorage implements Storage {
    private final Node node;
    private final Storage storage;
    private final Invariants invariants;
    private final LogStore log;
    private final OrderedStore ordered;

    ObservedStorage(Node node, Storage storage, Invariants invariants) {
        this.node = node;
        this.storage = storage;
        this.invariants = invariants;
        this.log = new Log(storage.log());
        this.ordered = new Ordered(storage.ordered());
        invariants.onOpened(node, log);
    }

    @Override
    public LogStore log() {
        return log;
    }

    @Override
    public SnapshotStore snapshots() {
        return storage.snapshots();
    }

    @Override
    public OrderedStore ordered() {
        return ordered;
    }

    @Override
    public void close() {
        storage.close();
    }

    private final class Log implements LogStore {
        private final LogStore inner;

        Log(LogStore inner) {
            this.inner = inner;
        }

        @Override
        public Optional<Bytes> metadata() {
            return inner.metadata();
        }

        @Override
        public void initialize(Bytes metadata) {
            inner.initialize(metadata);
        }

        @Override
        public HardState hardState() {
            return inner.hardState();
        }

        @Override
        public long firstIndex() {
            return inner.firstIndex();
        }

        @Override
        public long lastIndex() {
            return inner.lastIndex();
        }

        @Override
        public long term(long index) {
            return inner.term(index);
        }

        @Override
        public List<LogRecord> read(long from, long until, long bytesMax) {
            return inner.read(from, until, bytesMax);
        }

        @Override
        public void append(HardState state, List<LogRecord> entries) {
            node.diskTakesTime();
            long termBefore =
                    entries.isEmpty() ? 0 : inner.term(Math.max(0, entries.get(0).index() - 1));
            invariants.onOverwrite(node, inner, entries);
            inner.append(state, entries);
            node.diskTakesTime();
            invariants.onAppend(node, state, termBefore, entries);
        }

        @Override
        public void compact(long index) {
            node.diskTakesTime();
            inner.compact(index);
        }

        @Override
        public void reset(long index, long term, HardState state) {
            node.diskTakesTime();
            inner.reset(index, term, state);
            node.diskTakesTime();
            invariants.onAppend(node, state, 0, List.of());
        }
    }

    private final class Ordered implements OrderedStore {
        private final OrderedStore inner;

        Ordered(OrderedStore inner) {
            this.inner = inner;
        }

        @Override
        public View view() {
            return inner.view();
        }

        @Override
        public AppliedState applied() {
            return inner.applied();
        }

        @Override
        public void commit(Batch batch, AppliedState applied) {
            if (applied.index() > inner.applied().index()) {
                invariants.onApply(node, inner.applied().index(), applied, batch);
            }
            node.diskTakesTime();
            inner.commit(batch, applied);
        }

        @Override
        public void sync() {
            node.diskTakesTime();
            inner.sync();
        }

        @Override
        public long durableIndex() {
            return inner.durableIndex();
        }

        @Override
        public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
            node.diskTakesTime();
            inner.replace(writes, applied);
            invariants.onInstall(node, applied);
            node.diskTakesTime();
        }

        @Override
        public Usage usage() {
            return inner.usage();
        }
    }
}
