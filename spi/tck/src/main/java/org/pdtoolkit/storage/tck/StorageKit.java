package org.pdtoolkit.storage.tck;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole kit. A backend's test class extends this and implements {@link KitSubject}; each test
 * is named by the rule it shows. At the end of the class one line says what was tried.
 */
public abstract class StorageKit
        implements ProviderRules,
                FormatRules,
                ProcessRules,
                LogRules,
                OrderedRules,
                ViewRules,
                SnapshotRules,
                CrashRules,
                FaultRules,
                DamageRules {
    @TempDir Path temporary;

    @Override
    public final Path directory() {
        return temporary.resolve("data");
    }

    @BeforeAll
    static void countFromNow() {
        KitCounts.reset();
    }

    @AfterEach
    void countTest() {
        KitCounts.TESTS.incrementAndGet();
    }

    @AfterAll
    static void sayWhatWasTried(TestInfo info) {
        System.out.println(KitCounts.summary(info.getDisplayName()));
    }
}
