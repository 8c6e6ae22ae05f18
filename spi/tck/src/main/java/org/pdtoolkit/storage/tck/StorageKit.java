package org.pdtoolkit.storage.tck;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole kit. A backend's test class extends this and implements {@link KitSubject}; each test
 * is named by the rule it shows.
 */
public abstract class StorageKit
        implements ProviderRules, LogRules, OrderedRules, SnapshotRules, CrashRules {
    @TempDir Path temporary;

    @Override
    public final Path directory() {
        return temporary.resolve("data");
    }
}
