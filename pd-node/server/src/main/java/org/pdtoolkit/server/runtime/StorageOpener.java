package org.pdtoolkit.server.runtime;

import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;

/** Finds the storage backend by name and opens the data directory with it. */
final class StorageOpener {
    private StorageOpener() {}

    /**
     * @throws NodeStartException when there is no such backend, or it cannot open the directory
     */
    static Storage open(String name, Path directory) {
        TreeSet<String> found = new TreeSet<>();
        for (StorageProvider provider : ServiceLoader.load(StorageProvider.class)) {
            found.add(provider.name());
            if (!provider.name().equals(name)) {
                continue;
            }
            if (provider.apiVersion() != StorageProvider.API_VERSION) {
                throw new NodeStartException(
                        "storage '"
                                + name
                                + "' was built for storage API "
                                + provider.apiVersion()
                                + ", this node has "
                                + StorageProvider.API_VERSION
                                + ": use a build of it for this version");
            }
            try {
                return provider.open(directory, Map.of());
            } catch (StorageException e) {
                throw new NodeStartException("data dir " + directory + ": " + e.getMessage(), e);
            }
        }
        throw new NodeStartException(
                "storage '" + name + "' is not on the class path; there is " + found);
    }
}
