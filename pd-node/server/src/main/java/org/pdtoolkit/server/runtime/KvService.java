package org.pdtoolkit.server.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.kv.lease.LeaseIds;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.kv.machine.Outcome;
import org.pdtoolkit.kv.txn.OpCheck;

/**
 * The replicated store of this member: writes through Raft, reads behind a read-index barrier.
 *
 * <p>Futures complete on the apply thread, or on the timer thread when time runs out.
 */
final class KvService implements ReplicatedKv {
    private final NodeContext context;
    private final ConsensusLoop consensus;
    private final ApplyLoop apply;
    private final KvMachine machine;
    private final GroupState state;

    /**
     * Random at first: a request of this run must not be taken for one of an earlier run whose
     * entry is replayed.
     */
    private final AtomicLong nextRequest;

    private final LeaseIds leaseIds;

    /** By a running number, so that a simulated run ends them in the same order again. */
    private final ConcurrentMap<Long, Deadline> deadlines = new ConcurrentHashMap<>();

    private final AtomicLong nextDeadline = new AtomicLong();
    private volatile boolean stopped;

    private record Deadline(long nanos, CompletableFuture<?> future) {}

    KvService(
            NodeContext context,
            ConsensusLoop consensus,
            ApplyLoop apply,
            KvMachine machine,
            GroupState state,
            LeaseIds leaseIds) {
        this.context = context;
        this.consensus = consensus;
        this.apply = apply;
        this.machine = machine;
        this.state = state;
        this.leaseIds = leaseIds;
        this.nextRequest = new AtomicLong(context.random().nextLong());
    }

    @Override
    public CompletableFuture<OpResult.Range> range(Op.Range range) {
        return checked(() -> read(range.serializable(), () -> machine.range(range)), range);
    }

    @Override
    public CompletableFuture<OpResult.Put> put(Op.Put put) {
        return checked(() -> write(put).thenApply(OpResult.Put.class::cast), put);
    }

    @Override
    public CompletableFuture<OpResult.Delete> delete(Op.Delete delete) {
        return checked(() -> write(delete).thenApply(OpResult.Delete.class::cast), delete);
    }

    @Override
    public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
        if (!OpCheck.readOnly(txn)) {
            return checked(() -> write(txn).thenApply(OpResult.Txn.class::cast), txn);
        }
        return checked(() -> read(OpCheck.serializable(txn), () -> machine.read(txn)), txn);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
        long chosen = id != 0 ? id : leaseIds.next();
        return lease(new Command.LeaseGrant(chosen, ttl));
    }

    @Override
    public CompletableFuture<Lease> leaseRevoke(long id) {
        return lease(new Command.LeaseRevoke(id));
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        CompletableFuture<Lease> answer = new CompletableFuture<>();
        watchDeadline(answer);
        boolean queued =
                apply.offer(
                        () -> {
                            // A leader that has lost its quorum must not keep leases alive.
                            if (context.now() > state.quorumDeadlineNanos()) {
                                answer.completeExceptionally(new KvException(KvError.NOT_LEADER));
                                return;
                            }
                            try {
                                long ttl = apply.renewLease(id);
                                answer.complete(new Lease(id, ttl, machine.revision()));
                            } catch (KvException e) {
                                answer.completeExceptionally(e);
                            }
                        });
        if (!queued) {
            answer.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
        return answer;
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return machine.watch(request, listener);
    }

    /** Forgets the history below {@code revision}. */
    CompletableFuture<Outcome> compact(long revision) {
        return command(new Command.Compact(revision));
    }

    /**
     * Revokes a lease that has run out by the clock of the leader of {@code term}; does nothing
     * once that leadership is over, since a later leader may have renewed the lease.
     */
    void revokeExpired(long id, long term) {
        propose(Envelope.Kind.KV, new Command.LeaseRevoke(id).encode(), term);
    }

    /** Proposes an entry of another kind than a command. */
    CompletableFuture<Outcome> propose(Envelope.Kind kind, Bytes payload) {
        return propose(kind, payload, ConsensusLoop.ANY_TERM);
    }

    private CompletableFuture<Outcome> propose(Envelope.Kind kind, Bytes payload, long term) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        long request = nextRequest.incrementAndGet();
        if (payload.size() + Envelope.HEADER_BYTES > context.options().requestBytesMax()) {
            future.completeExceptionally(new KvException(KvError.REQUEST_TOO_LARGE));
            return future;
        }
        apply.await(request, future);
        watchDeadline(future);
        consensus.propose(new Envelope(kind, request, payload).encode(), future, term);
        return future;
    }

    /** Ends what has waited too long. Thread: timer. */
    void expire() {
        long now = context.now();
        for (Deadline deadline : deadlines.values()) {
            if (now - deadline.nanos() >= 0) {
                deadline.future().completeExceptionally(new KvException(KvError.TIMEOUT));
            }
        }
    }

    /** Ends everything that waits, and whatever is asked from now on. */
    void stop() {
        stopped = true;
        KvException reason = new KvException(KvError.STOPPED);
        deadlines.values().forEach(d -> d.future().completeExceptionally(reason));
    }

    private void watchDeadline(CompletableFuture<?> future) {
        long timeout = TimeUnit.MILLISECONDS.toNanos(context.options().requestTimeoutMillis());
        long number = nextDeadline.incrementAndGet();
        deadlines.put(number, new Deadline(context.now() + timeout, future));
        future.whenComplete((result, failure) -> deadlines.remove(number));
        if (stopped) {
            future.completeExceptionally(new KvException(KvError.STOPPED));
        }
    }

    private <T> CompletableFuture<T> checked(Supplier<CompletableFuture<T>> call, Op op) {
        try {
            machine.check(op);
            return call.get();
        } catch (KvException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> CompletableFuture<T> read(boolean local, Supplier<T> read) {
        if (local) {
            return CompletableFuture.completedFuture(read.get());
        }
        CompletableFuture<Void> barrier = consensus.readBarrier();
        watchDeadline(barrier);
        return barrier.thenApply(done -> read.get());
    }

    private CompletableFuture<OpResult> write(Op op) {
        return command(new Command.Write(op)).thenApply(done -> ((Outcome.Done) done).result());
    }

    private CompletableFuture<Lease> lease(Command command) {
        return command(command).thenApply(leased -> ((Outcome.Leased) leased).lease());
    }

    private CompletableFuture<Outcome> command(Command command) {
        return propose(Envelope.Kind.KV, command.encode()).thenApply(KvService::accepted);
    }

    private static Outcome accepted(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            throw new KvException(refused.error());
        }
        return outcome;
    }
}
