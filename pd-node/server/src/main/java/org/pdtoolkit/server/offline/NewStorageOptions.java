package org.pdtoolkit.server.offline;

import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.server.store.StorageChoice;
import picocli.CommandLine.Option;

/** The options of a command that makes a data dir. */
final class NewStorageOptions {
    @Option(
            names = "--to",
            paramLabel = "BACKEND",
            required = true,
            description = "The storage of the new data dir: file or h2.")
    private String backend;

    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description =
                    "An option of the new backend while it is built, for example"
                            + " segment-bytes=16777216. May be repeated.")
    private Map<String, String> options = new TreeMap<>();

    String backend() {
        return backend;
    }

    StorageChoice choice() {
        return new StorageChoice(backend, options);
    }
}
