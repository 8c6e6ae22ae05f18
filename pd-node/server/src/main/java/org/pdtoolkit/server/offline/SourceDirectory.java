package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.support.StorageFormat;

/**
 * The data dir of a stopped node, opened. Opening locks it and may do what every start of a node
 * does: finish what a crash interrupted, bring an older disk format to the current one. Nothing
 * else is written.
 *
 * @param format empty when the directory is older than the {@code FORMAT} file
 */
record SourceDirectory(Path path, String backend, Optional<StorageFormat> format, Storage storage)
        implements AutoCloseable {
    /** The only backend that wrote directories without {@code FORMAT}. */
    private static final String UNMARKED_BACKEND = "file";

    /**
     * @throws OfflineException when there is no storage; nothing is created then
     */
    static SourceDirectory open(Path path) throws IOException {
        String backend = backendOf(path);
        Storage storage = StorageChoice.of(backend).open(path);
        return new SourceDirectory(path, backend, StorageFormat.of(path), storage);
    }

    /** Name of the backend that wrote the directory; locks and changes nothing. */
    static String backendOf(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw none(path, "there is no such directory");
        }
        if (!Files.isDirectory(path)) {
            throw none(path, "not a directory");
        }
        Optional<StorageFormat> format = StorageFormat.of(path);
        if (format.isPresent()) {
            return format.get().backend();
        }
        if (Files.isDirectory(path.resolve("log")) && Files.isDirectory(path.resolve("state"))) {
            return UNMARKED_BACKEND;
        }
        throw none(path, "it holds no storage");
    }

    private static OfflineException none(Path path, String problem) {
        return new OfflineException(
                ExitCode.USAGE,
                path + ": " + problem + ". Give the data dir of a node, as its --data-dir");
    }

    OptionalInt version() {
        return format.isPresent() ? OptionalInt.of(format.get().version()) : OptionalInt.empty();
    }

    @Override
    public void close() {
        storage.close();
    }
}
