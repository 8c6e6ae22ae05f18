package org.pdtoolkit.storage.tck;

import java.nio.file.Path;
import java.util.Map;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageProvider;

/** What the kit needs to know about a backend. */
public interface KitSubject {
    /**
     * The provider under test; the same object during one test. One that is {@link
     * org.pdtoolkit.storage.Capability#DURABLE} is also opened on paths of a {@link
     * org.pdtoolkit.storage.tck.disk.SimulatedDisk}, so every file operation must go through {@code
     * java.nio} and the path's own file system.
     */
    StorageProvider provider();

    /** A directory that does not exist yet, fresh for each test. */
    Path directory();

    /**
     * Options that make files roll and be rewritten after a few kilobytes, so that short histories
     * visit every path.
     */
    Map<String, String> smallOptions();

    /**
     * How often a rule about damage may open the storage outside of the long shape. Enough for one
     * flip in every byte of small files; less for a backend that takes long to open.
     */
    default int opensOfADamageRule() {
        return 20_000;
    }

    /** Opens with small options. */
    default Storage open() {
        return provider().open(directory(), smallOptions());
    }
}
