package org.pdtoolkit.raft;

import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.tracker.Configuration;
import org.pdtoolkit.raft.tracker.Progress;
import org.pdtoolkit.raft.tracker.ProgressState;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/** Checks of the whole state, after every call when {@code verify} is on. */
final class StateCheck {
    private StateCheck() {}

    static void check(Raft raft) {
        checkLog(raft);
        checkRole(raft);
        if (raft.role() == Role.LEADER) {
            ProgressTracker tracker = raft.tracker();
            for (int i = 0; i < tracker.size(); i++) {
                checkProgress(raft, tracker, i);
            }
        }
    }

    private static void checkLog(Raft raft) {
        RaftLog log = raft.log();
        Invariant.check(
                log.applied() <= log.applying(),
                "applied %d is behind applying %d",
                log.applied(),
                log.applying());
        // A snapshot moves committed at once, applying only when it is durable.
        Invariant.check(
                log.applying() <= log.committed() && log.committed() <= log.lastIndex(),
                "applying %d, committed %d, last index %d are out of order",
                log.applying(),
                log.committed(),
                log.lastIndex());
        Unstable unstable = log.unstable();
        Invariant.check(
                unstable.offset() <= unstable.offsetInProgress()
                        && unstable.offsetInProgress() <= unstable.offset() + unstable.count(),
                "unstable offset %d, in progress %d, count %d are out of order",
                unstable.offset(),
                unstable.offsetInProgress(),
                unstable.count());
        Invariant.check(
                raft.term() == 0 || log.lastTerm() <= raft.term(),
                "last term %d is above term %d",
                log.lastTerm(),
                raft.term());
        Invariant.check(
                raft.membership().pendingIndex() <= log.lastIndex(),
                "pending change %d is behind last index %d",
                raft.membership().pendingIndex(),
                log.lastIndex());
    }

    private static void checkRole(Raft raft) {
        boolean leads = raft.role() == Role.LEADER;
        Invariant.check(leads == (raft.leader() == raft.id()), "leader is %x", raft.leader());
        Invariant.check(leads || raft.transferee() == Raft.NONE, "transfer at no leader");
        if (raft.role() == Role.CANDIDATE) {
            Invariant.check(raft.vote() == raft.id(), "candidate voted for %x", raft.vote());
        }
        if (raft.role() == Role.CANDIDATE || raft.role() == Role.PRE_CANDIDATE) {
            Invariant.check(raft.leader() == Raft.NONE, "candidate knows leader %x", raft.leader());
        }
        if (leads) {
            Invariant.check(
                    raft.log().lastTerm() == raft.term(),
                    "leader of term %d has no entry of it, last is of %d",
                    raft.term(),
                    raft.log().lastTerm());
        }
    }

    private static void checkProgress(Raft raft, ProgressTracker tracker, int position) {
        long id = tracker.idAt(position);
        Progress progress = tracker.progressAt(position);
        Configuration configuration = tracker.configuration();
        Invariant.check(
                progress.match() < progress.next(),
                "match %d of %x is not below next %d",
                progress.match(),
                id,
                progress.next());
        Invariant.check(
                progress.match() <= raft.log().lastIndex(),
                "match %d of %x is behind last index %d",
                progress.match(),
                id,
                raft.log().lastIndex());
        Invariant.check(
                (progress.state() == ProgressState.SNAPSHOT) == (progress.pendingSnapshot() > 0),
                "pending snapshot %d of %x does not fit the state",
                progress.pendingSnapshot(),
                id);
        Invariant.check(
                progress.isLearner() == configuration.learners().contains(id),
                "learner flag of %x is wrong",
                id);
        long previous = progress.match();
        for (int i = 0; i < progress.inflights().count(); i++) {
            long index = progress.inflights().indexAt(i);
            Invariant.check(
                    index > previous && index < progress.next(),
                    "window of %x holds %d behind %d",
                    id,
                    index,
                    previous);
            previous = index;
        }
        if (id == raft.id()) {
            Invariant.check(
                    progress.state() == ProgressState.REPLICATE, "leader %x probes itself", id);
        }
    }
}
