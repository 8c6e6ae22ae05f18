package org.pdtoolkit.raft;

import java.util.List;

/** What a follower does with messages (§5.3, §7). */
final class FollowerRole {
    private final Raft raft;

    /** A snapshot that waits for entries being applied; null if there is none. */
    private Message deferredSnapshot;

    FollowerRole(Raft raft) {
        this.raft = raft;
    }

    void step(Message message) {
        switch (message.type()) {
            case PROP -> forwardProposal(message);
            case APP -> {
                raft.heardFromLeader(message.from());
                append(message);
            }
            case HEARTBEAT -> {
                raft.heardFromLeader(message.from());
                heartbeat(message);
            }
            case SNAP -> {
                raft.heardFromLeader(message.from());
                snapshot(message);
            }
            case TRANSFER_LEADER -> forwardTransfer(message);
            case READ_INDEX -> {
                if (raft.leader() == Raft.NONE) {
                    noLeader("dropping index reading msg");
                } else {
                    raft.forward(message, 0);
                }
            }
            case READ_INDEX_RESP -> raft.reads().answered(message);
            case TIMEOUT_NOW -> {
                raft.emit(new RaftEvent.TimeoutNowReceived(raft.id(), raft.term(), message.from()));
                raft.elections().campaignForTransfer();
            }
            case FORGET_LEADER -> forgetLeader();
            default -> {
                // Answers to what this node sent in another role.
            }
        }
    }

    private void forwardProposal(Message message) {
        if (raft.leader() == Raft.NONE) {
            dropProposalWithoutLeader();
            throw new RaftException(RaftException.Kind.PROPOSAL_DROPPED);
        }
        if (raft.config().disableProposalForwarding()) {
            raft.emit(
                    new RaftEvent.ProposalDropped(
                            raft.id(),
                            Texts.format(
                                    "not forwarding to leader %x at term %d",
                                    raft.leader(), raft.term())));
            throw new RaftException(RaftException.Kind.PROPOSAL_DROPPED);
        }
        raft.forward(message, 0);
    }

    void dropProposalWithoutLeader() {
        raft.emit(new RaftEvent.ProposalDropped(raft.id(), "no leader at term " + raft.term()));
    }

    private void forwardTransfer(Message message) {
        if (raft.leader() == Raft.NONE) {
            noLeader("dropping leader transfer msg");
        } else if (message.term() != 0) {
            // It was forwarded once, so two nodes disagree about who leads this term.
            raft.note(
                    RaftEvent.Level.WARN,
                    "%x ignored a leader transfer forwarded by another node",
                    raft.id());
        } else {
            raft.forward(message, raft.term());
        }
    }

    private void noLeader(String consequence) {
        raft.note(
                RaftEvent.Level.INFO,
                "%x no leader at term %d; %s",
                raft.id(),
                raft.term(),
                consequence);
    }

    private void forgetLeader() {
        if (raft.config().readOnlyOption() == ReadOnlyOption.LEASE_BASED) {
            // The leader trusts that this node keeps to it.
            raft.note(RaftEvent.Level.ERROR, "ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
        } else if (raft.leader() != Raft.NONE) {
            raft.emit(new RaftEvent.LeaderForgotten(raft.id(), raft.leader(), raft.term()));
            raft.forgetLeader();
        }
    }

    private void append(Message message) {
        RaftLog log = raft.log();
        if (message.index() < log.committed()) {
            acknowledge(message.from(), log.committed());
            return;
        }
        List<Entry> entries = message.entries();
        if (log.maybeAppend(message.logTerm(), message.index(), entries, message.commit())) {
            acknowledge(message.from(), message.index() + entries.size());
            return;
        }
        raft.note(
                RaftEvent.Level.DEBUG,
                "%x [logterm: %d, index: %d] rejected MsgApp [logterm: %d, index: %d] from %x",
                raft.id(),
                log.termOrZero(message.index()),
                message.index(),
                message.logTerm(),
                message.index(),
                message.from());
        // The logs can only agree where the term here is not above the one the leader asked for:
        // naming that place saves one round trip for each entry skipped.
        long hint =
                log.findConflictByTerm(
                        Math.min(message.index(), log.lastIndex()), message.logTerm());
        raft.send(
                Message.builder(MessageType.APP_RESP)
                        .to(message.from())
                        .index(message.index())
                        .reject(true)
                        .rejectHint(hint)
                        .logTerm(hint == 0 ? 0 : log.termOrZero(hint)));
    }

    private void heartbeat(Message message) {
        raft.log().commitTo(message.commit());
        raft.send(
                Message.builder(MessageType.HEARTBEAT_RESP)
                        .to(message.from())
                        .context(message.context()));
    }

    private void snapshot(Message message) {
        Snapshot snapshot = message.snapshot();
        RaftLog log = raft.log();
        if (snapshot.index() > log.committed() && log.applying() > log.applied()) {
            // Entries in the hands of the application may change the membership. Were it replaced
            // now by the later one of the snapshot, they would be applied to the wrong one.
            deferredSnapshot = message;
            return;
        }
        boolean restored = restore(snapshot);
        raft.emit(
                new RaftEvent.SnapshotHandled(
                        raft.id(),
                        raft.log().committed(),
                        restored,
                        snapshot.index(),
                        snapshot.term()));
        acknowledge(message.from(), restored ? raft.log().lastIndex() : raft.log().committed());
    }

    /** Something was applied: takes the snapshot that waited for it. */
    void resumeSnapshot() {
        if (deferredSnapshot != null && raft.log().applying() == raft.log().applied()) {
            Message message = deferredSnapshot;
            deferredSnapshot = null;
            raft.step(message);
        }
    }

    /** Replaces log and membership by the snapshot, unless it brings nothing new. */
    private boolean restore(Snapshot snapshot) {
        RaftLog log = raft.log();
        if (snapshot.index() <= log.committed()) {
            return false;
        }
        if (!snapshot.confState().contains(raft.id())) {
            raft.note(
                    RaftEvent.Level.WARN,
                    "%x attempted to restore snapshot but it is not in the ConfState %s",
                    raft.id(),
                    snapshot.confState());
            return false;
        }
        if (log.matchesTerm(snapshot.term(), snapshot.index())) {
            raft.note(
                    RaftEvent.Level.INFO,
                    "%x [commit: %d, lastindex: %d, lastterm: %d] fast-forwarded commit to"
                            + " snapshot [index: %d, term: %d]",
                    raft.id(),
                    log.committed(),
                    log.lastIndex(),
                    log.lastTerm(),
                    snapshot.index(),
                    snapshot.term());
            log.commitTo(snapshot.index());
            return false;
        }
        log.restore(snapshot);
        raft.membership().restore(snapshot.confState());
        raft.emit(
                new RaftEvent.SnapshotRestored(
                        raft.id(),
                        log.committed(),
                        log.lastIndex(),
                        log.lastTerm(),
                        snapshot.index(),
                        snapshot.term()));
        return true;
    }

    private void acknowledge(long to, long index) {
        raft.send(Message.builder(MessageType.APP_RESP).to(to).index(index));
    }
}
