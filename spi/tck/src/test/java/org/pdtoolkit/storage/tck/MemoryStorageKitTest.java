package org.pdtoolkit.storage.tck;

import java.util.Map;
import java.util.Optional;
import org.pdtoolkit.storage.StorageProvider;

class MemoryStorageKitTest extends StorageKit {
    private final StorageProvider provider = new MemoryStorageProvider();

    @Override
    public StorageProvider provider() {
        return provider;
    }

    @Override
    public Map<String, String> smallOptions() {
        return Map.of();
    }

    @Override
    public Optional<StorageProvider> providerOn(SimulatedDisk disk) {
        return Optional.empty();
    }
}
