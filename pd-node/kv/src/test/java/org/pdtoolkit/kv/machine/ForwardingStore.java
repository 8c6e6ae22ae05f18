package org.pdtoolkit.kv.machine;

import java.util.Iterator;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/** Passes every call on, for tests that change one. */
class ForwardingStore implements OrderedStore {
    private final OrderedStore store;

    ForwardingStore(OrderedStore store) {
        this.store = store;
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
    public void commit(Batch batch, AppliedState applied) {
        store.commit(batch, applied);
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
}
