package org.pdtoolkit.storage.tck;

import java.util.Map;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.plain.PlainStorageProvider;

/** The kit on a backend with files: what a backend's author writes. */
class PlainStorageKitTest extends StorageKit {
    private final StorageProvider provider = new PlainStorageProvider();

    @Override
    public StorageProvider provider() {
        return provider;
    }

    @Override
    public Map<String, String> smallOptions() {
        return Map.of();
    }
}
