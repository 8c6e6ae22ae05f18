package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.HardState;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.raft.RaftEvent;
import org.pdtoolkit.raft.RaftException;
import org.pdtoolkit.raft.RaftNode;
import org.pdtoolkit.raft.ReadState;
import org.pdtoolkit.raft.Ready;
import org.pdtoolkit.raft.Role;
import org.pdtoolkit.raft.Status;
import org.pdtoolkit.server.store.RaftLog;
import org.pdtoolkit.server.transport.PeerNetwork;

/**
 * The consensus thread: sole owner of the Raft core and the log.
 *
 * <p>Everybody else posts to its bounded mailbox. All proposals found there become one append and
 * one fsync (group commit). The leader's appends and heartbeats leave before its own write,
 * everything else after it (Raft thesis 10.2.1).
 */
final class ConsensusLoop implements Worker {
    private static final Logger LOG = LogManager.getLogger(ConsensusLoop.class);
    private static final int MAILBOX_MAX = 8_192;
    private static final int DRAIN_MAX = 1_024;
    private static final int PASSED_ON_MAX = 1_024;

    /** How much of the leader's log a learner must have to be promoted (etcd). */
    private static final int READY_PERCENT = 90;

    private static final Runnable WAKE = () -> {};

    private final NodeContext context;
    private final RaftNode raft;
    private final RaftLog log;
    private final PeerNetwork transport;
    private final ApplyLoop apply;
    private final GroupState state;
    private final RuntimeOptions options;
    private final VoterPromise promise;
    private final Roster roster;
    private final ArrayBlockingQueue<Runnable> mailbox = new ArrayBlockingQueue<>(MAILBOX_MAX);
    private final Queue<SnapshotReport> snapshotReports = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean tickDue = new AtomicBoolean();
    private final List<Runnable> batch = new ArrayList<>(DRAIN_MAX);
    private final ProposalQueue proposals;
    private final PassedOnProposals passedOn;
    private final ReadRounds reads;

    private final Map<Long, Long> lastActive = new HashMap<>();
    private final Set<CompletableFuture<Void>> transfers = ConcurrentHashMap.newKeySet();
    private final Map<Long, Integer> promises = new ConcurrentHashMap<>();
    private volatile boolean running = true;

    private Transfer transfer;

    /** This member leads and its own removal is committed. */
    private boolean leaving;

    /** Its removal has taken effect. It may vote on, but nobody must rely on its leadership. */
    private boolean gone;

    /** A membership change has just made this member the only voter. */
    private boolean alone;

    private record SnapshotReport(long peer, boolean success) {}

    private record Transfer(CompletableFuture<Void> done, int[] ticksLeft) {}

    /**
     * @param promise already running when this member was here before
     */
    ConsensusLoop(
            NodeContext context,
            RaftNode raft,
            RaftLog log,
            PeerNetwork transport,
            ApplyLoop apply,
            GroupState state,
            VoterPromise promise,
            Roster roster) {
        this.context = context;
        this.raft = raft;
        this.log = log;
        this.transport = transport;
        this.apply = apply;
        this.state = state;
        this.options = context.options();
        this.promise = promise;
        this.roster = roster;
        this.proposals = new ProposalQueue(raft, roster, MAILBOX_MAX);
        this.passedOn = new PassedOnProposals(context, raft, proposals, PASSED_ON_MAX);
        this.reads = new ReadRounds(context, raft);
    }

    // ---- from any thread ----------------------------------------------------------------------

    /** A tick is due. Ticks do not pile up: a stalled node must not count a burst of them. */
    void tick() {
        tickDue.set(true);
        mailbox.offer(WAKE);
    }

    /** A message from a peer; dropped when the mailbox is full, as a network would. */
    void step(Message message) {
        mailbox.offer(() -> onMessage(message));
    }

    /**
     * Proposes an entry. Unless it is patient it fails at once when no leader takes it; otherwise
     * it is completed by whoever applies the entry.
     */
    void propose(Proposal proposal) {
        if (!mailbox.offer(() -> proposals.add(proposal))) {
            proposal.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
    }

    /**
     * Completes when this member, as leader, sees that {@code learner} has caught up; fails with
     * NOT_LEADER, MEMBER_NOT_FOUND or LEARNER_NOT_READY.
     */
    CompletableFuture<Void> caughtUp(long learner) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (!mailbox.offer(() -> lookAt(learner, answer))) {
            answer.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
        return answer;
    }

    /** Completes on the apply thread once everything committed before this call is applied. */
    CompletableFuture<Void> readBarrier() {
        CompletableFuture<Void> barrier = new CompletableFuture<>();
        if (!mailbox.offer(() -> reads.add(barrier))) {
            barrier.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        }
        return barrier;
    }

    CompletableFuture<Void> transferLeader(long target) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        transfers.add(done);
        done.whenComplete((result, failure) -> transfers.remove(done));
        if (!mailbox.offer(() -> startTransfer(target, done))) {
            done.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
        } else if (!running) {
            done.completeExceptionally(new KvException(KvError.STOPPED));
        }
        return done;
    }

