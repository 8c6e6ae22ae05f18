package org.pdtoolkit.storage.h2;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.support.DurableFiles;

/**
 * The backend {@code h2}: three stores of versioned B-trees, the applied state not bound by memory.
 *
 * <p>Thread: safe.
 */
public final class H2StorageProvider implements StorageProvider {
    static final String NAME = "h2";

    private final BlockFile.Opener opener;

    /** For {@link java.util.ServiceLoader}. */
    public H2StorageProvider() {
        this(DurableFiles::open);
    }

    H2StorageProvider(BlockFile.Opener opener) {
        this.opener = opener;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    public List<StorageOption> options() {
        return H2Options.declared();
    }

    @Override
    public Storage open(Path directory, Map<String, String> options) {
        return H2Storage.open(directory, H2Options.parse(options), opener);
    }
}
