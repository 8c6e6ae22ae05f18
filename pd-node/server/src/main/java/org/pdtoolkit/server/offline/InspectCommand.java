package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows whose data dir it is and how far its parts are. */
@Command(
        name = "inspect",
        description =
                "Shows what a data dir holds: backend, identity, hard state, log, applied state,"
                        + " members, sizes, snapshot.",
        footer = "Example: pd-node storage inspect /var/lib/pd-node/pd1 --format json")
final class InspectCommand extends DirectoryCommand {
    @Parameters(paramLabel = "DIR", description = "The data dir of a stopped node.")
    private Path directory;

    @Mixin private FormatOption format;

    @Override
    public Integer call() throws IOException {
        try (SourceDirectory source = SourceDirectory.open(directory)) {
            InspectionText seen = new InspectionText(Inspection.of(source));
            streams().out().print(format.json() ? seen.json() : seen.table());
            streams().out().flush();
        }
        return ExitCode.OK.number();
    }
}
