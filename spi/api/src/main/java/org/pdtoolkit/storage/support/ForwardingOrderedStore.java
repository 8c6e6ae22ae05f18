package org.pdtoolkit.storage.support;

import java.util.Iterator;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/**
 * An ordered store that passes every call on to another, for those that change one of them.
 *
 * <p>Thread: as that store's.
 */
public class ForwardingOrderedStore implements OrderedStore {
    /** What the calls go to. */
    protected final OrderedStore inner;

    public ForwardingOrderedStore(OrderedStore inner) {
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
        inner.commit(batch, applied);
    }

    @Override
    public void sync() {
        inner.sync();
    }

    @Override
    public long durableIndex() {
        return inner.durableIndex();
    }

    @Override
    public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        inner.replace(writes, applied);
    }

    @Override
    public Usage usage() {
        return inner.usage();
    }

    @Override
    public boolean reclaim(long bytes) {
        return inner.reclaim(bytes);
    }
}
