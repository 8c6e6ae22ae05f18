package org.pdtoolkit.server.offline;

import java.util.concurrent.Callable;
import org.pdtoolkit.server.offline.ToolCommand.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What the commands have in common. */
abstract class DirectoryCommand implements Callable<Integer> {
    /** What everybody must know who has two copies of a member. */
    static final String NEXT_STEP =
            "next: pd-node --data-dir %1$s --storage %2$s, with the member's other flags."
                    + " Keep the original until it runs, and never start both.";

    @ParentCommand private ToolCommand parent;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this text and exit.")
    private boolean help;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    Streams streams() {
        return parent.streams();
    }

    String name() {
        return spec.name();
    }

    CommandLine.ParameterException refused(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
