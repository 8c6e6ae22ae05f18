package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.confchange.Changer;
import org.pdtoolkit.raft.confchange.ConfChangeException;
import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.invariant.InvariantViolation;
import org.pdtoolkit.raft.tracker.Configuration;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * Changes of the group: checked when proposed, active when applied (thesis 4, with etcd's variant
 * of joint consensus).
 */
final class Membership {
    private final Raft raft;

    /**
     * At most one change may be unapplied: the next is accepted once {@code applied} has reached
     * this index. May be too high, never too low.
     */
    private long pendingIndex;

    Membership(Raft raft) {
        this.raft = raft;
    }

    void reset() {
        pendingIndex = 0;
    }

    long pendingIndex() {
        return pendingIndex;
    }

    void assumePendingUpTo(long index) {
        pendingIndex = index;
    }

    /**
     * The proposals, with changes that cannot be accepted now replaced by empty entries.
     *
     * @throws RaftException PROPOSAL_DROPPED if one of them cannot be read
     */
    List<Entry> checked(List<Entry> proposals) {
        List<Entry> result = proposals;
        for (int i = 0; i < proposals.size(); i++) {
            Entry entry = proposals.get(i);
            if (entry.type() == EntryType.NORMAL) {
                continue;
            }
            ConfChange change = decode(entry);
            String reason = whyRefused(change);
            if (reason == null) {
                pendingIndex = raft.log().lastIndex() + i + 1;
                continue;
            }
            raft.emit(
                    new RaftEvent.ConfChangeIgnored(
                            raft.id(), change, raft.tracker().configuration().toString(), reason));
            if (result == proposals) {
                result = new ArrayList<>(proposals);
            }
            result.set(i, Entry.emptyProposal());
        }
        return result;
    }

    private ConfChange decode(Entry entry) {
        try {
            return ConfChange.decode(entry);
        } catch (IllegalArgumentException e) {
            raft.emit(
                    new RaftEvent.ProposalDropped(
                            raft.id(), "unreadable conf change (" + e.getMessage() + ")"));
            throw new RaftException(RaftException.Kind.PROPOSAL_DROPPED);
        }
    }

    private String whyRefused(ConfChange change) {
        boolean joint = raft.tracker().configuration().isJoint();
        boolean noChanges = change.changes().isEmpty();
        if (!raft.config().disableConfChangeValidation()) {
            if (pendingIndex > raft.log().applied()) {
                return "possible unapplied conf change at index "
                        + pendingIndex
                        + " (applied to "
                        + raft.log().applied()
                        + ")";
            }
            if (joint && !noChanges) {
                return "must transition out of joint config first";
            }
            if (!joint && noChanges) {
                return "not in joint state; refusing empty conf change";
            }
        }
        if (noChanges && change.isEnterJoint()) {
            // It looks like leaving, but would be fatal to every node that applies it.
            return "an empty conf change cannot enter a joint config";
        }
        return raft.config().disableConfChangeValidation() ? null : tryOut(change);
    }

    /** With nothing pending, what cannot be done now can never be; applying it would be fatal. */
    private String tryOut(ConfChange change) {
        try {
            compute(change);
            return null;
        } catch (ConfChangeException e) {
            return e.getMessage();
        }
    }

    private ProgressTracker compute(ConfChange change) {
        ProgressTracker base = raft.tracker();
        if (change.isLeaveJoint()) {
            return changer().leaveJoint(base);
        }
        if (change.isEnterJoint()) {
            boolean autoLeave = change.transition() != Transition.JOINT_EXPLICIT;
            return changer().enterJoint(base, autoLeave, change.operations());
        }
        return changer().simple(base, change.operations());
    }

    private Changer changer() {
        return new Changer(
                raft.log().lastIndex(),
                raft.config().maxInflightMessages(),
                raft.config().maxInflightBytes());
    }

    /** Makes a committed change effective. */
    ConfState apply(ConfChange change) {
        try {
            return switchTo(compute(change));
        } catch (ConfChangeException e) {
            throw new InvariantViolation("committed conf change " + change, e);
        }
    }

    /** Starts over from what a snapshot or the storage says. */
    void restore(ConfState confState) {
        Configuration wanted = confState.toConfiguration();
        ProgressTracker restored;
        try {
            restored = changer().restore(wanted);
        } catch (ConfChangeException e) {
            throw new InvariantViolation("impossible membership " + confState, e);
        }
        Invariant.check(
                restored.configuration().equals(wanted), "membership was not restored faithfully");
        switchTo(restored);
    }

    private ConfState switchTo(ProgressTracker tracker) {
        raft.setTracker(tracker);
        Configuration configuration = tracker.configuration();
        raft.emit(new RaftEvent.ConfigurationSwitched(raft.id(), configuration.toString()));
        ConfState confState = ConfState.of(configuration);
        if (raft.role() != Role.LEADER) {
            return confState;
        }
        if (tracker.get(raft.id()) == null || raft.isLearner()) {
            // Without stepping down it goes on replicating for the others until they elect one.
            if (raft.config().stepDownOnRemoval()) {
                raft.becomeFollower(raft.term(), Raft.NONE);
            }
            return confState;
        }
        raft.leaderRole().configurationChanged();
        if (raft.transferee() != Raft.NONE && !configuration.voters().contains(raft.transferee())) {
            raft.abortTransfer("target is no voter any more");
        }
        return confState;
    }

    /** Whenever something was applied: leaves a joint configuration that asks for it. */
    void leaveJointIfDue() {
        Configuration configuration = raft.tracker().configuration();
        if (raft.role() != Role.LEADER
                || !configuration.autoLeave()
                || raft.log().applied() < pendingIndex) {
            return;
        }
        Entry leave = new Entry(0, 0, EntryType.CONF_CHANGE_V2, new byte[0]);
        try {
            raft.step(Message.builder(MessageType.PROP).entries(List.of(leave)).build());
            raft.emit(new RaftEvent.AutoLeaveStarted(configuration.toString()));
        } catch (RaftException e) {
            // A transfer is under way; the next entry applied asks again.
            raft.note(
                    RaftEvent.Level.DEBUG,
                    "not initiating automatic transition out of joint configuration %s: %s",
                    configuration,
                    e.getMessage());
        }
    }
}
