package org.pdtoolkit.storage.tck;

import java.util.Map;
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
}
