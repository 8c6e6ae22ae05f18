package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Groups under faults keep the promises of {@link ClusterCheck} and agree once the faults end. A
 * failure names its seed; {@code -Draft.seed=N} repeats it alone, {@code -Draft.seeds=N} runs more.
 */
class SimulationTest {
    private static final int STEPS = 6000;
    private static final int STUCK = -1;

    @ParameterizedTest(name = "{0} voters, asynchronous {1}, membership changes {2}")
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    VOTERS, ASYNC, MEMBERSHIP, SEEDS
                    3,      false, false,      80
                    5,      false, false,      50
                    3,      true,  false,      50
                    5,      true,  false,      40
                    3,      false, true,       100
                    3,      true,  true,       60
                    """)
    void staysSafeUnderFaultsAndHealsAfterwards(
            int voters, boolean async, boolean membership, int seeds) {
        runAll(voters, async, membership, Integer.getInteger("raft.seeds", seeds));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSeedAlwaysTellsTheSameStory(boolean async) {
        for (int seed = 1; seed <= 5; seed++) {
            assertEquals(story(seed, async), story(seed, async));
        }
    }

    private static String story(int seed, boolean async) {
        Simulation simulation = new Simulation(seed, 3, async, true);
        StringBuilder story = new StringBuilder();
        for (int i = 0; i < STEPS; i++) {
            simulation.step();
            if (i % 100 == 0) {
                story.append(simulation.describe());
            }
        }
        return story.toString();
    }

    @Test
    @Tag("long")
    void staysSafeForManySeeds() {
        runAll(3, false, true, 5_000);
        runAll(3, true, true, 5_000);
        runAll(5, false, true, 5_000);
    }

    private static void runAll(int voters, boolean async, boolean membership, int seeds) {
        Integer only = Integer.getInteger("raft.seed");
        int leaderships = 0;
        int stuck = 0;
        for (int seed = only == null ? 1 : only; seed <= (only == null ? seeds : only); seed++) {
            int result = run(seed, voters, async, membership);
            leaderships += Math.max(result, 0);
            stuck += result == STUCK ? 1 : 0;
        }
        assertTrue(stuck <= (membership ? 1 + seeds / 30 : 0), stuck + " groups are stuck");
        // Without elections and entries nothing would have been tried.
        assertTrue(leaderships > 0, "no leader in any run");
    }

    private static int run(int seed, int voters, boolean async, boolean membership) {
        Simulation simulation = new Simulation(seed, voters, async, membership);
        try {
            for (int i = 0; i < STEPS; i++) {
                simulation.step();
            }
            if (!simulation.heals()) {
                if (simulation.waitsForARemovedLeader()) {
                    return STUCK;
                }
                fail("no agreement after the faults ended\n" + simulation.describe());
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + " (repeat it with -Draft.seed=" + seed + "): " + e, e);
        }
        assertTrue(simulation.check().lastApplied() > voters, "seed " + seed + " applied nothing");
        return simulation.check().leaderships();
    }

    /** What the first seed that finds anything wrong says; null if none of {@code seeds} does. */
    static String firstViolation(int seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            try {
                run(seed, seed % 3 == 0 ? 5 : 3, seed % 4 == 1, seed % 2 == 0);
            } catch (AssertionError e) {
                return e.getMessage();
            }
        }
        return null;
    }
}
