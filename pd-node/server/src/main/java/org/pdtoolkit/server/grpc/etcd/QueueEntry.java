package org.pdtoolkit.server.grpc.etcd;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * One caller's way through the queue of an election or a lock: puts its key and waits for its turn.
 * If it fails or is cancelled on the way the key is deleted again.
 *
 * <p>Thread: any.
 */
final class QueueEntry {
    /**
     * What came of it.
     *
     * @param createRevision of the key
     * @param revision of the store when the key was put or found
     */
    record Held(Bytes key, long lease, long createRevision, long revision) {}

    /** What all entries need. */
    record Tools(
            EtcdKv kv, ReadPool reads, LeaseGrpcService leases, ScheduledExecutorService timer) {
        /** In the name of whoever makes the present call, wherever it goes on. */
        Tools mine() {
            EtcdKv callers = kv.as(CallIdentity.current());
            return new Tools(callers, reads.of(callers), leases, timer);
        }

        CompletableFuture<QueueSession> session(long lease) {
            return QueueSession.open(kv, lease, leases, timer);
        }
    }

    private final Tools tools;
    private final QueueKeys keys;
    private final Bytes value;
    private QueueSession session;
    private QueueTurn turn;
    private Held held;
    private boolean over;

    /**
     * @param value to be found under the key, {@code null} if it does not matter
     */
    QueueEntry(Tools tools, Bytes name, Bytes value) {
        this.tools = tools;
        this.keys = new QueueKeys(name);
        this.value = value;
    }

    /**
     * Enters the queue; completes when it is the caller's turn.
     *
     * @param lease to hang the key on, 0 for one of the server's
     */
    CompletableFuture<Held> enter(long lease) {
        return tools.session(lease)
                .thenCompose(this::putKey)
                .thenCompose(this::proclaim)
                .thenCompose(this::waitForTurn)
                .whenComplete(
                        (result, failure) -> {
                            if (failure == null) {
                                session.close();
                            } else {
                                leave();
                            }
                        });
    }

    /** The caller does not want it any more; nothing happens if it has it already. */
    void cancel() {
        QueueTurn waiting;
        synchronized (this) {
            over = true;
            waiting = turn;
        }
        if (waiting != null) {
            waiting.cancel();
        }
    }

    private CompletableFuture<OpResult.Txn> putKey(QueueSession opened) {
        synchronized (this) {
            session = opened;
        }
        requireWanted();
        Bytes own = keys.own(opened.lease());
        Bytes first = Objects.requireNonNullElse(value, Bytes.EMPTY);
        return tools.kv().txn(QueueKeys.enter(own, first, opened.lease()));
    }

    private CompletableFuture<Held> proclaim(OpResult.Txn entered) {
        long lease = session.lease();
        Bytes own = keys.own(lease);
        KeyValue found =
                entered.succeeded() ? null : ((OpResult.Range) entered.responses().get(0)).first();
        long created = found == null ? entered.revision() : found.createRevision();
        Held mine = new Held(own, lease, created, entered.revision());
        synchronized (this) {
            held = mine;
        }
        if (found == null || value == null || found.value().equals(value)) {
            return CompletableFuture.completedFuture(mine);
        }
        return tools.kv()
                .txn(QueueKeys.proclaim(own, created, value, lease))
                .thenApply(
                        done -> {
                            if (!done.succeeded()) {
                                throw ErrorCatalogue.ETCD_ELECTION_NOT_LEADER
                                        .status()
                                        .asRuntimeException();
                            }
                            return mine;
                        });
    }

    private CompletableFuture<Held> waitForTurn(Held mine) {
        QueueTurn waiting;
        synchronized (this) {
            requireWanted();
            waiting = new QueueTurn(tools.kv(), tools.reads(), keys, mine.createRevision());
            turn = waiting;
        }
        return waiting.await().thenApply(done -> mine);
    }

    private synchronized void requireWanted() {
        if (over) {
            throw new CancellationException("the caller has gone");
        }
    }

    private synchronized void leave() {
        if (held != null) {
            tools.kv().txn(QueueKeys.leave(held.key(), held.createRevision()));
        }
        if (session != null) {
            session.abandon();
        }
    }
}
