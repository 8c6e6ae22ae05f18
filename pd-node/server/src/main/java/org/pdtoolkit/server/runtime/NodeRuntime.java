package org.pdtoolkit.server.runtime;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.AlarmControl;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthListener;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.lease.LeaseIds;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.Peer;
import org.pdtoolkit.raft.RaftConfig;
import org.pdtoolkit.raft.RaftNode;
import org.pdtoolkit.raft.Role;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.server.store.RaftLog;
import org.pdtoolkit.server.transport.PeerHandler;
import org.pdtoolkit.server.transport.PeerIdentity;
import org.pdtoolkit.server.transport.PeerNetwork;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Storage;

/**
 * One member of the Raft group with its replicated store: opens the disk, talks to the peers, runs
 * the threads.
 *
 * <p>Thread: {@link #start} and {@link #close} by the owner of the process; the rest by anyone.
 */
public final class NodeRuntime implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(NodeRuntime.class);
    private static final int LEASE_CHECK_MILLIS = 200;
    private static final int HOUSEKEEPING_MILLIS = 100;
    private static final int QUOTA_CHECK_MILLIS = 500;
    private static final int COMPACTION_CHECK_MILLIS = 1_000;
    private static final int CORRUPT_CHECK_LOOK_MILLIS = 1_000;
    private static final long UNCOMMITTED_BYTES_MAX = 64 << 20;

    private final NodeContext context;
    private final NodeOptions options;
    private final Storage storage;
    private final ClusterIdentity identity;
    private final StartDecision decision;
    private final boolean fresh;
    private final GroupState state = new GroupState();
    private final PeerDirectory directory;
    private final Membership membership;
    private final KvMachine machine;
    private final PeerNetwork transport;
    private final ApplyLoop apply;
    private final ConsensusLoop consensus;
    private final WatchLoop watches;
    private final KvService kv;
    private final KvService etcd;
    private final Publication publication;
    private final Removal removal;
    private final MemberService members;
    private final GroupView view;
    private final AutoCompactor compactor;
    private final CorruptionCheck corruption;
    private final Maintenance maintenance;
    private final SnapshotTransfer snapshots;
    private final StoreQuota quota;
    private final Workers workers;
    private Runnable consensusEnd = () -> {};
    private Runnable applyEnd = () -> {};
    private Runnable watchesEnd = () -> {};
    private Runnable corruptionEnd = () -> {};

    private volatile LongSupplier incarnation = () -> 0;

    private NodeRuntime(
            NodeOptions options, Storage storage, StartDecision decision, NodeContext context) {
        this.context = context;
        this.options = options;
        this.storage = storage;
        this.identity = decision.identity();
        this.decision = decision;
        this.fresh = decision.fresh();
        Environment environment = context.environment();
        workers = environment.workers();
        OrderedStore ordered = new MeasuredStore(storage.ordered(), context);
        AppliedState applied = StartDecision.repairLog(storage.log(), ordered.applied());
        RaftLog log = openLog(applied);
        machine = new KvMachine(ordered);
        watches = new WatchLoop(context, machine.watches());
        PeerIdentity self = new PeerIdentity(identity.clusterId(), identity.memberId());
        transport = environment.network(self, new Peers(), options);
        directory = new PeerDirectory(context, transport);
        membership = new Membership(this::onMembers);
        RuntimeOptions numbers = options.runtime();
        RaftNode raft = raftNode(log, applied.index());
        snapshots = new SnapshotTransfer(ordered, storage.snapshots());
        corruption = new CorruptionCheck(context, decision, machine, membership, state);
        apply =
                new ApplyLoop(
                        context,
                        ordered,
                        machine,
                        membership,
                        state,
                        log,
                        snapshots,
                        corruption,
                        this::compactLog);
        VoterPromise promise = promise();
        Roster roster = new Roster();
        consensus = new ConsensusLoop(context, raft, log, transport, apply, state, promise, roster);
        LeaseIds leaseIds = new LeaseIds(identity.memberId(), environment.wallMillis());
        kv = new KvService(context, consensus, apply, machine, state, leaseIds);
        etcd = kv.patientView();
        maintenance = new NodeMaintenance(ordered, machine, state, apply);
        corruption.connect(kv);
        removal = new Removal(context, options.name(), identity, membership, this::stopServing);
        publication = new Publication(context, options, decision, membership, state, kv);
        quota =
                new StoreQuota(
                        identity.memberId(),
                        numbers.quotaBytes(),
                        () -> ordered.usage().liveBytes(),
                        machine,
                        kv);
        kv.limit(quota);
        compactor = new AutoCompactor(numbers.compaction(), context.now());
        view = new GroupView(identity.memberId(), state, membership, consensus);
        members =
                new MemberService(
                        context,
                        options.reconfiguration(),
                        view,
                        membership,
                        state,
                        transport,
                        etcd,
                        consensus);
        switch (decision.kind()) {
            case FOUND -> found(raft);
            case JOIN -> LOG.info("this member joins a cluster of {}", decision.members().size());
            case RESTART -> restart(raft, roster, applied);
        }
    }

    private RaftLog openLog(AppliedState applied) {
        if (options.forceNewCluster()) {
            ForcedCluster.write(storage.log(), applied, identity.memberId());
        }
        return new RaftLog(storage.log(), applied);
    }

    /** Running already when this member was here before: it may have promised just now. */
    private VoterPromise promise() {
        RuntimeOptions numbers = options.runtime();
        VoterPromise promise =
                new VoterPromise(
                        numbers.electionTimeoutMillis() * 1_000_000L, numbers.electionTicks());
        if (!fresh) {
            promise.heard(context.now());
        }
        return promise;
    }

    private void restart(RaftNode raft, Roster roster, AppliedState applied) {
        try (OrderedStore.View stored = storage.ordered().view()) {
            membership.load(stored);
        }
        roster.reset(membership.members(), membership.removed());
        if (ConfStateCodec.decode(applied.confState())
                .voters()
                .equals(List.of(identity.memberId()))) {
            raft.campaign();
        }
    }

    private void found(RaftNode raft) {
        List<Member> initial = decision.members();
        raft.bootstrap(
                initial.stream()
                        .map(m -> new Peer(m.id(), MemberCodec.encode(m).toArray()))
                        .toList());
        membership.seed(initial);
        advanceFirstElection(raft, initial.size());
    }

    /**
     * Opens the data dir and decides what this node is: a new member, or one that was here before.
     *
     * @throws NodeStartException saying what is wrong and what to do
     */
    public static NodeRuntime open(
            NodeOptions options, ColdStart coldStart, Consumer<Throwable> onFatal) {
        return open(options, coldStart, onFatal, Environment.real());
    }

    /** The same in another environment. */
    public static NodeRuntime open(
            NodeOptions options,
            ColdStart coldStart,
            Consumer<Throwable> onFatal,
            Environment environment) {
        Storage storage = environment.openStorage(options);
        try {
            StartDecision decision = StartDecision.of(options, storage, coldStart);
            SplittableRandom random =
                    new SplittableRandom(environment.seed() ^ decision.identity().memberId());
            NodeContext context =
                    new NodeContext(
                            options.runtime(), environment, random, onFatal, new DiskTimes());
            return new NodeRuntime(options, storage, decision, context);
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private RaftNode raftNode(RaftLog log, long applied) {
        RuntimeOptions numbers = options.runtime();
        return new RaftNode(
                RaftConfig.builder(identity.memberId(), log)
                        .electionTicks(numbers.electionTicks())
                        .heartbeatTicks(numbers.heartbeatTicks())
                        .preVote(numbers.preVote())
                        .checkQuorum(true)
                        .commitByVote(true)
                        .maxUncommittedBytes(UNCOMMITTED_BYTES_MAX)
                        .applied(applied)
                        .random(context.random()::nextInt)
                        .verify(Boolean.getBoolean("pd.verify"))
                        .build());
    }

    /** Nobody can lead a cluster that has never run: no need to wait for a whole timeout first. */
    private void advanceFirstElection(RaftNode raft, int members) {
        int skipped = options.runtime().electionTicks() - (members == 1 ? 1 : 3);
        for (int i = 0; i < skipped; i++) {
            raft.tick();
        }
        if (members == 1) {
            raft.campaign();
        }
    }

    /**
     * Listens for peers, makes sure that this member is not a wiped one, and starts the threads.
     *
     * @throws BindException naming the address in use
     * @throws NodeStartException when the cluster already knows this member
     */
    public void start() throws BindException {
        for (InetSocketAddress address : options.peerListen()) {
            transport.listen(address);
        }
        if (fresh) {
            publication.refuseIfWiped(transport);
            if (storage.log().metadata().isEmpty()) {
                storage.log().initialize(identity.encode());
            }
        }
        onMembers(membership.members());
        for (Member peer : decision.members()) {
            transport.addPeer(peer.id(), PeerDirectory.urls(peer));
        }
        LOG.info(
                "member starts: name={} member={} cluster={} storage={} start={} applied={}",
                options.name(),
                Long.toHexString(identity.memberId()),
                Long.toHexString(identity.clusterId()),
                options.storage(),
                decision.kind(),
                state.appliedIndex());
        consensusEnd = workers.start("consensus", consensus);
        applyEnd = workers.start("apply", apply);
        watchesEnd = workers.start("watch", watches);
        if (options.runtime().corruptCheckMillis() > 0) {
            corruptionEnd = workers.start("corrupt-check", corruption);
            workers.every(CORRUPT_CHECK_LOOK_MILLIS, corruption::look);
        }
        workers.every(options.runtime().tickMillis(), consensus::tick);
        workers.every(HOUSEKEEPING_MILLIS, kv::expire);
        workers.every(HOUSEKEEPING_MILLIS, publication::publish);
        workers.every(HOUSEKEEPING_MILLIS, removal::look);
        workers.every(HOUSEKEEPING_MILLIS, this::dismissRemoved);
        workers.every(QUOTA_CHECK_MILLIS, quota::check);
        workers.every(LEASE_CHECK_MILLIS, this::revokeExpired);
        workers.every(COMPACTION_CHECK_MILLIS, this::compactHistory);
    }

    /** Behind what is applied: whoever asked for that gets its answer. */
    private void stopServing() {
        apply.offer(kv::stop);
    }

    /** Changes of the members. */
    public MemberChanges members() {
        return members;
    }

    public ReplicatedKv kv() {
        return kv;
    }

    /** The same store as etcd's clients see it. */
    public EtcdKv etcd() {
        return etcd;
    }

    /** What an operator may ask of this member. */
    public Maintenance maintenance() {
        return maintenance;
    }

    /** How long the disk has taken since the start. */
    public DiskTimes diskTimes() {
        return context.disk();
    }

    /** Users, roles and permissions. */
    public AuthControl auth() {
        return new AccessService.Auth(etcd, machine);
    }

    public AlarmControl alarms() {
        return new AccessService.Alarms(etcd, machine);
    }

    /** Sets who hears of users and logins. To be called before {@link #start}. */
    public void onAuthChange(AuthListener listener) {
        apply.authListener(listener);
    }

    /** Completes once this member has applied that much of the log; or fails, when time is over. */
    public CompletableFuture<Void> awaitApplied(long index) {
        return kv.awaitApplied(index);
    }

    public Consensus consensus() {
        return view;
    }

    /** The state machine, for metrics and local reads. */
    public KvMachine machine() {
        return machine;
    }

    public long appliedIndex() {
        return state.appliedIndex();
    }

    public OrderedStore.Usage storageUsage() {
        return storage.ordered().usage();
    }

    public RuntimeOptions options() {
        return options.runtime();
    }

    public long raftClusterId() {
        return identity.clusterId();
    }

    /** Completes when the cluster knows this member and this member knows the cluster. */
    public CompletableFuture<Void> ready() {
        return publication.ready();
    }

    public int peersUp() {
        return transport.peersUp();
    }

    /**
     * Where to read what tells this cluster from others with the same members, once it is known.
     */
    public void incarnation(LongSupplier source) {
        incarnation = source;
    }

    private void onMembers(List<Member> members) {
        directory.update(members);
        if (membership.isRemoved(identity.memberId())) {
            removal.applied();
        }
    }

    private void dismissRemoved() {
        if (directory.isOverdue()) {
            apply.offer(() -> directory.update(membership.members()));
        }
    }

    private void revokeExpired() {
        apply.offer(
                () -> {
                    long term = apply.leasesTerm();
                    apply.expiredLeases().forEach(id -> kv.revokeExpired(id, term));
                });
    }

    private void compactHistory() {
        compactor
                .due(context.now(), machine.revision(), state.leading())
                .ifPresent(
                        revision -> {
                            LOG.info("history compacted: revision={}", revision);
                            kv.compact(revision, false);
                        });
        apply.offer(apply::compactOn);
    }

    private void compactLog(long index) {
        consensus.compact(index);
    }

    /** Hands leadership to another member if it can, then stops everything and closes the disk. */
    @Override
    public void close() {
        if (state.office().role() == Role.LEADER) {
            handOver();
        }
        workers.stopTimer();
        consensus.stop();
        consensusEnd.run();
        apply.stop();
        applyEnd.run();
        watches.stop();
        watchesEnd.run();
        corruption.stop();
        corruptionEnd.run();
        kv.stop();
        transport.close();
        storage.close();
    }

    private void handOver() {
        for (Member member : membership.members()) {
            if (member.id() == identity.memberId() || !view.recentlyActive(member.id())) {
                continue;
            }
            try {
                consensus
                        .transferLeader(member.id())
                        .get(options.runtime().electionTimeoutMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("leadership not handed over: to={} cause={}", member.name(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** What the transport needs of this node. */
    private final class Peers implements PeerHandler {
        @Override
        public void onMessage(Message message) {
            consensus.step(message);
        }

        @Override
        public void onUnreachable(long peer) {
            consensus.reportUnreachable(peer);
        }

        @Override
        public void onSnapshotSent(long peer, boolean success) {
            consensus.reportSnapshot(peer, success);
        }

        @Override
        public void onKnownTo(long peer) {
            publication.onKnown();
        }

        @Override
        public int promiseMillis() {
            return options.runtime().promiseMillis();
        }

        @Override
        public void onPromise(long peer, int millis) {
            consensus.promised(peer, millis);
        }

        @Override
        public boolean isMember(long id) {
            return membership.find(id) != null;
        }

        @Override
        public boolean isDismissed(long id) {
            // A learner does not send it away: it cannot vote in its place.
            Member self = membership.find(identity.memberId());
            return membership.isRemoved(id)
                    && !directory.isLeaving(id)
                    && (self == null || !self.learner());
        }

        @Override
        public void onRemoved(long peer) {
            removal.toldBy(peer);
        }

        @Override
        public List<String> ownUrls() {
            return options.advertisePeerUrls();
        }

        @Override
        public List<Member> members() {
            return membership.members();
        }

        @Override
        public CompletableFuture<List<Member>> promote(long id) {
            return members.promoteHere(id).thenApply(MemberChanges.Changed::members);
        }

        @Override
        public boolean hasPublished(long id) {
            Member member = membership.find(id);
            return member != null && !member.clientUrls().isEmpty();
        }

        @Override
        public long incarnation() {
            return incarnation.getAsLong();
        }

        @Override
        public SnapshotSink receiveSnapshot(Message message) {
            return snapshots.sink(message, consensus::step);
        }

        @Override
        public SnapshotSource openSnapshot() {
            return snapshots.source();
        }
    }
}
