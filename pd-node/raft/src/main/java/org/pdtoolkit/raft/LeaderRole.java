package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.invariant.InvariantViolation;
import org.pdtoolkit.raft.tracker.Progress;
import org.pdtoolkit.raft.tracker.ProgressState;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * What a leader does: replicate, commit, keep its followers, hand over (§5.3, §5.4, thesis 3.10).
 */
final class LeaderRole {
    private final Raft raft;

    /** Payload bytes of own entries not yet applied; may be too small, never too large. */
    private long uncommittedBytes;

    LeaderRole(Raft raft) {
        this.raft = raft;
    }

    void reset() {
        uncommittedBytes = 0;
    }

    long uncommittedBytes() {
        return uncommittedBytes;
    }

    /**
     * Messages at a leader.
     *
     * @throws RaftException PROPOSAL_DROPPED
     */
    void step(Message message) {
        switch (message.type()) {
            case BEAT -> broadcastHeartbeat();
            case CHECK_QUORUM -> checkQuorum();
            case PROP -> propose(message);
            case READ_INDEX -> raft.reads().request(message);
            case APP_RESP, HEARTBEAT_RESP, SNAP_STATUS, UNREACHABLE, TRANSFER_LEADER -> {
                Progress progress = raft.tracker().get(message.from());
                if (progress == null) {
                    raft.note(
                            RaftEvent.Level.DEBUG,
                            "%x no progress available for %x",
                            raft.id(),
                            message.from());
                } else {
                    stepPeer(message, progress);
                }
            }
            default -> {
                // Messages of a leader in this very term cannot be true; the rest is for others.
            }
        }
    }

    private void stepPeer(Message message, Progress progress) {
        switch (message.type()) {
            case APP_RESP -> {
                progress.setRecentActive(true);
                if (message.reject()) {
                    appendRejected(message, progress);
                } else {
                    appendAccepted(message.from(), message.index(), progress);
                }
            }
            case HEARTBEAT_RESP -> heartbeatAnswered(message, progress);
            case SNAP_STATUS -> snapshotReported(message, progress);
            case UNREACHABLE -> unreachable(message.from(), progress);
            case TRANSFER_LEADER -> transfer(message.from(), progress);
            default -> throw new IllegalArgumentException("not from a peer: " + message.type());
        }
    }

    // ---- proposals

    private void propose(Message message) {
        Invariant.check(!message.entries().isEmpty(), "a proposal without entries");
        if (raft.tracker().get(raft.id()) == null) {
            drop("was removed from the configuration");
        }
        if (raft.transferee() != Raft.NONE) {
            drop(
                    Texts.format(
                            "[term %d] transfer leadership to %x is in progress",
                            raft.term(), raft.transferee()));
        }
        long pendingBefore = raft.membership().pendingIndex();
        if (!append(raft.membership().checked(message.entries()))) {
            raft.membership().assumePendingUpTo(pendingBefore);
            drop("appending new entries to log would exceed uncommitted entry size limit");
        }
        broadcastAppend();
    }

    private void drop(String reason) {
        raft.emit(new RaftEvent.ProposalDropped(raft.id(), reason));
        throw new RaftException(RaftException.Kind.PROPOSAL_DROPPED);
    }

    /** Numbers and appends own entries; false if that would exceed the uncommitted limit. */
    boolean append(List<Entry> proposals) {
        if (!increaseUncommitted(Entry.payloadSize(proposals))) {
            return false;
        }
        long index = raft.log().lastIndex();
        List<Entry> entries = new ArrayList<>(proposals.size());
        for (int i = 0; i < proposals.size(); i++) {
            entries.add(proposals.get(i).at(raft.term(), ++index));
        }
        raft.log().append(entries);
        // The leader sends before its own write is durable (thesis 10.2.1); it counts itself only
        // when this message comes back.
        raft.send(Message.builder(MessageType.APP_RESP).to(raft.id()).index(index));
        return true;
    }

    private boolean increaseUncommitted(long bytes) {
        long limit = raft.config().maxUncommittedBytes();
        // An empty tail takes any size, else a large entry could never get in; empty entries (a
        // new leader's first, leaving a joint configuration) must always get in.
        if (limit > 0 && uncommittedBytes > 0 && bytes > 0 && bytes > limit - uncommittedBytes) {
            return false;
        }
        uncommittedBytes += bytes;
        return true;
    }

    void reduceUncommitted(long bytes) {
        uncommittedBytes = Math.max(0, uncommittedBytes - bytes);
    }

    // ---- sending

    /** Sends to everybody what they lack; an empty append where they lack nothing. */
    void broadcastAppend() {
        ProgressTracker tracker = raft.tracker();
        for (int i = 0; i < tracker.size(); i++) {
            if (tracker.idAt(i) != raft.id()) {
                sendAppend(tracker.idAt(i), tracker.progressAt(i), true);
            }
        }
    }

