package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import org.pdtoolkit.storage.StorageException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A tool with its commands: parses the command line, runs the command, sorts its failures. */
abstract class ToolCommand implements Runnable {
    private static final int WIDTH = 80;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this text and exit.")
    private boolean help;

    @CommandLine.Spec private CommandSpec spec;

    private final Streams streams;

    /**
     * Where a command reads and writes: data and answers to {@code out}, all else to {@code err}.
     */
    record Streams(InputStream in, PrintStream out, PrintStream err) {}

    ToolCommand(Streams streams) {
        this.streams = streams;
    }

    /** The command model, also for the manual. */
    CommandLine commandLine() {
        CommandLine line = new CommandLine(this);
        line.setUsageHelpWidth(WIDTH);
        line.setOut(new PrintWriter(streams.out(), true));
        line.setErr(new PrintWriter(streams.err(), true));
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler(ToolCommand::onBadArguments);
        line.setExecutionExceptionHandler(ToolCommand::onFailure);
        return line;
    }

    Streams streams() {
        return streams;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int onBadArguments(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        String name = line.getCommandSpec().qualifiedName();
        line.getErr().println(name + ": " + e.getMessage());
        line.getErr().println("'" + name + " --help' shows what it takes.");
        return ExitCode.USAGE.number();
    }

    private static int onFailure(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
        line.getErr().println(line.getCommandSpec().qualifiedName() + ": " + message(e));
        return code(e).number();
    }

    private static String message(Exception e) {
        if (e instanceof FileSystemException file) {
            String reason =
                    file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
            return file.getFile() + ": " + reason;
        }
        boolean known =
                e instanceof OfflineException
                        || e instanceof StorageException
                        || e instanceof IOException;
        return known ? e.getMessage() : "internal error, please report it: " + e;
    }

    private static ExitCode code(Exception e) {
        if (e instanceof OfflineException offline) {
            return offline.code();
        }
        if (e instanceof StorageException.Corrupt) {
            return ExitCode.DAMAGED;
        }
        if (e instanceof StorageException.Locked) {
            return ExitCode.IN_USE;
        }
        return ExitCode.FAILED;
    }
}
