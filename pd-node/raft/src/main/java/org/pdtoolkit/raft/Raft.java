package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.invariant.InvariantViolation;
import org.pdtoolkit.raft.tracker.Progress;
import org.pdtoolkit.raft.tracker.ProgressState;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * State of one node, the rules about terms, the changes of role and the two timers. What a role
 * does with a message lives in {@link Elections}, {@link LeaderRole}, {@link FollowerRole} and
 * {@link Membership}.
 *
 * <pre>
 * from           to             trigger
 * any            follower       higher term; leader of this term heard; election or quorum lost
 * not leader     pre-candidate  campaign with pre-vote
 * not leader     candidate      campaign, or pre-vote won
 * candidates     leader         election won
 * </pre>
 */
final class Raft {
    static final long NONE = 0;

    /** Keeps a node that may not campaign from counting silent ticks without end. */
    private static final int ELAPSED_TICKS_MAX = 1 << 30;

    private final RaftConfig config;
    private final RaftLog log;
    private final Elections elections = new Elections(this);
    private final LeaderRole leaderRole = new LeaderRole(this);
    private final FollowerRole followerRole = new FollowerRole(this);
    private final Membership membership = new Membership(this);
    private final ReadIndexes reads = new ReadIndexes(this);

    private ProgressTracker tracker = ProgressTracker.empty();
    private long term;
    private long vote;
    private Role role = Role.FOLLOWER;
    private long leader;
    private boolean learner;

    /** Whom leadership is being handed to, only at a leader. */
    private long transferee;

    private int electionElapsed;
    private int heartbeatElapsed;
    private int randomizedElectionTicks;

    /** May leave at once. */
    private List<Message> messages = new ArrayList<>();

    /** May leave only when everything unstable so far is durable. */
    private List<Message> messagesAfterAppend = new ArrayList<>();

    private List<RaftEvent> events = new ArrayList<>();

    Raft(RaftConfig config) {
        this.config = config;
        log = new RaftLog(config.storage(), config.committedBytesMax(), this::emit);
        RaftStorage.InitialState initial = config.storage().initialState();
        membership.restore(initial.confState());
        HardState hardState = initial.hardState();
        if (!hardState.isEmpty()) {
            loadState(hardState);
        }
        if (config.applied() > 0) {
            log.appliedTo(config.applied(), 0);
        }
        becomeFollower(term, NONE);
        emit(
                new RaftEvent.Started(
                        config.id(),
                        tracker.configuration().voters().all().toList(),
                        term,
                        log.committed(),
                        log.applied(),
                        log.lastIndex(),
                        log.lastTerm()));
    }

    private void loadState(HardState hardState) {
        Invariant.check(
                hardState.commit() >= log.committed() && hardState.commit() <= log.lastIndex(),
                "stored commit %d is outside of [%d, %d]",
                hardState.commit(),
                log.committed(),
                log.lastIndex());
        log.commitTo(hardState.commit());
        term = hardState.term();
        vote = hardState.vote();
    }

    // ---- timers

    void tick() {
        if (role == Role.LEADER) {
            tickHeartbeat();
        } else {
            tickElection();
        }
    }

    private void tickElection() {
        electionElapsed = Math.min(electionElapsed + 1, ELAPSED_TICKS_MAX);
        if (isPromotable() && electionElapsed >= randomizedElectionTicks) {
            electionElapsed = 0;
            step(Message.builder(MessageType.HUP).from(id()).build());
        }
    }

    private void tickHeartbeat() {
        heartbeatElapsed++;
        electionElapsed++;
        if (electionElapsed >= config.electionTicks()) {
            electionElapsed = 0;
            if (config.checkQuorum()) {
                leaderRole.checkQuorum();
            }
            if (role == Role.LEADER && transferee != NONE) {
                abortTransfer("timed out");
            }
        }
        if (role == Role.LEADER && heartbeatElapsed >= config.heartbeatTicks()) {
            heartbeatElapsed = 0;
            leaderRole.broadcastHeartbeat();
        }
    }

    // ---- messages

    /**
     * Takes a message after the checks on its sender.
     *
     * @throws RaftException PROPOSAL_DROPPED
     */
    void step(Message message) {
        if (message.term() > term) {
            if (!acceptHigherTerm(message)) {
                return;
            }
        } else if (message.term() != 0 && message.term() < term) {
            onLowerTerm(message);
            return;
        }
        switch (message.type()) {
            case HUP -> elections.campaignOnTimeout();
            case STORAGE_APPEND_RESP -> {
                if (message.index() != 0) {
                    log.unstable().stableTo(message.logTerm(), message.index());
                }
                snapshotStored(message.snapshot());
            }
            case STORAGE_APPLY_RESP -> {
                List<Entry> entries = message.entries();
                if (!entries.isEmpty()) {
                    long last = entries.get(entries.size() - 1).index();
                    appliedTo(last, Entry.encodedSize(entries));
                    leaderRole.reduceUncommitted(Entry.payloadSize(entries));
                }
            }
            case VOTE, PRE_VOTE -> elections.answer(message);
            default -> stepRole(message);
        }
    }

