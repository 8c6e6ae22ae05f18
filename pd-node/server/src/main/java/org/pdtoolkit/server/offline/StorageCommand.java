package org.pdtoolkit.server.offline;

import java.io.InputStream;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code pd-node storage}. */
@Command(
        name = "pd-node storage",
        description = "Looks into, checks, copies and converts the data dir of a stopped node.",
        subcommands = {
            InspectCommand.class,
            VerifyCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            ConvertCommand.class
        },
        footer = "Example: pd-node storage inspect /var/lib/pd-node/pd1")
public final class StorageCommand extends ToolCommand {
    private StorageCommand(Streams streams) {
        super(streams);
    }

    /**
     * Runs one command.
     *
     * @param args the words after {@code storage}
     * @return the exit code
     */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return of(new Streams(in, out, err)).execute(args);
    }

    /** The command model, also for the manual. */
    static CommandLine of(Streams streams) {
        return new StorageCommand(streams).commandLine();
    }
}
