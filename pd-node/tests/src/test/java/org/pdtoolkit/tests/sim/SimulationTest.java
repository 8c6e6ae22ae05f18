package org.pdtoolkit.tests.sim;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many seeds, each the life of a cluster under faults. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 500);
    private static final int LONG_SEEDS = 20_000;
    private static final long LONG_FIRST = 1_000_000;

    /** After so many seeds it says how far it is. */
    private static final int PROGRESS = 1_000;

    /** One bug fails many seeds; a few of them tell enough. */
    private static final int FAILURES_MAX = 10;

    @BeforeAll
    static void silence() {
        Configurator.setRootLevel(Level.OFF);
    }

    private final TreeMap<String, Long> counts = new TreeMap<>();
    private long events;
    private long nanos;

    @Test
    void promisesHoldUnderFaults() {
        Long one = Long.getLong("sim.seed");
        if (one != null) {
            run(one);
            report(1);
            return;
        }
        runAll(1, SEEDS);
        for (Census.Kind kind : Census.Kind.values()) {
            String what = "op.member " + kind;
            assertTrue(counts.getOrDefault(what, 0L) > SEEDS / 20, "hardly any " + what);
        }
        assertTrue(counts.get("op.kv") > SEEDS * 200L, "the faults left nothing to check");
        assertTrue(counts.get("op.tso") > SEEDS * 200L, "the faults left nothing to check");
    }

    @Test
    @Tag("long")
    void promisesHoldForLong() {
        runAll(LONG_FIRST, LONG_SEEDS);
    }

    /**
     * Seeds that show what was found once, if it comes back. 290: an old leader, stuck for a while,
     * had leases revoked that the new leader had renewed. 1010583: whoever knew that it had been
     * removed had the longer log, and could not give its vote to the only one left. 1015285: a
     * removed leader that could not hand over opened its fence again. 1010655: one ended since a
     * learner knew of its removal, but the only voter did not, and needed its vote. 1004757: one
     * with an old list took a voter for a learner, and did not end.
     */
    @ParameterizedTest
    @ValueSource(longs = {290, 1_004_757, 1_010_583, 1_010_655, 1_015_285})
    void whatWasFoundStaysFixed(long seed) {
        run(seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void oneSeedIsOneHistory(long seed) {
        assertEquals(run(seed), run(seed));
    }

    private void runAll(long first, int count) {
        List<AssertionError> failures = new ArrayList<>();
        for (int done = 0; done < count && failures.size() < FAILURES_MAX; done++) {
            if (done > 0 && done % PROGRESS == 0) {
                report(done);
            }
            try {
                run(first + done);
            } catch (AssertionError failure) {
                System.out.println(failure.getMessage());
                failures.add(failure);
            }
        }
        report(count);
        assertAll(
                failures.stream()
                        .map(
                                failure ->
                                        () -> {
                                            throw failure;
                                        }));
    }

    private long run(long seed) {
        Simulation simulation = new Simulation(seed, Mutation.NONE);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    "seed "
                            + seed
                            + ": "
                            + failure.getMessage()
                            + "; repeat it with: mvn -pl pd-node/tests -am test"
                            + " -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Dtest=org.pdtoolkit.tests.sim.SimulationTest"
                            + " -Dsim.seed="
                            + seed
                            + "; members "
                            + simulation,
                    failure);
        }
        World world = simulation.world();
        world.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
        counts.merge("op.kv", simulation.answeredKvCalls(), Long::sum);
        counts.merge("op.tso", simulation.timestampCalls(), Long::sum);
        events += world.events();
        nanos += world.now();
        return world.trace();
    }

    private void report(int seeds) {
        System.out.printf(
                Locale.ROOT,
                "simulation: seeds=%d hours=%.2f events=%d %s%n",
                seeds,
                nanos / 3.6e12,
                events,
                counts);
    }
}
