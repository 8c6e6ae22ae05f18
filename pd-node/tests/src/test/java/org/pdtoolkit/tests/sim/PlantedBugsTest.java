package org.pdtoolkit.tests.sim;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.mutation.PatchedClasses;

/** The simulation finds each of these bugs: else it would prove nothing about their absence. */
class PlantedBugsTest {
    private static final int SEEDS_MAX = 1000;

    @BeforeAll
    static void silence() {
        Configurator.setRootLevel(Level.OFF);
    }

    @ParameterizedTest
    @EnumSource
    void isFound(PlantedBug bug) {
        assertNotNull(firstViolation(bug, SEEDS_MAX), "not found: " + bug);
    }

    @ParameterizedTest
    @EnumSource
    void isFound(PatchedBug bug) {
        assertNotNull(firstViolation(bug.patches(), SEEDS_MAX), "not found: " + bug);
    }

    @Test
    void theUnchangedProductIsNotAccused() {
        assertNull(firstViolation(List.of(), 3));
    }

    private static Object firstViolation(List<PatchedClasses.Patch> patches, int seeds) {
        PatchedClasses product = new PatchedClasses("org.pdtoolkit.", patches);
        return product.call("tests.sim.PlantedBugsTest", "firstViolationOfThis", seeds);
    }

    /** Called in the loader of the product that is looked at. */
    static String firstViolationOfThis(int seeds) {
        return firstViolation(Mutation.NONE, seeds);
    }

    private static String firstViolation(Mutation mutation, int seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                new Simulation(seed, mutation).run();
            } catch (AssertionError found) {
                return String.valueOf(found.getMessage());
            }
        }
        return null;
    }
}