    private void stepRole(Message message) {
        switch (role) {
            case LEADER -> leaderRole.step(message);
            case FOLLOWER -> followerRole.step(message);
            case CANDIDATE, PRE_CANDIDATE -> elections.stepCandidate(message);
        }
    }

    /** False if the message must be dropped: a candidate asks while the leader is alive. */
    private boolean acceptHigherTerm(Message message) {
        MessageType type = message.type();
        if (type == MessageType.VOTE || type == MessageType.PRE_VOTE) {
            // Sticking to a live leader keeps nodes that were cut off or removed from disturbing
            // the group (thesis 4.2.3); a transfer asked for by that leader is no disturbance.
            boolean inLease =
                    config.checkQuorum()
                            && leader != NONE
                            && electionElapsed < config.electionTicks();
            if (inLease && !message.isTransferCampaign()) {
                elections.ignoreInLease(message);
                return false;
            }
        }
        if (type == MessageType.PRE_VOTE
                || (type == MessageType.PRE_VOTE_RESP && !message.reject())) {
            // The term of a pre-vote is one that nobody has entered yet.
            return true;
        }
        emit(new RaftEvent.HigherTermReceived(id(), term, type, message.from(), message.term()));
        boolean fromLeader =
                type == MessageType.APP
                        || type == MessageType.HEARTBEAT
                        || type == MessageType.SNAP;
        becomeFollower(message.term(), fromLeader ? message.from() : NONE);
        return true;
    }

    private void onLowerTerm(Message message) {
        MessageType type = message.type();
        if ((config.checkQuorum() || config.preVote())
                && (type == MessageType.HEARTBEAT || type == MessageType.APP)) {
            // This node's term ran ahead while it was cut off. Its votes may be ignored as long as
            // the leader lives, so the leader has to learn of the term in another way.
            send(Message.builder(MessageType.APP_RESP).to(message.from()));
        } else if (type == MessageType.PRE_VOTE) {
            // Silence could keep the others from ever winning a pre-vote, see the term in the
            // answer.
            elections.reject(message);
        } else if (type == MessageType.STORAGE_APPEND_RESP) {
            // Another leader may have overwritten these entries, with the write still queued.
            if (message.index() != 0) {
                note(
                        RaftEvent.Level.INFO,
                        "%x [term: %d] ignored entry appends from a %s message with lower term"
                                + " [term: %d]",
                        id(),
                        term,
                        type,
                        message.term());
            }
            snapshotStored(message.snapshot());
        } else {
            emit(new RaftEvent.LowerTermIgnored(id(), term, type, message.from(), message.term()));
        }
    }

    private void snapshotStored(Snapshot snapshot) {
        if (!snapshot.isEmpty()) {
            log.unstable().stableSnapshotTo(snapshot.index());
            appliedTo(snapshot.index(), 0);
        }
    }

    private void appliedTo(long index, long bytes) {
        log.appliedTo(Math.max(index, log.applied()), bytes);
        membership.leaveJointIfDue();
        followerRole.resumeSnapshot();
    }

    // ---- roles

    private void reset(long newTerm) {
        if (term != newTerm) {
            term = newTerm;
            vote = NONE;
        }
        leader = NONE;
        electionElapsed = 0;
        heartbeatElapsed = 0;
        drawElectionTimeout();
        transferee = NONE;
        long lastIndex = log.lastIndex();
        for (int i = 0; i < tracker.size(); i++) {
            boolean self = tracker.idAt(i) == id();
            tracker.progressAt(i).reset(self ? lastIndex : 0, lastIndex + 1);
        }
        membership.reset();
        leaderRole.reset();
        reads.reset();
    }

    private void drawElectionTimeout() {
        randomizedElectionTicks =
                config.electionTicks() + config.random().nextInt(config.electionTicks());
    }

    void becomeFollower(long newTerm, long newLeader) {
        reset(newTerm);
        role = Role.FOLLOWER;
        leader = newLeader;
        emit(new RaftEvent.RoleTaken(id(), role, term));
    }

    void becomePreCandidate() {
        Invariant.check(role != Role.LEADER, "leader cannot become pre-candidate");
        // Nothing but the role: whoever loses a pre-vote must not have disturbed anybody.
        tracker.clearVotes();
        role = Role.PRE_CANDIDATE;
        leader = NONE;
        emit(new RaftEvent.RoleTaken(id(), role, term));
    }

    void becomeCandidate() {
        Invariant.check(role != Role.LEADER, "leader cannot become candidate");
        reset(term + 1);
        vote = id();
        role = Role.CANDIDATE;
        emit(new RaftEvent.RoleTaken(id(), role, term));
    }

