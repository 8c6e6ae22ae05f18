package org.pdtoolkit.raft.confchange;

import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.JointConfig;
import org.pdtoolkit.raft.tracker.Configuration;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/**
 * A configuration being edited. The operations on single nodes act on the incoming half; an id of 0
 * is skipped, which is how an operation is cancelled without moving the others.
 */
public final class ConfigurationDraft {
    private final Changer changer;
    private final ProgressTracker.Builder tracked;
    private IdSet incoming;
    private IdSet outgoing;
    private IdSet learners;
    private IdSet learnersNext;

    ConfigurationDraft(Changer changer, ProgressTracker base) {
        this.changer = changer;
        tracked = base.change();
        Configuration configuration = base.configuration();
        incoming = configuration.voters().incoming();
        outgoing = configuration.voters().outgoing();
        learners = configuration.learners();
        learnersNext = configuration.learnersNext();
    }

    /** Makes {@code id} a voter, whatever it was. */
    public void addVoter(long id) {
        if (id == 0) {
            return;
        }
        if (tracked.contains(id)) {
            tracked.setLearner(id, false);
            learners = learners.without(id);
            learnersNext = learnersNext.without(id);
        } else {
            tracked.add(id, changer.newProgress());
        }
        incoming = incoming.with(id);
    }

    /**
     * Makes {@code id} a learner. A voter keeps its progress; while the outgoing half still needs
     * its vote, it becomes one only when the joint state is left.
     */
    public void addLearner(long id) {
        if (id == 0 || (tracked.contains(id) && tracked.isLearner(id))) {
            return;
        }
        if (!tracked.contains(id)) {
            tracked.add(id, changer.newProgress());
        }
        incoming = incoming.without(id);
        if (outgoing.contains(id)) {
            learnersNext = learnersNext.with(id);
        } else {
            tracked.setLearner(id, true);
            learners = learners.with(id);
        }
    }

    /** Takes {@code id} out; the outgoing half keeps it until the joint state is left. */
    public void remove(long id) {
        if (id == 0 || !tracked.contains(id)) {
            return;
        }
        incoming = incoming.without(id);
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        if (!outgoing.contains(id)) {
            tracked.remove(id);
        }
    }

    void startJoint() {
        outgoing = incoming;
    }

    void endJoint() {
        for (int i = 0; i < learnersNext.size(); i++) {
            long id = learnersNext.get(i);
            tracked.setLearner(id, true);
            learners = learners.with(id);
        }
        learnersNext = IdSet.EMPTY;
        for (int i = 0; i < outgoing.size(); i++) {
            long id = outgoing.get(i);
            if (!incoming.contains(id) && !learners.contains(id)) {
                tracked.remove(id);
            }
        }
        outgoing = IdSet.EMPTY;
    }

    IdSet incoming() {
        return incoming;
    }

    ProgressTracker finish(boolean autoLeave) {
        return tracked.build(
                new Configuration(
                        new JointConfig(incoming, outgoing), learners, learnersNext, autoLeave));
    }
}
