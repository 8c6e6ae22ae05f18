package org.pdtoolkit.storage.tck;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.StorageProvider;

/**
 * The reference backend: the contracts in the plainest form, nothing on disk. Content lives as long
 * as the provider object, under the directory's name, so a node of a test can be restarted. Not
 * registered as a service.
 *
 * <p>Thread: safe.
 */
public final class MemoryStorageProvider implements StorageProvider {
    private final Map<Path, MemoryStorage> storages = new HashMap<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public List<StorageOption> options() {
        return List.of();
    }

    @Override
    public synchronized Storage open(Path directory, Map<String, String> options) {
        if (!options.isEmpty()) {
            throw new StorageException.Incompatible(
                    "storage \"memory\" has no options, got " + options.keySet());
        }
        MemoryStorage storage =
                storages.computeIfAbsent(
                        directory.toAbsolutePath().normalize(), path -> new MemoryStorage());
        if (!storage.open()) {
            throw new StorageException.Locked(directory + ": in use by this process");
        }
        return storage;
    }
}