    void becomeLeader() {
        Invariant.check(role != Role.FOLLOWER, "follower cannot become leader");
        reset(term);
        role = Role.LEADER;
        leader = id();
        Progress own = tracker.get(id());
        own.becomeReplicate();
        own.setRecentActive(true);
        // There may be changes among the entries that were not applied yet.
        membership.assumePendingUpTo(log.lastIndex());
        if (!leaderRole.append(List.of(Entry.emptyProposal()))) {
            throw new InvariantViolation("the empty entry of a new leader was refused");
        }
        emit(new RaftEvent.RoleTaken(id(), role, term));
    }

    /** Forgets the leader without any other effect. */
    void forgetLeader() {
        leader = NONE;
    }

    /** A message of the current leader arrived. */
    void heardFromLeader(long from) {
        electionElapsed = 0;
        leader = from;
    }

    void grantVote(long to) {
        electionElapsed = 0;
        vote = to;
    }

    /** Whether this node may become leader. */
    boolean isPromotable() {
        return tracker.get(id()) != null && !learner && !log.unstable().hasSnapshot();
    }

    // ---- leadership transfer

    void startTransfer(long to) {
        electionElapsed = 0;
        transferee = to;
    }

    void abortTransfer(String reason) {
        emit(new RaftEvent.TransferAborted(id(), term, transferee, reason));
        transferee = NONE;
    }

    // ---- sending

    /** Sends in the name and term of this node. */
    void send(Message.Builder builder) {
        enqueue(builder.from(id()).term(term).build());
    }

    /** Sends a vote request or answer, whose term the caller has set. */
    void sendVote(Message.Builder builder) {
        Message message = builder.from(id()).build();
        Invariant.check(message.term() != 0, "a vote message must have a term");
        enqueue(message);
    }

    /** Passes a request on to the leader in the name of its first sender. */
    void forward(Message message, long messageTerm) {
        long from = message.from() == NONE ? id() : message.from();
        enqueue(message.toBuilder().from(from).to(leader).term(messageTerm).build());
    }

    private void enqueue(Message message) {
        MessageType type = message.type();
        if (type == MessageType.APP_RESP
                || type == MessageType.VOTE_RESP
                || type == MessageType.PRE_VOTE_RESP) {
            // They promise something that must survive a crash: a vote, or entries (thesis 3.8,
            // 10.2.1). The own vote and the leader's own acknowledgement count no earlier either.
            messagesAfterAppend.add(message);
        } else {
            Invariant.check(message.to() != id(), "message to self would leave before the write");
            messages.add(message);
        }
    }

    void emit(RaftEvent event) {
        events.add(event);
    }

    void note(RaftEvent.Level level, String format, Object... arguments) {
        emit(new RaftEvent.Note(level, Texts.format(format, arguments)));
    }

    // ---- what the outside takes away

    List<Message> messages() {
        return messages;
    }

    List<Message> messagesAfterAppend() {
        return messagesAfterAppend;
    }

    void clearMessages() {
        messages = new ArrayList<>();
        messagesAfterAppend = new ArrayList<>();
    }

    boolean hasEvents() {
        return !events.isEmpty();
    }

    List<RaftEvent> events() {
        return events;
    }

    List<RaftEvent> takeEvents() {
        List<RaftEvent> taken = events;
        events = new ArrayList<>();
        return taken;
    }

    HardState hardState() {
        return new HardState(term, vote, log.committed());
    }

    SoftState softState() {
        return new SoftState(leader, role);
    }

    // ---- state

    RaftConfig config() {
        return config;
    }

    RaftLog log() {
        return log;
    }

    LeaderRole leaderRole() {
        return leaderRole;
    }

    FollowerRole followerRole() {
        return followerRole;
    }

    Elections elections() {
        return elections;
    }

    Membership membership() {
        return membership;
    }

    ReadIndexes reads() {
        return reads;
    }

    ProgressTracker tracker() {
        return tracker;
    }

    void setTracker(ProgressTracker newTracker) {
        tracker = newTracker;
        Progress own = newTracker.get(id());
        learner = own != null && own.isLearner();
        if (role == Role.LEADER && own != null && own.state() == ProgressState.PROBE) {
            // It was removed, went on leading, and is back: a leader never probes itself.
            own.becomeReplicate();
        }
    }

    long id() {
        return config.id();
    }

    long term() {
        return term;
    }

    long vote() {
        return vote;
    }

    Role role() {
        return role;
    }

    long leader() {
        return leader;
    }

    boolean isLearner() {
        return learner;
    }

    long transferee() {
        return transferee;
    }

    int electionElapsed() {
        return electionElapsed;
    }

    int randomizedElectionTicks() {
        return randomizedElectionTicks;
    }

    /** For tests: overwrites the drawn timeout until the next draw. */
    void setRandomizedElectionTicks(int ticks) {
        randomizedElectionTicks = ticks;
    }
}
