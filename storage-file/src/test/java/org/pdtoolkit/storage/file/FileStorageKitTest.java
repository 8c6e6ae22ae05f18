package org.pdtoolkit.storage.file;

import java.util.Map;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.StorageKit;

class FileStorageKitTest extends StorageKit {
    static final Map<String, String> SMALL =
            Map.of("segment-bytes", "4096", "log-cache-bytes", "1000", "rewrite-bytes", "4096");

    private final StorageProvider provider = new FileStorageProvider();

    @Override
    public StorageProvider provider() {
        return provider;
    }

    @Override
    public Map<String, String> smallOptions() {
        return SMALL;
    }
}
