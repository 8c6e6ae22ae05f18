package org.pdtoolkit.server.offline;

import org.pdtoolkit.server.store.StorageChoice;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a command that makes a data dir. */
final class NewStorageOptions {
    @Option(
            names = "--to",
            paramLabel = "BACKEND",
            required = true,
            description = "The storage of the new data dir: file or h2.")
    private String backend;

    @Mixin private BackendOptions options;

    String backend() {
        return backend;
    }

    StorageChoice choice() {
        return new StorageChoice(backend, options.values());
    }
}
