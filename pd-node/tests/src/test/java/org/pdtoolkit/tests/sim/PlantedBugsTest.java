package org.pdtoolkit.tests.sim;

import static org.junit.jupiter.api.Assertions.fail;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds each of these bugs: else it would prove nothing about their absence. */
class PlantedBugsTest {
    private static final int SEEDS_MAX = 100;

    @BeforeAll
    static void silence() {
        Configurator.setRootLevel(Level.OFF);
    }

    @ParameterizedTest
    @EnumSource
    void isFound(PlantedBug bug) {
        for (long seed = 1; seed <= SEEDS_MAX; seed++) {
            try {
                new Simulation(seed, bug).run();
            } catch (AssertionError found) {
                return;
            }
        }
        fail("not found in " + SEEDS_MAX + " seeds: " + bug);
    }
}
