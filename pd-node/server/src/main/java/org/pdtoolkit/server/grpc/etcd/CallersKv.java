package org.pdtoolkit.server.grpc.etcd;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * The store in the name of whoever makes the present call: what the services work with. A service
 * that goes on with a call on another thread takes {@link #as} of its {@link CallIdentity} along.
 */
final class CallersKv implements EtcdKv {
    private final EtcdKv kv;

    CallersKv(EtcdKv kv) {
        this.kv = kv;
    }

    private EtcdKv mine() {
        return kv.as(CallIdentity.current());
    }

    @Override
    public EtcdKv as(Identity client) {
        return kv.as(client);
    }

    @Override
    public CompletableFuture<OpResult.Range> range(Op.Range range) {
        return mine().range(range);
    }

    @Override
    public CompletableFuture<OpResult.Put> put(Op.Put put) {
        return mine().put(put);
    }

    @Override
    public CompletableFuture<OpResult.Delete> delete(Op.Delete delete) {
        return mine().delete(delete);
    }

    @Override
    public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
        return mine().txn(txn);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
        return mine().leaseGrant(id, ttl);
    }

    @Override
    public CompletableFuture<Lease> leaseRevoke(long id) {
        return mine().leaseRevoke(id);
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return mine().leaseKeepAlive(id);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return mine().watch(request, listener);
    }

    @Override
    public void requireWatch(KeyRange range) {
        mine().requireWatch(range);
    }

    @Override
    public void watchProgress(Collection<? extends Watch> watches, LongConsumer then) {
        kv.watchProgress(watches, then);
    }

    @Override
    public CompletableFuture<Void> barrier() {
        return kv.barrier();
    }

    @Override
    public long revision() {
        return kv.revision();
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        return mine().compact(revision, physical);
    }

    @Override
    public CompletableFuture<LeaseStatus> leaseTimeToLive(long id, boolean withKeys) {
        return mine().leaseTimeToLive(id, withKeys);
    }

    @Override
    public List<Long> leases() {
        return mine().leases();
    }
}