    /** Sends the next append, or a snapshot where the log no longer reaches; false if nothing. */
    private boolean sendAppend(long to, Progress progress, boolean emptyAllowed) {
        if (progress.isPaused()) {
            return false;
        }
        RaftLog log = raft.log();
        long previous = progress.next() - 1;
        long previousTerm = log.term(previous);
        if (previousTerm == RaftLog.UNKNOWN_TERM) {
            return sendSnapshot(to, progress);
        }
        boolean windowFull =
                progress.state() == ProgressState.REPLICATE && progress.inflights().isFull();
        List<Entry> entries =
                windowFull
                        ? List.of()
                        : log.entries(progress.next(), raft.config().maxBytesPerMessage());
        if (entries == null) {
            return sendSnapshot(to, progress);
        }
        if (entries.isEmpty() && !emptyAllowed) {
            return false;
        }
        raft.send(
                Message.builder(MessageType.APP)
                        .to(to)
                        .index(previous)
                        .logTerm(previousTerm)
                        .entries(entries)
                        .commit(log.committed()));
        progress.sentEntries(entries.size(), Entry.payloadSize(entries));
        progress.sentCommit(log.committed());
        return true;
    }

    private boolean sendSnapshot(long to, Progress progress) {
        if (!progress.isRecentActive()) {
            raft.note(
                    RaftEvent.Level.DEBUG,
                    "ignore sending snapshot to %x since it is not recently active",
                    to);
            return false;
        }
        Snapshot snapshot;
        try {
            snapshot = raft.log().snapshot();
        } catch (RaftStorageException e) {
            if (e.kind() == RaftStorageException.Kind.SNAPSHOT_TEMPORARILY_UNAVAILABLE) {
                raft.note(
                        RaftEvent.Level.DEBUG,
                        "%x failed to send snapshot to %x because snapshot is temporarily"
                                + " unavailable",
                        raft.id(),
                        to);
                return false;
            }
            throw new InvariantViolation("snapshot for a peer", e);
        }
        Invariant.check(!snapshot.isEmpty(), "storage needs a snapshot to have cut its log");
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x [firstindex: %d, commit: %d] sent snapshot[index: %d, term: %d] to %x [%s]",
                raft.id(),
                raft.log().firstIndex(),
                raft.log().committed(),
                snapshot.index(),
                snapshot.term(),
                to,
                progress);
        progress.becomeSnapshot(snapshot.index());
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x paused sending replication messages to %x [%s]",
                raft.id(),
                to,
                progress);
        raft.send(Message.builder(MessageType.SNAP).to(to).snapshot(snapshot));
        return true;
    }

    void broadcastHeartbeat() {
        byte[] context = raft.reads().heartbeatContext();
        ProgressTracker tracker = raft.tracker();
        for (int i = 0; i < tracker.size(); i++) {
            if (tracker.idAt(i) == raft.id()) {
                continue;
            }
            Progress progress = tracker.progressAt(i);
            // A follower must not commit what it may not have.
            long commit = Math.min(progress.match(), raft.log().committed());
            raft.send(
                    Message.builder(MessageType.HEARTBEAT)
                            .to(tracker.idAt(i))
                            .commit(commit)
                            .context(context));
            progress.sentCommit(commit);
        }
    }

    // ---- answers

    private void appendAccepted(long from, long index, Progress progress) {
        if (index > raft.log().lastIndex()) {
            // It lost its log, or this node did. Counting it could commit what nobody holds.
            raft.note(
                    RaftEvent.Level.ERROR,
                    "%x ignored MsgAppResp from %x for index %d behind last index %d",
                    raft.id(),
                    from,
                    index,
                    raft.log().lastIndex());
            return;
        }
        boolean probedInVain = index == progress.match() && progress.state() == ProgressState.PROBE;
        if (!progress.maybeUpdate(index) && !probedInVain) {
            return;
        }
        switch (progress.state()) {
            case PROBE -> progress.becomeReplicate();
            case REPLICATE -> progress.inflights().freeUpTo(index);
            case SNAPSHOT -> {
                // Whichever snapshot it got: the log can go on from there.
                if (progress.match() + 1 >= raft.log().firstIndex()) {
                    raft.note(
                            RaftEvent.Level.DEBUG,
                            "%x recovered from needing snapshot, resumed sending replication"
                                    + " messages to %x [%s]",
                            raft.id(),
                            from,
                            progress);
                    progress.becomeProbe();
                    progress.becomeReplicate();
                }
            }
        }
        boolean self = from == raft.id();
        if (commit()) {
            broadcastAppend();
        } else if (!self && progress.canBumpCommit(raft.log().committed())) {
            sendAppend(from, progress, true);
        }
        if (self) {
            return;
        }
        boolean more = true;
        while (more) {
            more = sendAppend(from, progress, false);
        }
        if (from == raft.transferee() && progress.match() == raft.log().lastIndex()) {
            raft.note(
                    RaftEvent.Level.INFO,
                    "%x sent MsgTimeoutNow to %x after received MsgAppResp",
                    raft.id(),
                    from);
            sendTimeoutNow(from);
        }
    }

    private void appendRejected(Message message, Progress progress) {
        long from = message.from();
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x received %s(rejected, hint: (index %d, term %d)) from %x for index %d",
                raft.id(),
                message.type(),
                message.rejectHint(),
                message.logTerm(),
                from,
                message.index());
        long candidate = message.rejectHint();
        if (message.logTerm() > 0) {
            // One probe for each term that differs, instead of one for each entry.
            candidate = raft.log().findConflictByTerm(candidate, message.logTerm());
        }
        if (!progress.maybeDecrement(message.index(), candidate)) {
            return;
        }
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x decreased progress of %x to [%s]",
                raft.id(),
                from,
                progress);
        if (progress.state() == ProgressState.REPLICATE) {
            progress.becomeProbe();
        }
        sendAppend(from, progress, true);
    }

    /**
     * Commits what a quorum holds. Only entries of the own term are counted; earlier ones follow
     * along (§5.4.2).
     */
    private boolean commit() {
        if (!raft.log().maybeCommit(raft.term(), raft.tracker().committed())) {
            return false;
        }
        raft.reads().releaseParked();
        return true;
    }

    private void heartbeatAnswered(Message message, Progress progress) {
        progress.setRecentActive(true);
        progress.resumeAppends();
        // Lost appends are noticed here, an empty one is enough if the window is full.
        if (progress.match() < raft.log().lastIndex() || progress.state() == ProgressState.PROBE) {
            sendAppend(message.from(), progress, true);
        }
        raft.reads().acknowledged(message, progress);
    }

    private void snapshotReported(Message message, Progress progress) {
        if (progress.state() != ProgressState.SNAPSHOT) {
            return;
        }
        if (message.reject()) {
            progress.forgetPendingSnapshot();
        }
        progress.becomeProbe();
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x snapshot %s, resumed sending replication messages to %x [%s]",
                raft.id(),
                message.reject() ? "failed" : "succeeded",
                message.from(),
                progress);
        // Success: the answer to the snapshot comes next. Failure: give it a heartbeat's time.
        progress.pauseAppends();
    }

    private void unreachable(long from, Progress progress) {
        if (from == raft.id()) {
            return;
        }
        // Sending ahead would only lose more.
        if (progress.state() == ProgressState.REPLICATE) {
            progress.becomeProbe();
        }
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x failed to send message to %x because it is unreachable [%s]",
                raft.id(),
                from,
                progress);
    }

    void checkQuorum() {
        if (!raft.tracker().isQuorumActive()) {
            raft.emit(new RaftEvent.QuorumLost(raft.id()));
            raft.becomeFollower(raft.term(), Raft.NONE);
        }
        ProgressTracker tracker = raft.tracker();
        for (int i = 0; i < tracker.size(); i++) {
            if (tracker.idAt(i) != raft.id()) {
                tracker.progressAt(i).setRecentActive(false);
            }
        }
    }

    // ---- transfer

    private void transfer(long to, Progress progress) {
        if (progress.isLearner()) {
            raft.note(RaftEvent.Level.DEBUG, "%x is learner. Ignored transferring leadership", to);
            return;
        }
        if (raft.transferee() == to) {
            raft.note(
                    RaftEvent.Level.INFO,
                    "%x [term %d] transfer leadership to %x is in progress, ignores request to"
                            + " same node %x",
                    raft.id(),
                    raft.term(),
                    to,
                    to);
            return;
        }
        if (raft.transferee() != Raft.NONE) {
            raft.abortTransfer("another target was requested");
        }
        if (to == raft.id()) {
            raft.note(
                    RaftEvent.Level.DEBUG,
                    "%x is already leader. Ignored transferring leadership to self",
                    to);
            return;
        }
        raft.emit(new RaftEvent.TransferStarted(raft.id(), raft.term(), to));
        raft.startTransfer(to);
        if (progress.match() == raft.log().lastIndex()) {
            sendTimeoutNow(to);
            raft.emit(new RaftEvent.TimeoutNowSent(raft.id(), to));
        } else {
            sendAppend(to, progress, true);
        }
    }

    private void sendTimeoutNow(long to) {
        raft.send(Message.builder(MessageType.TIMEOUT_NOW).to(to));
    }

    // ---- membership

    /** A new configuration may need fewer acknowledgements, or have somebody to be probed. */
    void configurationChanged() {
        if (commit()) {
            broadcastAppend();
        } else {
            ProgressTracker tracker = raft.tracker();
            for (int i = 0; i < tracker.size(); i++) {
                if (tracker.idAt(i) != raft.id()) {
                    sendAppend(tracker.idAt(i), tracker.progressAt(i), false);
                }
            }
        }
        raft.reads().advance();
    }
}
