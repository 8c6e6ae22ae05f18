package org.pdtoolkit.server.runtime;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.kv.auth.OpAccess;
import org.pdtoolkit.kv.lease.LeaseIds;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.kv.machine.Outcome;
import org.pdtoolkit.kv.txn.OpCheck;
import org.pdtoolkit.kv.txn.OpCost;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;

/**
 * The replicated store of this member: writes through Raft, reads behind a read-index barrier.
 *
 * <p>Futures complete on the apply thread, or on the timer thread when time runs out.
 */
final class KvService implements EtcdKv {
    /** Committed entries not yet applied above which clients' writes are refused (etcd). */
    private static final long APPLY_LAG_MAX = 5_000;

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
    private final Deadlines deadlines;

    /** Whether writes wait for a leader. */
    private final boolean patient;

    /** In whose name requests are made; {@code null} for this program itself. */
    private final Identity client;

    private final AtomicReference<StoreQuota> quota;

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
        this.deadlines = new Deadlines(context);
        this.patient = false;
        this.client = null;
        this.quota = new AtomicReference<>();
    }

    private KvService(KvService other, Identity client) {
        this.context = other.context;
        this.consensus = other.consensus;
        this.apply = other.apply;
        this.machine = other.machine;
        this.state = other.state;
        this.leaseIds = other.leaseIds;
        this.nextRequest = other.nextRequest;
        this.deadlines = other.deadlines;
        this.patient = true;
        this.client = client;
        this.quota = other.quota;
    }

    /** The same store for callers whose writes wait for a leader. */
    KvService patientView() {
        return new KvService(this, null);
    }

    @Override
    public KvService as(Identity newClient) {
        return new KvService(this, newClient);
    }

    /** Sets what clients' requests must fit into. To be called once, before the node starts. */
    void limit(StoreQuota newQuota) {
        quota.set(newQuota);
    }

    @Override
    public CompletableFuture<OpResult.Range> range(Op.Range range) {
        return checked(() -> read(range.serializable(), range, () -> machine.range(range)), range);
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
        return checked(() -> read(OpCheck.serializable(txn), txn, () -> machine.read(txn)), txn);
    }

    @Override
    public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
        try {
            requireSpace(OpCost.LEASE_BYTES);
        } catch (KvException e) {
            return CompletableFuture.failedFuture(e);
        }
        long chosen = id != 0 ? id : leaseIds.next();
        return lease(new Command.LeaseGrant(chosen, patient ? Math.max(ttl, ttlMin()) : ttl));
    }

    /**
     * Shortest lease of etcd's clients, in seconds: one and a half election timeouts, rounded up.
     * Here and not where leases are granted, since members may differ in it.
     */
    private long ttlMin() {
        return (3 * context.options().electionTimeoutMillis() + 1_999) / 2_000;
    }

    @Override
    public CompletableFuture<Lease> leaseRevoke(long id) {
        return lease(new Command.LeaseRevoke(id));
    }

    @Override
    public CompletableFuture<Lease> leaseKeepAlive(long id) {
        return asLeader(
                () -> {
                    requireAccess(access -> access.requireLeaseWrite(id));
                    return new Lease(id, apply.renewLease(id), machine.revision());
                });
    }

    /** Answers on the apply thread, behind what was applied before, if this member leads. */
    private <T> CompletableFuture<T> asLeader(Supplier<T> look) {
        CompletableFuture<T> answer = new CompletableFuture<>();
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
                                answer.complete(look.get());
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
    public void requireWatch(KeyRange range) {
        requireAccess(access -> access.requireRead(range));
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        requireWatch(request.range());
        return machine.watch(request, listener);
    }

    @Override
    public void watchProgress(Collection<? extends Watch> watches, LongConsumer then) {
        machine.watches().progress(watches, then);
    }

    @Override
    public CompletableFuture<Void> barrier() {
        CompletableFuture<Void> barrier = consensus.readBarrier();
        watchDeadline(barrier);
        return barrier;
    }

    CompletableFuture<Void> awaitApplied(long index) {
        CompletableFuture<Void> applied = new CompletableFuture<>();
        watchDeadline(applied);
        apply.awaitIndex(index, applied);
        return applied;
    }

    @Override
    public long revision() {
        return machine.revision();
    }

    @Override
    public CompletableFuture<Long> compact(long revision, boolean physical) {
        CompletableFuture<Long> marked =
                command(new Command.Compact(revision))
                        .thenApply(outcome -> ((Outcome.Compacted) outcome).revision());
        return physical ? marked.thenCompose(this::afterDeletion) : marked;
    }

    private CompletableFuture<Long> afterDeletion(long revision) {
        CompletableFuture<Void> deleted = new CompletableFuture<>();
        watchDeadline(deleted);
        apply.awaitCompaction(deleted);
        return deleted.thenApply(done -> revision);
    }

    @Override
    public CompletableFuture<LeaseStatus> leaseTimeToLive(long id, boolean withKeys) {
        return asLeader(
                () -> {
                    requireAccess(
                            access -> {
                                if (withKeys) {
                                    access.requireLeaseRead(id);
                                } else {
                                    access.requireUser();
                                }
                            });
                    return apply.leaseStatus(id, withKeys);
                });
    }

    @Override
    public List<Long> leases() {
        List<Long> ids = machine.leases().ids();
        requireAccess(
                access -> {
                    access.requireUser();
                    ids.forEach(access::requireLeaseRead);
                });
        return ids;
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
        return propose(kind, payload, Proposal.ANY_TERM);
    }

    private CompletableFuture<Outcome> propose(Envelope.Kind kind, Bytes payload, long term) {
        if (payload.size() + Envelope.HEADER_BYTES > context.options().requestBytesMax()) {
            return CompletableFuture.failedFuture(new KvException(KvError.REQUEST_TOO_LARGE));
        }
        if (patient && state.committedIndex() - state.appliedIndex() > APPLY_LAG_MAX) {
            return CompletableFuture.failedFuture(new KvException(KvError.TOO_MANY_REQUESTS));
        }
        long request = nextRequest.incrementAndGet();
        byte[] data = new Envelope(kind, request, payload).encode();
        Proposal proposal = new Proposal(data, term, patient, context.now());
        return send(request, proposal);
    }

    private Proposal send(long request, Proposal proposal) {
        apply.await(request, proposal);
        deadlines.watch(proposal, () -> overdue(proposal));
        consensus.propose(proposal);
        return proposal;
    }

    private KvError overdue(Proposal proposal) {
        if (!proposal.patient()) {
            return KvError.TIMEOUT;
        }
        if (!proposal.proposed()) {
            return KvError.NOT_PROPOSED;
        }
        long electionNanos = context.options().electionTimeoutMillis() * 1_000_000L;
        return state.beganUnderLostLeader(proposal.startNanos(), electionNanos)
                ? KvError.TIMEOUT_LEADER_FAILED
                : KvError.TIMEOUT;
    }

    /** Proposes a membership change; completes when it is applied here, or refused. */
    CompletableFuture<Outcome> change(ChangeType type, long id, Member member, int learnersMax) {
        long request = nextRequest.incrementAndGet();
        byte[] carried = new MemberChange(request, learnersMax, member).encode();
        Proposal proposal = new Proposal(ConfChange.of(type, id, carried), context.now());
        return send(request, proposal).thenApply(KvService::accepted);
    }

    /** Ends what has waited too long. Thread: timer. */
    void expire() {
        deadlines.expire();
    }

    /** Ends everything that waits, and whatever is asked from now on. */
    void stop() {
        deadlines.stop();
    }

    private void watchDeadline(CompletableFuture<?> future) {
        deadlines.watch(future, () -> KvError.TIMEOUT);
    }

    private <T> CompletableFuture<T> checked(Supplier<CompletableFuture<T>> call, Op op) {
        try {
            requireSpace(OpCost.of(op));
            machine.check(op);
            return call.get();
        } catch (KvException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> CompletableFuture<T> read(boolean local, Op op, Supplier<T> read) {
        if (local) {
            return CompletableFuture.completedFuture(readNow(op, read));
        }
        return barrier().thenApply(done -> readNow(op, read));
    }

    /** Nothing is shown that a change of permissions has overtaken meanwhile. */
    private <T> T readNow(Op op, Supplier<T> read) {
        AuthView before = machine.auth();
        requireAccess(access -> access.require(op));
        T result = read.get();
        if (client != null && before.enabled() && machine.auth().revision() != before.revision()) {
            throw new KvException(KvError.AUTH_OLD_REVISION);
        }
        return result;
    }

    /** Checks what the client may do as of now; this program itself may do everything. */
    private void requireAccess(Consumer<OpAccess> check) {
        if (client != null && machine.auth().enabled()) {
            check.accept(machine.access(client.caller()));
        }
    }

    /** What this program itself writes is little and must not stop. */
    private void requireSpace(long cost) {
        StoreQuota limit = quota.get();
        if (client != null && limit != null) {
            limit.require(cost);
        }
    }

    private CompletableFuture<OpResult> write(Op op) {
        return command(new Command.Write(op)).thenApply(done -> ((Outcome.Done) done).result());
    }

    private CompletableFuture<Lease> lease(Command command) {
        return command(command).thenApply(leased -> ((Outcome.Leased) leased).lease());
    }

    /** Proposes a command, in the client's name if there is one. Fails if it is refused. */
    CompletableFuture<Outcome> command(Command command) {
        Command signed;
        try {
            signed = client == null ? command : new Command.OnBehalf(callerOf(command), command);
        } catch (KvException e) {
            return CompletableFuture.failedFuture(e);
        }
        return propose(Envelope.Kind.KV, signed.encode()).thenApply(KvService::accepted);
    }

    /**
     * Who has not logged in need not fill the log with what will be refused. Whether the others may
     * is seen when the entry is applied: what this member has applied so far may be old.
     */
    private Caller callerOf(Command command) {
        boolean login =
                command instanceof Command.Auth auth
                        && auth.change().kind() == AuthChange.Kind.LOGIN;
        AuthView auth = machine.auth();
        if (login || !auth.enabled()) {
            return Caller.ANONYMOUS;
        }
        Caller caller = client.caller();
        auth.requireUser(caller);
        return caller;
    }

    private static Outcome accepted(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            throw new KvException(refused.error());
        }
        return outcome;
    }
}
