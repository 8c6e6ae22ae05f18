package org.pdtoolkit.server.grpc.etcd;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * Waits, with no thread, until everybody is gone who came before a caller: each waits for the one
 * right in front of it alone, so that one leaving wakes one.
 *
 * <p>Thread: any; {@link #done} completes where the store or the watch answers.
 */
final class QueueTurn {
    private final EtcdKv kv;
    private final ReadPool reads;
    private final QueueKeys keys;
    private final long createRevision;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private ReplicatedKv.Watch watch;

    /**
     * @param createRevision of the caller's own key
     */
    QueueTurn(EtcdKv kv, ReadPool reads, QueueKeys keys, long createRevision) {
        this.kv = kv;
        this.reads = reads;
        this.keys = keys;
        this.createRevision = createRevision;
    }

    /** Completes when it is the caller's turn, or exceptionally when that cannot be found out. */
    CompletableFuture<Void> await() {
        look();
        return done;
    }

    /** Stops to wait; {@link #await} never completes then. */
    synchronized void cancel() {
        done.cancel(false);
        stopWatch();
    }

    private void look() {
        reads.range(keys.lastUpTo(createRevision - 1))
                .whenComplete(
                        (found, failure) -> {
                            if (failure != null) {
                                done.completeExceptionally(failure);
                            } else if (found.first() == null) {
                                done.complete(null);
                            } else {
                                follow(found);
                            }
                        });
    }

    private synchronized void follow(OpResult.Range found) {
        if (done.isDone()) {
            return;
        }
        Bytes ahead = found.first().key();
        WatchRequest deletion =
                new WatchRequest(KeyRange.single(ahead), found.revision() + 1, false, true, false);
        watch =
                kv.watch(
                        deletion,
                        new WatchListener() {
                            @Override
                            public void onEvents(long revision, List<Event> events) {
                                gone();
                            }

                            @Override
                            public void onCompacted(long compactRevision) {
                                gone();
                            }
                        });
    }

    /** The one in front is not there any more, or may not be. */
    private void gone() {
        synchronized (this) {
            stopWatch();
        }
        look();
    }

    private void stopWatch() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }
}
