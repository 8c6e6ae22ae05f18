package org.pdtoolkit.server.runtime;

import java.util.Iterator;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/** An ordered store whose commits are timed. Thread: as the store's. */
final class MeasuredStore implements OrderedStore {
    private final OrderedStore store;
    private final NodeContext context;

    MeasuredStore(OrderedStore store, NodeContext context) {
        this.store = store;
        this.context = context;
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        long begin = context.now();
        store.commit(batch, applied);
        context.disk().commits().record(context.now() - begin);
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
