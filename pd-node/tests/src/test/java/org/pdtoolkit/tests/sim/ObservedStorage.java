package org.pdtoolkit.tests.sim;

import java.util.Iterator;
import java.util.List;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.support.ForwardingOrderedStore;

/** The storage of a member: its writes take time, and the invariants see them. */
final class ObservedStorage {
    private final Node node;
    private final Invariants invariants;

    private ObservedStorage(Node node, Invariants invariants) {
        this.node = node;
        this.invariants = invariants;
    }

    static Storage of(Node node, Storage storage, Invariants invariants) {
        ObservedStorage observed = new ObservedStorage(node, invariants);
        Log log = observed.new Log(storage.log());
        invariants.onOpened(node, log);
        invariants.onStored(node, storage.ordered(), null);
        return new Forwarding.Parts(log, observed.new Ordered(storage.ordered()), storage);
    }

    private final class Log extends Forwarding.Log {
        Log(LogStore inner) {
            super(inner);
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

    private final class Ordered extends ForwardingOrderedStore {
        Ordered(OrderedStore inner) {
            super(inner);
        }

        @Override
        public void commit(Batch batch, AppliedState applied) {
            if (applied.index() > inner.applied().index()) {
                invariants.onApply(node, inner.applied().index(), applied, batch);
            }
            node.diskTakesTime();
            inner.commit(batch, applied);
            invariants.onStored(node, inner, batch);
        }

        @Override
        public void sync() {
            node.diskTakesTime();
            inner.sync();
        }

        @Override
        public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
            node.diskTakesTime();
            inner.replace(writes, applied);
            invariants.onInstall(node, applied);
            invariants.onStored(node, inner, null);
            node.diskTakesTime();
        }
    }
}
