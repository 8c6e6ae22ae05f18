package org.pdtoolkit.storage.h2;

import java.util.Map;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.StorageKit;

class H2StorageKitTest extends StorageKit {
    static final Map<String, String> SMALL =
            Map.of("journal-bytes", "8192", "compact-bytes", "8192", "cache-bytes", "1048576");

    private final StorageProvider provider = new H2StorageProvider();

    @Override
    public StorageProvider provider() {
        return provider;
    }

    @Override
    public Map<String, String> smallOptions() {
        return SMALL;
    }
}
