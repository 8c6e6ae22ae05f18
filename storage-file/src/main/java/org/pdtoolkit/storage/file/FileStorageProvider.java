package org.pdtoolkit.storage.file;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.StorageProvider;

/**
 * The backend {@code file}: checksummed flat files, one directory a node.
 *
 * <p>Thread: safe.
 */
public final class FileStorageProvider implements StorageProvider {
    static final String NAME = "file";

    private final FileSystemOps fs;

    /** For {@link java.util.ServiceLoader}: the real file system. */
    public FileStorageProvider() {
        this(new DiskFileSystem());
    }

    FileStorageProvider(FileSystemOps fs) {
        this.fs = fs;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.DURABLE);
    }

    @Override
    public List<StorageOption> options() {
        return FileOptions.ALL;
    }

    @Override
    public Storage open(Path directory, Map<String, String> options) {
        return FileStorage.open(fs, directory, FileOptions.parse(options));
    }
}
