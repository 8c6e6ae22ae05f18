package org.pdtoolkit.storage.tck;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageProvider;

/** What the kit needs to know about a backend. */
public interface KitSubject {
    /** The provider under test on the real file system; the same object during one test. */
    StorageProvider provider();

    /** A directory that does not exist yet, fresh for each test. */
    Path directory();

    /**
     * Options that make files roll and be rewritten after a few kilobytes, so that short histories
     * visit every path.
     */
    Map<String, String> smallOptions();

    /**
     * The backend with every file operation on {@code disk}; empty for one that has no files, which
     * then skips the crash rules.
     */
    Optional<StorageProvider> providerOn(SimulatedDisk disk);

    /** Opens with small options. */
    default Storage open() {
        return provider().open(directory(), smallOptions());
    }
}
