package org.pdtoolkit.server.offline;

import picocli.CommandLine.Option;

/** A command that may take long. */
abstract class LongCommand extends DirectoryCommand {
    @Option(
            names = "--progress",
            description =
                    "Tell once a second how far it is, also where standard error is no terminal.")
    private boolean progress;

    Progress progress() {
        return new Progress(streams().err(), name(), progress);
    }
}
