package org.pdtoolkit.raft.confchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.JointConfig;
import org.pdtoolkit.raft.tracker.Configuration;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/** Membership arithmetic beyond what the scripts show. */
class ChangerTest {
    private final Random random = new Random(11);
    private final Changer changer = new Changer(10, 10, 0);

    private Consumer<ConfigurationDraft> randomOperation() {
        long id = 1 + random.nextInt(6);
        return switch (random.nextInt(4)) {
            case 0, 1 -> draft -> draft.addVoter(id);
            case 2 -> draft -> draft.addLearner(id);
            default -> draft -> draft.remove(id);
        };
    }

    private ProgressTracker oneVoter() {
        return changer.simple(ProgressTracker.empty(), draft -> draft.addVoter(1));
    }

    @Test
    void oneByOneAndJointLeadToTheSameConfiguration() {
        int compared = 0;
        for (int round = 0; round < 1000; round++) {
            List<Consumer<ConfigurationDraft>> operations = new ArrayList<>();
            for (int i = random.nextInt(9); i >= 0; i--) {
                operations.add(randomOperation());
            }
            ProgressTracker simple = oneVoter();
            try {
                for (Consumer<ConfigurationDraft> operation : operations) {
                    simple = changer.simple(simple, operation);
                }
            } catch (ConfChangeException e) {
                // One of the steps would have removed the last voter.
                continue;
            }
            ProgressTracker joint =
                    changer.enterJoint(
                            oneVoter(),
                            random.nextBoolean(),
                            draft -> operations.forEach(each -> each.accept(draft)));
            assertTrue(joint.configuration().isJoint());
            ProgressTracker left = changer.leaveJoint(joint);
            assertEquals(simple.configuration(), left.configuration());
            assertEquals(simple.size(), left.size());
            compared++;
        }
        assertTrue(compared > 300, "compared " + compared);
    }

    @Test
    void everyPossibleConfigurationSurvivesARestore() {
        for (int round = 0; round < 1000; round++) {
            IdSet incoming = subset(IdSet.of(1 + random.nextInt(20)), 0.4);
            IdSet outgoing = random.nextBoolean() ? IdSet.EMPTY : subset(IdSet.of(1), 0.4);
            IdSet learners = IdSet.EMPTY;
            IdSet learnersNext = IdSet.EMPTY;
            for (long id = 1; id <= 20; id++) {
                boolean voter = incoming.contains(id) || outgoing.contains(id);
                if (!voter && random.nextInt(4) == 0) {
                    learners = learners.with(id);
                } else if (outgoing.contains(id)
                        && !incoming.contains(id)
                        && random.nextBoolean()) {
                    learnersNext = learnersNext.with(id);
                }
            }
            Configuration wanted =
                    new Configuration(
                            new JointConfig(incoming, outgoing),
                            learners,
                            learnersNext,
                            !outgoing.isEmpty() && random.nextBoolean());
            assertEquals(wanted, changer.restore(wanted).configuration());
        }
    }

    private IdSet subset(IdSet start, double share) {
        IdSet ids = start;
        for (long id = 1; id <= 20; id++) {
            ids = random.nextDouble() < share ? ids.with(id) : ids;
        }
        return ids;
    }

    @Test
    void aRefusedChangeLeavesNoTrace() {
        ProgressTracker tracker = changer.simple(oneVoter(), draft -> draft.addLearner(2));
        assertThrows(
                ConfChangeException.class,
                () ->
                        changer.simple(
                                tracker,
                                draft -> {
                                    draft.addVoter(2);
                                    draft.addVoter(3);
                                }));
        assertTrue(tracker.get(2).isLearner());
        assertEquals("voters=(1) learners=(2)", tracker.configuration().toString());
    }

    @Test
    void aDemotedVoterKeepsItsProgress() {
        ProgressTracker tracker = changer.simple(oneVoter(), draft -> draft.addVoter(2));
        tracker.get(2).maybeUpdate(7);
        ProgressTracker joint = changer.enterJoint(tracker, true, draft -> draft.addLearner(2));
        assertFalse(joint.get(2).isLearner());
        ProgressTracker left = changer.leaveJoint(joint);
        assertTrue(left.get(2).isLearner());
        assertEquals(7, left.get(2).match());
    }
}
