package org.pdtoolkit.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A storage backend, found by {@link java.util.ServiceLoader}.
 *
 * <p>Rules: PRV-01 {@link #name()} is lower case ASCII and unique. PRV-02 a provider whose {@link
 * #apiVersion()} differs from {@link #API_VERSION} is refused at start. PRV-03 at most one open
 * storage per directory, across processes. PRV-04 an unknown option is refused.
 */
public interface StorageProvider {
    /** Version of these contracts; raised by every change that an existing backend can notice. */
    int API_VERSION = 1;

    /** The word after {@code --storage}, for example {@code file}. */
    String name();

    int apiVersion();

    Set<Capability> capabilities();

    /** The configuration keys that {@link #open} understands. */
    List<StorageOption> options();

    /**
     * Opens the storage in {@code directory}, creating and locking it as needed.
     *
     * <p>Thread: any; blocks. Errors: LOCKED (another process or storage holds it), CORRUPT,
     * INCOMPATIBLE (written by a newer version), FULL, FAILED. Rules: PRV-03, PRV-04.
     */
    Storage open(Path directory, Map<String, String> options);
}
