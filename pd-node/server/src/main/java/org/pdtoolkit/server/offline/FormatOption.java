package org.pdtoolkit.server.offline;

import picocli.CommandLine.Option;

/** How a command prints what it has found. */
final class FormatOption {
    /** The spellings of {@code --format}. */
    enum Format {
        text,
        json
    }

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text for people or json for scripts. Default: text.")
    private Format format;

    boolean json() {
        return format == Format.json;
    }
}
