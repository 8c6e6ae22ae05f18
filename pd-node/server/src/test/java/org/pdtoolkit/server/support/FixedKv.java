package org.pdtoolkit.server.support;

import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/** A store of fixed content that answers ranges; what only the real one can do, it refuses. */
public final class FixedKv implements ReplicatedKv {
    private final NavigableMap<Bytes, Bytes> pairs = new TreeMap<>();
    public volatile Optional<KvException> failure = Optional.empty();

    public FixedKv with(String key, String value) {
        pairs.put(Bytes.utf8(key), Bytes.utf8(value));
        return this;
    }

    @Override
    public CompletableFuture<OpResult.Range> range(Op.Range range) {
        if (failure.isPresent()) {
            return CompletableFuture.failedFuture(failure.get());
        }
        List<KeyValue> found =
                pairs.entrySet().stream()
                        .filter(pair -> range.range().contains(pair.getKey()))
                        .map(pair -> new KeyValue(pair.getKey(), pair.getValue(), 3, 4, 2, 9))
                        .toList();
        long limit = range.limit() > 0 ? range.limit() : Long.MAX_VALUE;
        return CompletableFuture.completedFuture(
                new OpResult.Range(
                        17,
                        found.stream().limit(limit).toList(),
                        found.size(),
                        found.size() > limit));
    }

    @Override
    public CompletableFuture<OpResult.Put> put(Op.Put put) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<OpResult.Delete> delete(Op.Delete delete) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> leaseRevoke(long id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        throw new UnsupportedOperationException();
    }
}
