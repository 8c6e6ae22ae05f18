package org.pdtoolkit.server.store;

import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;

/**
 * Which storage backend to use, and how.
 *
 * @param backend name of the provider
 * @param options what {@link StorageProvider#options} declares; what is missing has its default
 */
public record StorageChoice(String backend, Map<String, String> options) {
    public StorageChoice {
        options = Map.copyOf(options);
    }

    /** The backend with its defaults. */
    public static StorageChoice of(String backend) {
        return new StorageChoice(backend, Map.of());
    }

    /** Every backend on the class path, by name. */
    public static Map<String, StorageProvider> available() {
        Map<String, StorageProvider> found = new TreeMap<>();
        ServiceLoader.load(StorageProvider.class).forEach(p -> found.put(p.name(), p));
        return found;
    }

    /**
     * Opens the data directory.
     *
     * <p>Errors: {@link StorageException.Incompatible} when there is no such backend or this node
     * cannot use it, else as {@link StorageProvider#open}.
     */
    public Storage open(Path directory) {
        Map<String, StorageProvider> found = available();
        StorageProvider provider = found.get(backend);
        if (provider == null) {
            throw new StorageException.Incompatible(
                    "storage \""
                            + backend
                            + "\" is not on the class path; there is "
                            + found.keySet()
                            + ". Put the jar of another backend into PD_NODE_CLASS_PATH");
        }
        if (provider.apiVersion() != StorageProvider.API_VERSION) {
            throw new StorageException.Incompatible(
                    "storage \""
                            + backend
                            + "\" was built for storage API "
                            + provider.apiVersion()
                            + ", this node has "
                            + StorageProvider.API_VERSION
                            + ": use a build of it for this version");
        }
        if (!provider.capabilities().contains(Capability.DURABLE)) {
            throw new StorageException.Incompatible(
                    "storage \""
                            + backend
                            + "\" forgets acknowledged writes when the power fails, and a member"
                            + " must not: choose one of "
                            + found.keySet());
        }
        return provider.open(directory, options);
    }
}
