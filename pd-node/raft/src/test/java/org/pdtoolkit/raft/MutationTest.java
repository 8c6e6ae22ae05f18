package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.pdtoolkit.mutation.PatchedClasses;

/**
 * Proves that the tests can fail: each planted bug is caught by the one that stands for it, be it a
 * named test or an invariant of the simulation.
 */
class MutationTest {
    private static final int SEEDS = 1000;

    /** A witness that hangs has not caught anything. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TestFactory
    Stream<DynamicTest> everyPlantedBugIsCaught() {
        return Mutant.all().stream()
                .map(
                        mutant ->
                                DynamicTest.dynamicTest(
                                        mutant.name(),
                                        () ->
                                                assertTimeoutPreemptively(
                                                        LIMIT, () -> catches(mutant))));
    }

    @Test
    void theUnchangedCoreIsNotAccused() {
        String text = "final class Raft {";
        PatchedClasses core = Mutant.core(Mutant.patch("Raft.java", text, text));
        assertNull(hunt(core, 3));
        assertTrue(failures(core.named("ElectionTest")).isEmpty());
    }

    private static void catches(Mutant mutant) {
        PatchedClasses core = Mutant.core(mutant.patch());
        if (mutant.witness().equals(Mutant.SIMULATION)) {
            String violation = hunt(core, SEEDS);
            assertNotNull(violation, "no seed finds it");
            assertTrue(violation.contains(mutant.symptom()), violation);
        } else {
            Map<String, Throwable> failures = failures(core.named(mutant.witness()));
            assertTrue(
                    failures.keySet().stream().anyMatch(test -> test.contains(mutant.symptom())),
                    () -> "failed instead: " + failures.keySet());
        }
    }

    private static String hunt(PatchedClasses core, int seeds) {
        return (String) core.call("SimulationTest", "firstViolation", seeds);
    }

    /** Runs the tests of a class; what fails, by the unique id of the test. */
    private static Map<String, Throwable> failures(Class<?> tests) {
        Map<String, Throwable> failures = new LinkedHashMap<>();
        List<String> started = new ArrayList<>();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
        LauncherConfig config =
                LauncherConfig.builder()
                        .enableTestExecutionListenerAutoRegistration(false)
                        .enableLauncherSessionListenerAutoRegistration(false)
                        .enablePostDiscoveryFilterAutoRegistration(false)
                        .build();
        Launcher launcher = LauncherFactory.create(config);
        launcher.execute(
                request,
                new TestExecutionListener() {
                    @Override
                    public void executionStarted(TestIdentifier test) {
                        started.add(test.getUniqueId());
                    }

                    @Override
                    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                        if (result.getStatus() == Status.FAILED) {
                            failures.put(
                                    test.getUniqueId(),
                                    result.getThrowable().orElseGet(AssertionError::new));
                        }
                    }
                });
        assertTrue(started.size() > 2, "no tests in " + tests);
        return failures;
    }
}
