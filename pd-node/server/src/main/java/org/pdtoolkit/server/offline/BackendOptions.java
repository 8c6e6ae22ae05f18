package org.pdtoolkit.server.offline;

import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** What is handed through to the backend of a new data dir. */
final class BackendOptions {
    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            description =
                    "An option of the new backend while it is built, for example"
                            + " segment-bytes=16777216. May be repeated.")
    private Map<String, String> values = new TreeMap<>();

    Map<String, String> values() {
        return values;
    }
}
