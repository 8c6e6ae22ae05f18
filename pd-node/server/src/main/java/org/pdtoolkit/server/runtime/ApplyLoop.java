package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthListener;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.lease.LeaseTable;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.kv.machine.Outcome;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.server.store.RaftLog;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.StorageException;

/**
 * The apply thread: sole writer of the ordered store, the key-value machine, leases and members.
 *
 * <p>Takes committed entries in order; each becomes one batch of data and applied index.
 */
final class ApplyLoop implements Worker {
    private static final Logger LOG = LogManager.getLogger(ApplyLoop.class);
    private static final int QUEUE_MAX = 4_096;
    private static final int EXPIRED_LEASES_MAX = 500;

    /** Outcome of what members tell each other: nobody looks into it. */
    private static final Outcome DONE = new Outcome.Compacted(0);

    /** Bytes of work on the way to a smaller store, between which writes are applied. */
    private static final int RECLAIM_SLICE_BYTES = 4 << 20;

    /**
     * A committed entry.
     *
     * @param change decoded membership change, else {@code null}
     * @param members configuration after it; {@code null} when there is none or it is refused
     * @param refused why the membership change does not take place, else {@code null}
     */
    record Item(Entry entry, ConfChange change, ConfState members, KvError refused) {}

    private record Waiting(long index, CompletableFuture<Void> barrier) {}

