package org.pdtoolkit.server.offline;

import java.io.InputStream;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code pd-node snapshot}. */
@Command(
        name = "pd-node snapshot",
        description = "Looks into a saved snapshot, and founds a cluster from it.",
        subcommands = {SnapshotStatusCommand.class, SnapshotRestoreCommand.class},
        footer = "Example: pd-node snapshot status backup.db")
public final class SnapshotCommand extends ToolCommand {
    private SnapshotCommand(Streams streams) {
        super(streams);
    }

    /**
     * Runs one command.
     *
     * @param args the words after {@code snapshot}
     * @return the exit code
     */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return of(new Streams(in, out, err)).execute(args);
    }

    /** The command model, also for the manual. */
    static CommandLine of(Streams streams) {
        return new SnapshotCommand(streams).commandLine();
    }
}
