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
 * storage per directory, across processes. PRV-04 an unknown option is refused. PRV-05 a directory
 * that another backend or a newer disk format wrote is refused and left as it is; one of an older
 * format is brought to the current one, and a crash on the way does no harm.
 */
public interface StorageProvider {
    /** Version of these contracts; see the package for when it is raised. */
    int API_VERSION = 1;

    /** The word after {@code --storage}, for example {@code file}. */
    String name();

    /** The {@link #API_VERSION} that the backend was compiled against: its own constant. */
    int apiVersion();

    /** What it can do beyond the rules that bind every backend. */
    Set<Capability> capabilities();

    /** The configuration keys that {@link #open} understands. */
    List<StorageOption> options();

    /**
     * Opens the storage in {@code directory}, creating and locking it as needed.
     *
     * <p>Thread: any; blocks. Errors: LOCKED (another process or storage holds it), CORRUPT,
     * INCOMPATIBLE (bad option; another backend or a newer version wrote it), FULL, FAILED. Rules:
     * PRV-03, PRV-04, PRV-05.
     */
    Storage open(Path directory, Map<String, String> options);
}
