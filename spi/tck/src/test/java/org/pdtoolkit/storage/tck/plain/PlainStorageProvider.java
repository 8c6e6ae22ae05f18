package org.pdtoolkit.storage.tck.plain;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.StorageProvider;

/** The backend {@code plain}. Thread: safe. */
public final class PlainStorageProvider implements StorageProvider {
    /** What a lock would hold, for the flaws that do without one. */
    final Set<Path> held = new HashSet<>();

    private final Flaw flaw;

    /** For {@link java.util.ServiceLoader} and for the kit's processes. */
    public PlainStorageProvider() {
        this(Flaw.NONE);
    }

    public PlainStorageProvider(Flaw flaw) {
        this.flaw = flaw;
    }

    Flaw flaw() {
        return flaw;
    }

    @Override
    public String name() {
        return flaw == Flaw.NAME_IN_UPPER_CASE ? "plain".toUpperCase(Locale.ROOT) : "plain";
    }

    @Override
    public int apiVersion() {
        return flaw == Flaw.ANOTHER_API_VERSION ? API_VERSION + 1 : API_VERSION;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    public List<StorageOption> options() {
        return List.of();
    }

    @Override
    public synchronized Storage open(Path directory, Map<String, String> options) {
        if (!options.isEmpty() && flaw != Flaw.UNKNOWN_OPTION_ACCEPTED) {
            throw new StorageException.Incompatible(
                    "storage \"plain\" has no options, got " + options.keySet());
        }
        return PlainStorage.open(this, directory);
    }
}