    private final NodeContext context;
    private final OrderedStore store;
    private final KvMachine machine;
    private final Membership membership;
    private final GroupState state;
    private final RaftLog log;
    private final RuntimeOptions options;
    private final SnapshotTransfer snapshots;
    private final CorruptionCheck corruption;
    private final LongConsumer compactLog;
    private final ArrayBlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Map<Long, CompletableFuture<Outcome>> pending = new ConcurrentHashMap<>();
    private final LongAdder failed = new LongAdder();
    private final PriorityQueue<Waiting> barriers =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::index));
    private volatile boolean running = true;
    private volatile AuthListener authListener = AuthListener.NONE;
    private AppliedState applied;
    private long cutAtIndex;

    /** Term of the leadership for which the leases' clocks run, 0 while they do not. */
    private long leasesTerm;

    /**
     * @param compactLog told up to which index the log is no longer needed
     */
    ApplyLoop(
            NodeContext context,
            OrderedStore store,
            KvMachine machine,
            Membership membership,
            GroupState state,
            RaftLog log,
            SnapshotTransfer snapshots,
            CorruptionCheck corruption,
            LongConsumer compactLog) {
        this.context = context;
        this.store = store;
        this.machine = machine;
        this.membership = membership;
        this.state = state;
        this.log = log;
        this.options = context.options();
        this.snapshots = snapshots;
        this.corruption = corruption;
        this.compactLog = compactLog;
        this.applied = store.applied();
        this.cutAtIndex = applied.index();
        state.applied(applied.index(), 0);
    }

    // ---- from any thread ----------------------------------------------------------------------

    /** Queues a task behind everything queued before; waits while the queue is full. */
    void execute(Runnable task) {
        boolean interrupted = false;
        while (running) {
            try {
                queue.put(task);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Queues a task, or returns false when the queue is full; for threads that must not wait. */
    boolean offer(Runnable task) {
        return queue.offer(task);
    }

    /** Completes {@code deleted} once the records that compaction left behind are gone here. */
    void awaitCompaction(CompletableFuture<Void> deleted) {
        boolean queued =
                queue.offer(
                        () -> {
                            compactOn();
                            if (machine.compactionDue() && !deleted.isDone()) {
                                // At the end of the queue, so that writes come in between.
                                awaitCompaction(deleted);
                            } else {
                                deleted.complete(null);
                            }
                        });
        if (!queued) {
            deleted.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
    }

    /** Sets who hears of users and logins; to be called once, before the thread starts. */
    void authListener(AuthListener listener) {
        authListener = listener;
    }

    /** Completes {@code barrier} on the apply thread once {@code index} is applied. */
    void awaitIndex(long index, CompletableFuture<Void> barrier) {
        if (!offer(() -> release(index, List.of(barrier)))) {
            barrier.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
    }

    /** Remembers who waits for the entry of that request. */
    void await(long request, CompletableFuture<Outcome> future) {
        pending.put(request, future);
        future.whenComplete(
                (outcome, failure) -> {
                    pending.remove(request);
                    if (failure != null) {
                        failed.increment();
                    }
                });
    }

    /** Requests of this member that wait for their entry. */
    int pendingProposals() {
        return pending.size();
    }

    /** Requests of this member whose outcome was not heard of. */
    long failedProposals() {
        return failed.sum();
    }

    /** Tells {@code roster} the members of the snapshot that {@link #install} has installed. */
    void resetRoster(Roster roster) {
        roster.reset(membership.members(), membership.removed());
    }

    /** Ends the wait for a request that certainly never becomes an entry. */
    void refuse(long request, KvError error) {
        CompletableFuture<Outcome> waiting = pending.remove(request);
        if (waiting != null) {
            waiting.completeExceptionally(new KvException(error));
        }
    }

    /** Replaces the applied state by a received snapshot, behind everything queued before. */
    CompletableFuture<Void> install(Snapshot snapshot) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        execute(
                () -> {
                    installNow(snapshot);
                    done.complete(null);
                });
        return done;
    }

    void stop() {
        running = false;
        queue.offer(() -> {});
    }

    // ---- the apply thread ---------------------------------------------------------------------

    @Override
    public void run() {
        try {
            while (running) {
                queue.take().run();
            }
        } catch (InterruptedException e) {
            context.onFatal()
                    .accept(new IllegalStateException("the apply thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.onFatal().accept(e);
        }
    }

    @Override
    public boolean hasWork() {
        return !queue.isEmpty();
    }

    @Override
    public void turn() {
        Runnable task = queue.poll();
        if (task != null) {
            task.run();
        }
    }

    void apply(List<Item> items) {
        for (Item item : items) {
            if (item.entry().index() > applied.index()) {
                apply(item);
            }
        }
        releaseBarriers();
        refreshLeases();
        if (applied.index() - cutAtIndex >= options.snapshotCount()) {
            cutLog();
        }
    }

    private void apply(Item item) {
        Entry entry = item.entry();
        Bytes members =
                item.members() == null
                        ? applied.confState()
                        : ConfStateCodec.encode(item.members());
        AppliedState at = new AppliedState(entry.index(), entry.term(), members);
        if (item.change() != null) {
            applyChange(item, at);
        } else if (entry.data().length == 0) {
            machine.advance(at);
            moved(at);
        } else {
            applyNormal(Envelope.decode(entry.data()), at);
        }
    }

    private void applyChange(Item item, AppliedState at) {
        Batch batch = new Batch();
        if (item.refused() == null) {
            membership.apply(item.change(), batch);
        }
        store.commit(batch, at);
        moved(at);
        MemberChange carried = MemberChange.of(item.change());
        LOG.info(
                "membership change: {} index={} members={}{}",
                item.change().changes(),
                at.index(),
                membership.members().size(),
                item.refused() == null ? "" : " refused=" + item.refused());
        complete(
                carried.request(),
                item.refused() == null ? DONE : new Outcome.Refused(item.refused()));
    }

    private void applyNormal(Envelope envelope, AppliedState at) {
        Outcome outcome;
        if (envelope.kind() == Envelope.Kind.PUBLISH) {
            Batch batch = new Batch();
            membership.publish(MemberCodec.decode(envelope.payload()), batch);
            store.commit(batch, at);
            outcome = DONE;
        } else if (envelope.kind() == Envelope.Kind.KV) {
            Command command = Command.decode(envelope.payload());
            outcome = machine.apply(at, command);
            tellAuth(command, outcome);
        } else {
            machine.advance(at);
            corruption.onEntry(envelope, at.index());
            outcome = DONE;
        }
        moved(at);
        complete(envelope.request(), outcome);
    }

    private void complete(long request, Outcome outcome) {
        CompletableFuture<Outcome> waiting = pending.remove(request);
        if (waiting != null) {
            waiting.complete(outcome);
        }
    }

    private void tellAuth(Command command, Outcome outcome) {
        if (outcome instanceof Outcome.AuthChanged done) {
            Command plain =
                    command instanceof Command.OnBehalf request ? request.command() : command;
            authListener.onChanged(((Command.Auth) plain).change(), done.changed());
        }
    }

    /** Whether {@link #apply} will understand the entry. Thread: any. */
    static boolean isReadable(Entry entry) {
        try {
            if (entry.type() != EntryType.NORMAL) {
                MemberChange.of(ConfChange.decode(entry));
                return true;
            }
            Envelope envelope = Envelope.decode(entry.data());
            switch (envelope.kind()) {
                case KV -> Command.decode(envelope.payload());
                case PUBLISH -> MemberCodec.decode(envelope.payload());
                case HASH_ASK -> {
                    // It has no content.
                }
                case HASH_TELL -> CorruptionCheck.Report.decode(envelope.payload());
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void moved(AppliedState at) {
        applied = at;
        log.applied(at);
        state.applied(at.index(), at.term());
    }

    /** Lets a linearizable read go on as soon as {@code index} is applied. */
    void release(long index, List<CompletableFuture<Void>> waiting) {
        for (CompletableFuture<Void> barrier : waiting) {
            if (index <= applied.index()) {
                barrier.complete(null);
            } else {
                barriers.add(new Waiting(index, barrier));
            }
        }
    }

    private void releaseBarriers() {
        while (!barriers.isEmpty() && barriers.peek().index() <= applied.index()) {
            barriers.poll().barrier().complete(null);
        }
    }

    /**
     * Starts the leases' clocks when this member begins to lead, stops them when it ends. A new
     * term is a new beginning: somebody else may have led, and renewed leases, in between.
     */
    void refreshLeases() {
        long term = state.leadingTerm();
        if (term != 0 && term != leasesTerm) {
            machine.leases().promote(context.now(), options.electionTimeoutMillis() * 1_000_000L);
        } else if (term == 0 && leasesTerm != 0) {
            machine.leases().demote();
        }
        leasesTerm = term;
    }

    /** Deletes some of what a compaction left behind, on an idle node too. */
    void compactOn() {
        if (machine.compactionDue()) {
            machine.advance(applied);
        }
    }

    /** Leases whose time is over, while this member leads. */
    List<Long> expiredLeases() {
        return leasesTerm != 0
                ? machine.leases().expired(context.now(), EXPIRED_LEASES_MAX)
                : List.of();
    }

    /** Term of the leadership that {@link #expiredLeases} speaks for. */
    long leasesTerm() {
        return leasesTerm;
    }

    /** Seconds granted by the renewal, 0 for an unknown lease. */
    long renewLease(long id) {
        if (leasesTerm == 0) {
            throw new KvException(KvError.NOT_LEADER);
        }
        return machine.leases().renew(id, context.now());
    }

    /** How a lease stands on the clock of this leader. */
    EtcdKv.LeaseStatus leaseStatus(long id, boolean withKeys) {
        if (leasesTerm == 0) {
            throw new KvException(KvError.NOT_LEADER);
        }
        LeaseTable leases = machine.leases();
        return new EtcdKv.LeaseStatus(
                id,
                leases.remaining(id, context.now()),
                leases.ttl(id),
                withKeys ? leases.keys(id) : List.of());
    }

    /**
     * Makes the store smaller, a slice at a time behind whatever is queued. Thread: any. Fails with
     * TOO_MANY_REQUESTS, STOPPED, or as the storage does when it is full.
     */
    CompletableFuture<Void> reclaim() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        reclaimSlice(done);
        return done;
    }

    private void reclaimSlice(CompletableFuture<Void> done) {
        boolean queued =
                queue.offer(
                        () -> {
                            try {
                                if (store.reclaim(RECLAIM_SLICE_BYTES)) {
                                    reclaimSlice(done);
                                } else {
                                    done.complete(null);
                                }
                            } catch (StorageException.Full e) {
                                done.completeExceptionally(e);
                            }
                        });
        if (!queued || !running) {
            KvError reason = running ? KvError.TOO_MANY_REQUESTS : KvError.STOPPED;
            done.completeExceptionally(new KvException(reason));
        }
    }

    private void cutLog() {
        store.sync();
        cutAtIndex = applied.index();
        long keepFrom = store.durableIndex() - options.catchUpEntries();
        if (keepFrom > 0) {
            compactLog.accept(keepFrom);
        }
    }

    private void installNow(Snapshot snapshot) {
        List<CompletableFuture<Outcome>> overtaken = new ArrayList<>(pending.values());
        Bytes members = ConfStateCodec.encode(snapshot.confState());
        AppliedState at = new AppliedState(snapshot.index(), snapshot.term(), members);
        snapshots.installInto(machine, at);
        try (OrderedStore.View view = store.view()) {
            membership.load(view);
        }
        cutAtIndex = at.index();
        authListener.onReplaced();
        moved(at);
        releaseBarriers();
        // Their entries, if any, are inside the snapshot: nobody can tell what came of them.
        overtaken.forEach(f -> f.completeExceptionally(new KvException(KvError.TIMEOUT)));
        LOG.info("snapshot installed: index={} term={}", at.index(), at.term());
    }
}