    /** Runs {@code task} on this thread; lost when the mailbox is full. */
    boolean post(Runnable task) {
        return mailbox.offer(task);
    }

    /** How long {@code peer} keeps its promise; settings may differ between members. */
    void promised(long peer, int millis) {
        promises.put(peer, millis);
    }

    void reportUnreachable(long peer) {
        mailbox.offer(() -> raft.reportUnreachable(peer));
    }

    void reportSnapshot(long peer, boolean success) {
        // Never lost: without it that peer would get nothing more.
        snapshotReports.add(new SnapshotReport(peer, success));
        mailbox.offer(WAKE);
    }

    void compact(long index) {
        mailbox.offer(() -> log.compact(index));
    }

    void stop() {
        running = false;
        mailbox.offer(WAKE);
        transfers.forEach(done -> done.completeExceptionally(new KvException(KvError.STOPPED)));
    }

    // ---- the consensus thread -----------------------------------------------------------------

    @Override
    public void run() {
        try {
            while (running) {
                batch.add(mailbox.take());
                turn();
            }
        } catch (InterruptedException e) {
            context.onFatal()
                    .accept(new IllegalStateException("the consensus thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.onFatal().accept(e);
        }
    }

    @Override
    public boolean hasWork() {
        return !mailbox.isEmpty();
    }

    @Override
    public void turn() {
        mailbox.drainTo(batch, DRAIN_MAX - batch.size());
        for (Runnable task : batch) {
            task.run();
        }
        batch.clear();
        if (tickDue.getAndSet(false)) {
            onTick();
        }
        takeSnapshotReports();
        Message waited = passedOn.next();
        while (waited != null) {
            stepNow(waited);
            waited = passedOn.next();
        }
        proposals.flush();
        reads.flush();
        handleAll();
    }

    private void handleAll() {
        while (raft.hasReady()) {
            handle(raft.ready());
        }
    }

    private void takeSnapshotReports() {
        SnapshotReport report = snapshotReports.poll();
        while (report != null) {
            raft.reportSnapshot(report.peer(), report.success());
            report = snapshotReports.poll();
        }
    }

    private void onTick() {
        boolean led = raft.role() == Role.LEADER;
        raft.tick();
        noteLostOffice(led);
        promise.tick(context.now()).forEach(this::stepNow);
        reads.dropStale();
        if (raft.role() == Role.LEADER) {
            // Also proves leadership: its answer moves the fence.
            reads.prove();
            publishActivity();
            long now = context.now();
            if (state.diskDeadlineNanos() - now < options.diskFenceNanos() / 2) {
                persist(HardState.EMPTY, List.of(), true);
            }
        }
        if (transfer != null && --transfer.ticksLeft()[0] <= 0) {
            endTerm();
            transfer.done().completeExceptionally(new KvException(KvError.TIMEOUT));
            transfer = null;
        }
    }

    /**
     * Gives up leadership by raising the term. The order to take over may still lie in the socket
     * of a paused member, who would act on it whenever it wakes; with the term over it is void.
     */
    private void endTerm() {
        if (raft.role() == Role.LEADER) {
            // The core hears voters only, and this member may be none any more.
            long voter = raft.status().confState().voters().get(0);
            stepNow(
                    Message.builder(MessageType.APP_RESP)
                            .from(voter)
                            .to(raft.id())
                            .term(raft.term() + 1)
                            .build());
        }
    }

    private void onMessage(Message message) {
        if (!isAcceptable(message) || !promise.admits(message, context.now())) {
            return;
        }
        if (gone && message.type() == MessageType.PROP) {
            // Nobody will tell this member who leads next, but they will tell the sender.
            transport.send(List.of(message.toBuilder().to(message.from()).build()));
            transport.flush();
            return;
        }
        if (passedOn.keeps(message)) {
            return;
        }
        if (message.type() == MessageType.TIMEOUT_NOW) {
            // The core does not campaign while a change is committed and has not taken effect, and
            // a removed leader's order comes right behind the news of its removal.
            handleAll();
        }
        stepNow(message);
        if (VoterPromise.fromLeader(message, raft.leader(), raft.term())) {
            promise.heard(context.now());
        }
    }

    /**
     * Keeps out what only a broken or newer member sends. An entry that cannot be read would stop
     * every member when it is applied; a forwarded transfer would pass the fence by.
     */
    private static boolean isAcceptable(Message message) {
        if (message.type() == MessageType.TRANSFER_LEADER) {
            return false;
        }
        if (message.type() != MessageType.PROP
                || message.entries().stream().allMatch(ApplyLoop::isReadable)) {
            return true;
        }
        LOG.warn("proposal of a peer cannot be read: from={}", Long.toHexString(message.from()));
        return false;
    }

    private void stepNow(Message message) {
        boolean led = raft.role() == Role.LEADER;
        try {
            raft.step(message);
        } catch (RaftException e) {
            LOG.debug("message ignored: type={} cause={}", message.type(), e.kind());
        }
        noteLostOffice(led);
    }

    /** A leader is part of the quorum that its fence rests on: it owes the promise too. */
    private void noteLostOffice(boolean led) {
        if (led && raft.role() != Role.LEADER) {
            promise.heard(context.now());
        }
    }

    private void startTransfer(long target, CompletableFuture<Void> done) {
        if (raft.role() != Role.LEADER) {
            done.completeExceptionally(new KvException(KvError.NOT_LEADER));
        } else if (target == raft.id()) {
            done.complete(null);
        } else {
            raft.transferLeader(target);
            if (raft.transferee() != target) {
                done.completeExceptionally(new KvException(KvError.BAD_TRANSFEREE));
                return;
            }
            if (transfer != null) {
                transfer.done().completeExceptionally(new KvException(KvError.LEADER_CHANGED));
            }
            transfer = new Transfer(done, new int[] {options.electionTicks() + 1});
            // The order leaves with the next Ready; from then on another member may lead.
            closeFence();
        }
    }

    private void closeFence() {
        state.quorumDeadlineNanos(Long.MIN_VALUE);
    }

    private void lookAt(long learner, CompletableFuture<Void> answer) {
        long match = -1;
        long own = 0;
        for (Status.PeerProgress peer : raft.status().progress()) {
            match = peer.id() == learner ? peer.match() : match;
            own = peer.id() == raft.id() ? peer.match() : own;
        }
        if (raft.role() != Role.LEADER) {
            answer.completeExceptionally(new KvException(KvError.NOT_LEADER));
        } else if (match < 0) {
            answer.completeExceptionally(new KvException(KvError.MEMBER_NOT_FOUND));
        } else if (match * 100 < own * READY_PERCENT) {
            answer.completeExceptionally(new KvException(KvError.LEARNER_NOT_READY));
        } else {
            answer.complete(null);
        }
    }

    private void handle(Ready ready) {
        for (RaftEvent event : ready.events()) {
            LOG.debug("raft: {}", event::text);
            if (event instanceof RaftEvent.ConfChangeIgnored ignored) {
                onIgnored(ignored.change());
            }
        }
        if (ready.softState() != null) {
            onOffice();
        }
        boolean leader = raft.role() == Role.LEADER;
        if (leader && MemberChange.removes(raft.id(), ready.committedEntries())) {
            // The messages below tell the others, one of whom may lead as soon as it hears of it.
            leaving = true;
            closeFence();
        }
        List<Message> late = leader ? sendEarly(ready.messages()) : ready.messages();
        if (!ready.snapshot().isEmpty()) {
            context.environment().workers().await(apply.install(ready.snapshot()));
            log.reset(ready.snapshot().index(), ready.snapshot().term(), ready.hardState());
            apply.resetRoster(roster);
        }
        // That a change is committed is on disk before it takes effect: a member that restarts must
        // not decide by a configuration that others have left behind, alone least of all.
        boolean sync = ready.mustSync() || MemberChange.anyIn(ready.committedEntries());
        persist(ready.hardState(), ready.entries(), sync);
        transport.send(late);
        transport.flush();
        for (ReadState read : ready.readStates()) {
            onRead(read);
        }
        state.committed(raft.committed());
        if (!ready.committedEntries().isEmpty()) {
            handOver(ready.committedEntries());
        }
        raft.advance();
        if (leaving
                && raft.role() == Role.LEADER
                && !raft.status().confState().contains(raft.id())) {
            gone = true;
            leave();
        }
        leaving = false;
        if (alone && raft.leader() == 0) {
            // No need to wait for a timeout. Nor does the promise of a voter stand against it: the
            // only voter owes it to nobody, since the last leader that another member may have been
            // closed its fence before it told anyone that it was removed.
            raft.campaign();
        }
        alone = false;
        noteOffice();
    }

    /** It never gets into the log: it cannot be, or another one is under way. */
    private void onIgnored(ConfChange change) {
        KvError impossible = roster.refusal(change);
        apply.refuse(
                MemberChange.of(change).request(),
                impossible == null ? KvError.TOO_MANY_REQUESTS : impossible);
    }

    private List<Message> sendEarly(List<Message> messages) {
        List<Message> late = new ArrayList<>();
        for (Message message : messages) {
            if (message.type() == MessageType.APP || message.type() == MessageType.HEARTBEAT) {
                transport.send(List.of(message));
            } else {
                late.add(message);
            }
        }
        transport.flush();
        return late;
    }

    /**
     * The core forgets at the end of each quorum check who has answered; here an answer counts for
     * one election timeout from when it was noticed.
     */
    private void publishActivity() {
        long now = context.now();
        for (Status.PeerProgress peer : raft.status().progress()) {
            if (peer.recentActive()) {
                lastActive.put(peer.id(), now);
            }
        }
        long timeout = options.electionTimeoutMillis() * 1_000_000L;
        lastActive.values().removeIf(seen -> now - seen > timeout);
        state.activePeers(Set.copyOf(lastActive.keySet()));
    }

    private void persist(HardState hardState, List<Entry> entries, boolean force) {
        long begin = context.now();
        if (log.append(hardState, entries, force)) {
            long end = context.now();
            context.disk().logWrites().record(end - begin);
            state.diskDeadlineNanos(end + options.diskFenceNanos());
        }
    }

    private void noteOffice() {
        state.office(new GroupState.Office(raft.leader(), raft.role(), raft.term()), context.now());
    }

    private void onOffice() {
        GroupState.Office before = state.office();
        noteOffice();
        if (before.leader() != raft.leader()) {
            LOG.info(
                    "raft leader: leader={} term={} role={}",
                    Long.toHexString(raft.leader()),
                    raft.term(),
                    raft.role());
        }
        if (transfer != null && raft.role() != Role.LEADER && raft.leader() != 0) {
            transfer.done().complete(null);
            transfer = null;
        }
        apply.execute(apply::refreshLeases);
    }

    private void onRead(ReadState read) {
        ReadRounds.Round round = reads.answered(read);
        if (round == null) {
            return;
        }
        boolean leads = raft.role() == Role.LEADER && raft.term() == round.ledTerm();
        if (leads && transfer == null && !leaving && !gone) {
            // The quorum answered heartbeats sent at or after this instant.
            state.quorumDeadlineNanos(round.sentNanos() + fenceNanos());
        }
        if (!round.waiting().isEmpty()) {
            apply.execute(() -> apply.release(read.index(), round.waiting()));
        }
    }

    /** Whoever of the group keeps the shortest promise may have been needed for the quorum. */
    private long fenceNanos() {
        int millis = options.promiseMillis();
        for (int promised : promises.values()) {
            millis = Math.min(millis, promised);
        }
        return millis * 1_000_000L;
    }

    /** Membership changes take effect in the core here, in log order, before the next Ready. */
    private void handOver(List<Entry> entries) {
        List<ApplyLoop.Item> items = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            ConfState members = null;
            ConfChange change = null;
            KvError refused = null;
            if (entry.type() != EntryType.NORMAL) {
                change = ConfChange.decode(entry);
                refused = roster.refusal(change);
                if (refused == null) {
                    roster.apply(change);
                    members = raft.applyConfChange(change);
                    onChanged(change, members);
                }
            }
            items.add(new ApplyLoop.Item(entry, change, members, refused));
        }
        apply.execute(() -> apply.apply(items));
    }

    private void onChanged(ConfChange change, ConfState members) {
        for (Change one : change.changes()) {
            if (one.type() == ChangeType.REMOVE_NODE) {
                // Only now: a promise that was told before its member was added must stay.
                promises.remove(one.nodeId());
            }
        }
        alone = members.voters().equals(List.of(raft.id())) && members.votersOutgoing().isEmpty();
    }

    /** A removed leader asks the voter that has most of the log to take over. */
    private void leave() {
        Status.PeerProgress heir = null;
        for (Status.PeerProgress peer : raft.status().progress()) {
            if (!peer.learner()
                    && peer.recentActive()
                    && (heir == null || peer.match() > heir.match())) {
                heir = peer;
            }
        }
        if (heir == null) {
            endTerm();
            return;
        }
        LOG.info("removed leader hands over: to={}", Long.toHexString(heir.id()));
        startTransfer(heir.id(), new CompletableFuture<>());
        if (transfer == null) {
            // The heir cannot take over just now; no transfer will end this term.
            endTerm();
        }
    }
}
