package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.tracker.Progress;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * One member of a Raft group. Every call runs to completion and never blocks; what has to happen
 * outside is handed out by {@link #ready} and confirmed by {@link #advance}.
 *
 * <p>Thread: one owner at a time, not synchronised. Errors: {@link RaftException} for refused
 * input; {@link org.pdtoolkit.raft.invariant.InvariantViolation} means that the node must stop.
 */
public final class RaftNode {
    private final Raft raft;
    private final boolean async;
    private final boolean verify;

    /** What the application knows from the last Ready; it is told only of differences. */
    private SoftState lastSoftState;

    private HardState lastHardState;

    /** Between {@code ready} and {@code advance}, synchronous mode only. */
    private boolean readyAccepted;

    /** Becomes true by itself once the last Ready is done: own answers, and what is durable. */
    private List<Message> onAdvance = new ArrayList<>();

    /**
     * Starts a node from what its storage holds; nothing is emitted until something changes, except
     * committed entries behind {@code applied}.
     */
    public RaftNode(RaftConfig config) {
        raft = new Raft(config);
        async = config.asyncStorageWrites();
        verify = config.verify();
        lastSoftState = raft.softState();
        lastHardState = raft.hardState();
        checked();
    }

    /**
     * Makes {@code peers} the first members of a new group. Every member has to be given the same
     * list. The first Ready commits one entry for each peer, which the application applies like any
     * other change.
     *
     * @throws IllegalArgumentException if there are no peers
     * @throws IllegalStateException if the storage is not empty
     */
    public void bootstrap(List<Peer> peers) {
        if (peers.isEmpty()) {
            throw new IllegalArgumentException("peers is empty, must name at least one");
        }
        if (raft.log().lastIndex() != 0) {
            throw new IllegalStateException(
                    "cannot bootstrap: storage already reaches index " + raft.log().lastIndex());
        }
        // Everything that follows is new to the application.
        lastHardState = HardState.EMPTY;
        raft.becomeFollower(1, Raft.NONE);
        List<Entry> entries = new ArrayList<>(peers.size());
        for (Peer peer : peers) {
            ConfChange change = ConfChange.of(ChangeType.ADD_NODE, peer.id(), peer.context());
            entries.add(
                    new Entry(
                            1, entries.size() + 1L, EntryType.CONF_CHANGE, change.encodeOldForm()));
        }
        raft.log().append(entries);
        raft.log().commitTo(entries.size());
        // Now, so that the node can campaign before it has applied the entries.
        for (Peer peer : peers) {
            raft.membership().apply(ConfChange.of(ChangeType.ADD_NODE, peer.id(), new byte[0]));
        }
        checked();
    }

    /** Lets one tick of the logical clock pass. */
    public void tick() {
        raft.tick();
        checked();
    }

    /**
     * Takes a message from another node or from a storage thread.
     *
     * @throws RaftException STEP_LOCAL_MESSAGE, STEP_PEER_NOT_FOUND, PROPOSAL_DROPPED
     */
    public void step(Message message) {
        boolean fromStorage = Message.isStorageThread(message.from());
        if (message.type().isLocal() && !fromStorage) {
            throw new RaftException(RaftException.Kind.STEP_LOCAL_MESSAGE);
        }
        if (message.type().isResponse()
                && !fromStorage
                && raft.tracker().get(message.from()) == null) {
            throw new RaftException(RaftException.Kind.STEP_PEER_NOT_FOUND);
        }
        String defect = MessageCheck.defectOf(message);
        if (defect != null) {
            raft.note(
                    RaftEvent.Level.ERROR,
                    "%x dropped a malformed %s from %x: %s",
                    raft.id(),
                    message.type(),
                    message.from(),
                    defect);
            return;
        }
        stepUnchecked(message);
    }

    private void stepUnchecked(Message message) {
        try {
            raft.step(message);
        } finally {
            checked();
        }
    }

    /** Campaigns as if the election timeout had passed. */
    public void campaign() {
        stepUnchecked(Message.builder(MessageType.HUP).build());
    }

    /**
     * Proposes an entry. It may still be lost; whoever proposes sees that by it not being applied.
     *
     * @param data not copied
     * @throws RaftException PROPOSAL_DROPPED if it is certain that nothing was appended here
     */
    public void propose(byte[] data) {
        proposeEntries(List.of(Entry.proposal(data)));
    }

    /**
     * Proposes several entries at once: they are appended next to each other or not at all.
     *
     * @param batch not empty; the data is not copied
     * @throws RaftException PROPOSAL_DROPPED if it is certain that nothing was appended here
     */
    public void propose(List<byte[]> batch) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("batch is empty, must have at least one entry");
        }
        List<Entry> entries = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            entries.add(Entry.proposal(batch.get(i)));
        }
        proposeEntries(entries);
    }

    private void proposeEntries(List<Entry> entries) {
        stepUnchecked(Message.builder(MessageType.PROP).from(raft.id()).entries(entries).build());
    }

    /**
     * Proposes a membership change. A leader that cannot accept it now appends an empty entry
     * instead, without telling; see {@link RaftEvent.ConfChangeIgnored}.
     *
     * @throws RaftException PROPOSAL_DROPPED
     */
    public void proposeConfChange(ConfChange change) {
        Entry entry = new Entry(0, 0, EntryType.CONF_CHANGE_V2, change.encode());
        stepUnchecked(Message.builder(MessageType.PROP).entries(List.of(entry)).build());
    }

    /** Whether this node leads and would ignore a change, since another may still be unapplied. */
    public boolean changePending() {
        return raft.role() == Role.LEADER
                && raft.membership().pendingIndex() > raft.log().applied();
    }

    /**
     * Makes a committed change effective. To be called for every change that the application
     * applies and does not reject for reasons of its own.
     *
     * @return the membership from now on, to be kept with the applied state
     */
    public ConfState applyConfChange(ConfChange change) {
        ConfState confState = raft.membership().apply(change);
        checked();
        return confState;
    }

    /**
     * Asks for an index from which on a read is linearizable; the answer is a {@link ReadState}
     * with the same context. Requests may be lost: retry after a while.
     */
    public void readIndex(byte[] context) {
        stepUnchecked(
                Message.builder(MessageType.READ_INDEX)
                        .entries(List.of(Entry.proposal(context)))
                        .build());
    }

    /** Asks the leader to hand leadership to {@code target}; may silently fail. */
    public void transferLeader(long target) {
        stepUnchecked(Message.builder(MessageType.TRANSFER_LEADER).from(target).build());
    }

    /** Lets a follower act as if it had no leader, until one is heard of again. */
    public void forgetLeader() {
        stepUnchecked(Message.builder(MessageType.FORGET_LEADER).build());
    }

    /** The last message to {@code id} could not be delivered. */
    public void reportUnreachable(long id) {
        stepUnchecked(Message.builder(MessageType.UNREACHABLE).from(id).build());
    }

    /** Sending a snapshot to {@code id} has ended. Failures must be reported. */
    public void reportSnapshot(long id, boolean success) {
        stepUnchecked(Message.builder(MessageType.SNAP_STATUS).from(id).reject(!success).build());
    }

    /** Whether {@link #ready} would hold anything. */
    public boolean hasReady() {
        RaftLog log = raft.log();
        return !raft.messages().isEmpty()
                || !raft.messagesAfterAppend().isEmpty()
                || log.unstable().hasNextEntries()
                || log.hasNextCommitted(!async)
                || !log.unstable().nextSnapshot().isEmpty()
                || raft.reads().hasReadStates()
                || raft.hasEvents()
                || softStateChanged()
                || hardStateChanged();
    }

    private boolean softStateChanged() {
        return lastSoftState.leader() != raft.leader() || lastSoftState.role() != raft.role();
    }

    private boolean hardStateChanged() {
        return lastHardState.commit() != raft.log().committed() || voteOrTermChanged();
    }

    private boolean voteOrTermChanged() {
        return lastHardState.term() != raft.term() || lastHardState.vote() != raft.vote();
    }

    /**
     * Takes what has to be done next. In synchronous mode {@link #advance} must follow before the
     * next call.
     */
    public Ready ready() {
        Invariant.check(!readyAccepted, "ready without advance");
        RaftLog log = raft.log();
        HardState hardState = hardStateChanged() ? raft.hardState() : HardState.EMPTY;
        List<Entry> entries = log.unstable().nextEntries();
        List<Entry> committed = log.nextCommitted(!async);
        Snapshot snapshot = log.unstable().nextSnapshot();
        boolean mustSync = !entries.isEmpty() || voteOrTermChanged();
        List<Message> messages = raft.messages();
        if (async) {
            StorageMessages.add(raft, messages, hardState, entries, snapshot, committed);
        } else {
            addAnswersToOthers(messages);
        }
        Ready ready =
                new Ready(
                        softStateChanged() ? raft.softState() : null,
                        hardState,
                        raft.reads().readStates(),
                        entries,
                        snapshot,
                        committed,
                        messages,
                        mustSync,
                        raft.takeEvents());
        accept(ready);
        checked();
        return ready;
    }

    private void addAnswersToOthers(List<Message> messages) {
        List<Message> afterAppend = raft.messagesAfterAppend();
        for (int i = 0; i < afterAppend.size(); i++) {
            if (afterAppend.get(i).to() != raft.id()) {
                messages.add(afterAppend.get(i));
            }
        }
    }

    private void accept(Ready ready) {
        if (ready.softState() != null) {
            lastSoftState = ready.softState();
        }
        if (!ready.hardState().isEmpty()) {
            lastHardState = ready.hardState();
        }
        List<Entry> committed = ready.committedEntries();
        if (!async) {
            collectForAdvance(ready.snapshot(), committed);
            readyAccepted = true;
        }
        raft.clearMessages();
        raft.reads().clearReadStates();
        raft.log().acceptUnstable();
        if (!committed.isEmpty()) {
            long last = committed.get(committed.size() - 1).index();
            raft.log().acceptApplying(last, Entry.encodedSize(committed), !async);
        }
    }

    private void collectForAdvance(Snapshot snapshot, List<Entry> committed) {
        List<Message> afterAppend = raft.messagesAfterAppend();
        for (int i = 0; i < afterAppend.size(); i++) {
            if (afterAppend.get(i).to() == raft.id()) {
                onAdvance.add(afterAppend.get(i));
            }
        }
        if (StorageMessages.needsAppendAnswer(raft, snapshot)) {
            onAdvance.add(StorageMessages.appendAnswer(raft, snapshot));
        }
        if (!committed.isEmpty()) {
            onAdvance.add(StorageMessages.applyAnswer(raft, committed));
        }
    }

    /** Everything in the last Ready is done. Synchronous mode only. */
    public void advance() {
        Invariant.check(!async, "advance in asynchronous mode");
        Invariant.check(readyAccepted, "advance without ready");
        readyAccepted = false;
        List<Message> due = onAdvance;
        onAdvance = new ArrayList<>();
        for (int i = 0; i < due.size(); i++) {
            raft.step(due.get(i));
        }
        checked();
    }

    private void checked() {
        if (verify) {
            StateCheck.check(raft);
        }
    }

    /** A copy of the whole state; not for hot paths. */
    public Status status() {
        List<Status.PeerProgress> peers = new ArrayList<>();
        ProgressTracker tracker = raft.tracker();
        for (int i = 0; i < tracker.size() && raft.role() == Role.LEADER; i++) {
            Progress progress = tracker.progressAt(i);
            peers.add(
                    new Status.PeerProgress(
                            tracker.idAt(i),
                            progress.state(),
                            progress.match(),
                            progress.next(),
                            progress.isLearner(),
                            progress.isPaused(),
                            progress.isRecentActive(),
                            progress.pendingSnapshot(),
                            progress.inflights().count()));
        }
        return new Status(
                raft.id(),
                raft.hardState(),
                raft.softState(),
                raft.log().applied(),
                raft.log().lastIndex(),
                raft.transferee(),
                ConfState.of(tracker.configuration()),
                peers);
    }

    public long id() {
        return raft.id();
    }

    public long term() {
        return raft.term();
    }

    /** The leader this node follows or is; 0 = unknown. */
    public long leader() {
        return raft.leader();
    }

    public Role role() {
        return raft.role();
    }

    /** Last index known to be committed. */
    public long committed() {
        return raft.log().committed();
    }

    /** Last index reported as applied. */
    public long applied() {
        return raft.log().applied();
    }

    public long lastIndex() {
        return raft.log().lastIndex();
    }

    /** Whom leadership is being handed to; 0 = nobody. */
    public long transferee() {
        return raft.transferee();
    }

    /** For tests and checks. */
    Raft raft() {
        return raft;
    }
}
