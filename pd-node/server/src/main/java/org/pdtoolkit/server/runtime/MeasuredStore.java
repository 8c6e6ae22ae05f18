package org.pdtoolkit.server.runtime;

import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.support.ForwardingOrderedStore;

/** An ordered store whose commits are timed. Thread: as the store's. */
final class MeasuredStore extends ForwardingOrderedStore {
    private final NodeContext context;

    MeasuredStore(OrderedStore store, NodeContext context) {
        super(store);
        this.context = context;
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        long begin = context.now();
        super.commit(batch, applied);
        context.disk().commits().record(context.now() - begin);
    }
}
