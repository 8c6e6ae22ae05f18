package org.pdtoolkit.raft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What a pure core must not know. */
class ArchitectureTest {
    private static final String ROOT = "org.pdtoolkit.raft";

    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void usesNothingButValuesAndCollections() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "java.lang",
                        "java.lang.invoke",
                        "java.lang.runtime",
                        "java.nio.charset",
                        "java.util",
                        "java.util.function",
                        "")
                .check(CORE);
    }

    @Test
    void hasNoThreadClockRandomSourceOrHashOrder() {
        for (Class<?> banned :
                new Class<?>[] {
                    Thread.class,
                    ThreadLocal.class,
                    Runtime.class,
                    System.Logger.class,
                    java.util.Random.class,
                    java.util.UUID.class,
                    java.util.HashMap.class,
                    java.util.HashSet.class,
                    java.util.IdentityHashMap.class,
                    java.util.Timer.class
                }) {
            noClasses().should().dependOnClassesThat().areAssignableTo(banned).check(CORE);
        }
        for (String clock : new String[] {"nanoTime", "currentTimeMillis", "getProperty"}) {
            noClasses()
                    .should()
                    .callMethodWhere(
                            com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                                    com.tngtech.archunit.core.domain.properties.HasName.Predicates
                                            .name(clock)))
                    .check(CORE);
        }
    }

    @Test
    void packagesHaveNoCycle() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CORE);
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + ".quorum",
                        ROOT + ".tracker",
                        ROOT + ".confchange",
                        ROOT + ".invariant")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT)
                .check(CORE);
    }
}
