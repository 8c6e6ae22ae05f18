package org.pdtoolkit.raft.confchange;

import java.util.function.Consumer;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.tracker.Configuration;
import org.pdtoolkit.raft.tracker.Progress;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * Computes the tracker that follows from a change. Never modifies the one it starts from; every
 * refused change throws {@link ConfChangeException}.
 *
 * <p>Source: thesis 4.3 (joint consensus), etcd raft's variant of it: a joint configuration becomes
 * active when its entry is applied.
 */
public final class Changer {
    private final long lastIndex;
    private final int inflightCountMax;
    private final long inflightBytesMax;

    /**
     * @param lastIndex of the local log; where probing of a new node starts
     * @param inflightCountMax window of a new node in messages
     * @param inflightBytesMax window of a new node in bytes, 0 = no limit
     */
    public Changer(long lastIndex, int inflightCountMax, long inflightBytesMax) {
        this.lastIndex = lastIndex;
        this.inflightCountMax = inflightCountMax;
        this.inflightBytesMax = inflightBytesMax;
    }

    /** Changes at most one voter outside of the joint state. */
    public ProgressTracker simple(ProgressTracker base, Consumer<ConfigurationDraft> operations) {
        if (base.configuration().isJoint()) {
            throw new ConfChangeException("can't apply simple config change in joint config");
        }
        ConfigurationDraft draft = edit(base, operations);
        if (base.configuration().voters().incoming().differences(draft.incoming()) > 1) {
            throw new ConfChangeException(
                    "more than one voter changed without entering joint config");
        }
        return draft.finish(false);
    }

    /** Enters the joint state: from now on the old and the new voters must both agree. */
    public ProgressTracker enterJoint(
            ProgressTracker base, boolean autoLeave, Consumer<ConfigurationDraft> operations) {
        if (base.configuration().isJoint()) {
            throw new ConfChangeException("config is already joint");
        }
        if (base.configuration().voters().incoming().isEmpty()) {
            // The outgoing half would be empty, hence the result not joint at all.
            throw new ConfChangeException("can't make a zero-voter config joint");
        }
        ConfigurationDraft draft =
                edit(
                        base,
                        started -> {
                            started.startJoint();
                            operations.accept(started);
                        });
        return draft.finish(autoLeave);
    }

    /** Leaves the joint state: the new voters are the only ones. */
    public ProgressTracker leaveJoint(ProgressTracker base) {
        if (!base.configuration().isJoint()) {
            throw new ConfChangeException("can't leave a non-joint config");
        }
        ConfigurationDraft draft = new ConfigurationDraft(this, base);
        draft.endJoint();
        return draft.finish(false);
    }

    /** Rebuilds {@code wanted} from nothing, by the same steps that could have led to it. */
    public ProgressTracker restore(Configuration wanted) {
        ProgressTracker tracker = ProgressTracker.empty();
        IdSet outgoing = wanted.voters().outgoing();
        if (outgoing.isEmpty()) {
            IdSet incoming = wanted.voters().incoming();
            for (int i = 0; i < incoming.size(); i++) {
                long id = incoming.get(i);
                tracker = simple(tracker, draft -> draft.addVoter(id));
            }
            for (int i = 0; i < wanted.learners().size(); i++) {
                long id = wanted.learners().get(i);
                tracker = simple(tracker, draft -> draft.addLearner(id));
            }
            return tracker;
        }
        for (int i = 0; i < outgoing.size(); i++) {
            long id = outgoing.get(i);
            tracker = simple(tracker, draft -> draft.addVoter(id));
        }
        return enterJoint(tracker, wanted.autoLeave(), draft -> rebuildIncoming(draft, wanted));
    }

    private static void rebuildIncoming(ConfigurationDraft draft, Configuration wanted) {
        IdSet outgoing = wanted.voters().outgoing();
        for (int i = 0; i < outgoing.size(); i++) {
            draft.remove(outgoing.get(i));
        }
        IdSet incoming = wanted.voters().incoming();
        for (int i = 0; i < incoming.size(); i++) {
            draft.addVoter(incoming.get(i));
        }
        for (int i = 0; i < wanted.learners().size(); i++) {
            draft.addLearner(wanted.learners().get(i));
        }
        for (int i = 0; i < wanted.learnersNext().size(); i++) {
            draft.addLearner(wanted.learnersNext().get(i));
        }
    }

    private ConfigurationDraft edit(ProgressTracker base, Consumer<ConfigurationDraft> operations) {
        ConfigurationDraft draft = new ConfigurationDraft(this, base);
        operations.accept(draft);
        if (draft.incoming().isEmpty()) {
            throw new ConfChangeException("removed all voters");
        }
        return draft;
    }

    /**
     * A node nobody has heard of counts as active at first, else check-quorum would fire at once.
     */
    Progress newProgress() {
        Progress progress =
                new Progress(Math.max(lastIndex, 1), inflightCountMax, inflightBytesMax);
        progress.setRecentActive(true);
        return progress;
    }
}
