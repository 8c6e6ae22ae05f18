package org.pdtoolkit.server.runtime;

import java.util.Iterator;
import java.util.function.LongSupplier;
import org.pdtoolkit.server.observe.Histogram;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/** An ordered store whose commits are timed. Thread: as the store's. */
final class MeasuredStore implements OrderedStore {
    private final OrderedStore store;
    private final LongSupplier nanos;
    private final Histogram commits;

    MeasuredStore(OrderedStore store, LongSupplier nanos, Histogram commits) {
        this.store = store;
        this.nanos = nanos;
        this.commits = commits;
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        long begin = nanos.getAsLong();
        store.commit(batch, applied);
        commits.record(nanos.getAsLong() - begin);
    }

    @Override
    public View view() {
        return store.view();
    }

    @Override
    public AppliedState applied() {
        return store.applied();
    }

    @Override
    public void sync() {
        store.sync();
    }

    @Override
    public long durableIndex() {
        return store.durableIndex();
    }

    @Override
    public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        store.replace(writes, applied);
    }

    @Override
    public Usage usage() {
        return store.usage();
    }

    @Override
    public boolean reclaim(long bytes) {
        return store.reclaim(bytes);
    }
}
