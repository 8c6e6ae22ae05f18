package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Context;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.server.port.BackgroundPool;

/**
 * Reads of more than one key, away from the apply thread and the network loops: they take as long
 * as the range is, and may wait for the disk. A single key is read where its barrier completes.
 *
 * <p>Thread: any; futures complete on the pool's threads.
 */
final class ReadPool implements AutoCloseable {
    private static final int QUEUE_MAX = 4_096;

    private final EtcdKv kv;
    private final BackgroundPool threads;

    ReadPool(EtcdKv kv) {
        this(kv, new BackgroundPool("etcd-read", BackgroundPool.halfOfProcessors(2), QUEUE_MAX));
    }

    private ReadPool(EtcdKv kv, BackgroundPool threads) {
        this.kv = kv;
        this.threads = threads;
    }

    /** Another store, or the same in another name, read on the same threads. */
    ReadPool of(EtcdKv other) {
        return new ReadPool(other, threads);
    }

    CompletableFuture<OpResult.Range> range(Op.Range range) {
        if (range.range().key().isEmpty()) {
            // Before the barrier: a bad request is refused without a quorum, too.
            return CompletableFuture.failedFuture(new KvException(KvError.KEY_EMPTY));
        }
        if (range.range().isSingle()) {
            return kv.range(range);
        }
        CompletableFuture<OpResult.Range> answer = new CompletableFuture<>();
        if (range.serializable()) {
            execute(Context.current().wrap(() -> relay(kv.range(range), answer)), answer);
        } else {
            Runnable read =
                    Context.current().wrap(() -> relay(kv.range(range.asSerializable()), answer));
            kv.barrier()
                    .whenComplete(
                            (done, failure) -> {
                                if (failure != null) {
                                    answer.completeExceptionally(failure);
                                } else {
                                    execute(read, answer);
                                }
                            });
        }
        return answer;
    }

    /** Runs {@code read}; if there is no room for it, or it throws, {@code answer} fails. */
    void execute(Runnable read, CompletableFuture<?> answer) {
        threads.execute(read, answer);
    }

    private static <T> void relay(CompletableFuture<T> from, CompletableFuture<T> to) {
        from.whenComplete(
                (value, failure) -> {
                    if (failure != null) {
                        to.completeExceptionally(failure);
                    } else {
                        to.complete(value);
                    }
                });
    }

    @Override
    public void close() {
        threads.close();
    }
}
