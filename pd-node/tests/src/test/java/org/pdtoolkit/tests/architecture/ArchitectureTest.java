package org.pdtoolkit.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * Who may import whom, and what the pure modules may not touch. The class path forbids most of it
 * already; these rules cover what no pom can: parts of the JDK, and packages of one module.
 */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("org.pdtoolkit");

    private static final String RAFT = "org.pdtoolkit.raft..";
    private static final String KV = "org.pdtoolkit.kv..";
    private static final String PLACEMENT = "org.pdtoolkit.placement..";
    private static final String SERVER = "org.pdtoolkit.server..";

    /** Futures cross the contract between the layers; nothing else of concurrency does. */
    private static final DescribedPredicate<JavaClass> FUTURES =
            type(CompletableFuture.class)
                    .or(type(CompletionStage.class))
                    .or(type(CompletionException.class));

    private static final DescribedPredicate<JavaClass> OUTSIDE_WORLD =
            resideInAnyPackage(
                            "java.io..",
                            "java.nio.file..",
                            "java.nio.channels..",
                            "java.net..",
                            "java.util.concurrent..")
                    .and(not(FUTURES))
                    .and(not(type(java.io.Serializable.class)))
                    .as("input, output, sockets or concurrency");

    private static void holds(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void theClassesUnderTestAreThere() {
        for (String name :
                new String[] {
                    "org.pdtoolkit.raft.RaftNode",
                    "org.pdtoolkit.kv.ReplicatedKv",
                    "org.pdtoolkit.placement.Placement",
                    "org.pdtoolkit.server.Main",
                    "org.pdtoolkit.storage.LogStore"
                }) {
            assertTrue(CLASSES.contain(name), name);
        }
    }

    @Test
    void aBrokenRuleIsReported() {
        ArchRule wrong = noClasses().that().resideInAPackage(RAFT).should().bePublic();
        assertThrows(AssertionError.class, () -> wrong.check(CLASSES));
    }

    @Test
    void raftKnowsOnlyItselfAndPureJava() {
        holds(
                classes()
                        .that()
                        .resideInAPackage(RAFT)
                        .should()
                        .onlyDependOnClassesThat(resideInAnyPackage(RAFT, "java.."))
                        .allowEmptyShould(false));
    }

    @Test
    void pureModulesTouchNoOutsideWorld() {
        holds(
                noClasses()
                        .that()
                        .resideInAnyPackage(RAFT, PLACEMENT)
                        .should()
                        .dependOnClassesThat(OUTSIDE_WORLD));
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(KV)
                        .should()
                        .dependOnClassesThat(
                                OUTSIDE_WORLD.and(
                                        not(resideInAPackage("java.util.concurrent..")))));
    }

    @Test
    void pureModulesHaveNoClockThreadOrChance() {
        holds(
                noClasses()
                        .that()
                        .resideInAnyPackage(RAFT, KV, PLACEMENT)
                        .should()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .dependOnClassesThat(
                                type(Thread.class)
                                        .or(type(java.util.Random.class))
                                        .or(type(java.util.SplittableRandom.class))
                                        .or(type(java.time.Clock.class))
                                        .or(type(java.time.Instant.class))));
    }

    @Test
    void kvKnowsStorageAndNothingAbove() {
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(KV)
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        RAFT, PLACEMENT, SERVER, "org.pdtoolkit.wire..")));
    }

    @Test
    void placementKnowsOnlyTheRootOfKv() {
        holds(
                classes()
                        .that()
                        .resideInAPackage(PLACEMENT)
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                        PLACEMENT,
                                        "org.pdtoolkit.kv",
                                        "org.pdtoolkit.bytes",
                                        "java..")));
    }

    @Test
    void wireKnowsNoLayer() {
        holds(
                noClasses()
                        .that()
                        .resideInAPackage("org.pdtoolkit.wire..")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(RAFT, KV, PLACEMENT, SERVER)));
    }

    @Test
    void backendsKnowOnlyTheSpi() {
        String h2 = "org.pdtoolkit.storage.h2..";
        holds(
                classes()
                        .that()
                        .resideInAPackage("org.pdtoolkit.storage..")
                        .and()
                        .resideOutsideOfPackages(h2, "org.pdtoolkit.storage.tck..")
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                                "org.pdtoolkit.storage..",
                                                "org.pdtoolkit.bytes",
                                                "java..")
                                        .and(not(resideInAPackage(h2)))));
        holds(
                classes()
                        .that()
                        .resideInAPackage(h2)
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(
                                        h2,
                                        "org.pdtoolkit.storage",
                                        "org.pdtoolkit.storage.support",
                                        "org.pdtoolkit.bytes",
                                        "org.h2.mvstore..",
                                        "java..")));
    }

    @Test
    void serverKnowsNoBackend() {
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(SERVER)
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage(
                                        "org.pdtoolkit.storage.file..",
                                        "org.pdtoolkit.storage.h2..")));
    }

    @Test
    void adaptersKnowNeitherOneAnotherNorTheRuntime() {
        String grpc = "org.pdtoolkit.server.grpc..";
        String http = "org.pdtoolkit.server.http..";
        String runtime = "org.pdtoolkit.server.runtime..";
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(grpc)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(http, runtime, RAFT)));
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(http)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(grpc, runtime, RAFT)));
        holds(
                noClasses()
                        .that()
                        .resideInAPackage(runtime)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(grpc, http, PLACEMENT)));
    }

    @Test
    void onlyMainWiresThingsTogether() {
        DescribedPredicate<JavaClass> main =
                DescribedPredicate.describe(
                        "the root package of the server",
                        c -> c.getPackageName().equals("org.pdtoolkit.server"));
        holds(
                noClasses()
                        .that(resideInAPackage("org.pdtoolkit..").and(not(main)))
                        .and()
                        .resideOutsideOfPackage("org.pdtoolkit.tests..")
                        .should()
                        .dependOnClassesThat(main.and(alwaysTrue())));
    }

    @Test
    void packagesHaveNoCycles() {
        for (String layer : new String[] {"raft", "kv", "placement", "server", "storage"}) {
            holds(slices().matching("org.pdtoolkit." + layer + ".(*)..").should().beFreeOfCycles());
        }
    }
}
