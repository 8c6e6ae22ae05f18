package org.pdtoolkit.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.command.CommandRunner;
import org.pdtoolkit.ctl.command.Session;
import org.pdtoolkit.ctl.render.Console;
import org.pdtoolkit.ctl.shell.Shell;

/** The process: whether it runs one command, a script or the shell. */
public final class Main {
    private Main() {}

    /** Runs and exits with the number of an {@link ExitCode}. */
    public static void main(String[] args) {
        System.exit(run(args, ProcessStreams.console()));
    }

    /**
     * Runs as the process does, with streams that are no terminals.
     *
     * @return the exit code
     */
    public static int run(
            String[] args,
            InputStream in,
            OutputStream out,
            OutputStream err,
            Map<String, String> env) {
        return run(args, new Console(in, out, err, env, Console.Tty.NONE));
    }

    static int run(String[] args, Console console) {
        return CommandRunner.start(console, args, Main::withoutCommand).number();
    }

    private static ExitCode withoutCommand(Session session, CommandRunner.Start start) {
        Console.Tty tty = session.console().tty();
        if (start.file() != null) {
            return Script.file(session, start.file(), start.continueOnError());
        }
        if (tty.in() && tty.out()) {
            return Shell.run(session);
        }
        if (start.interactive()) {
            throw CtlException.usage(
                    "the shell needs a terminal, but its input or output is none",
                    "drop -i to run the lines of the input, or give a command");
        }
        try {
            return new Script(session, start.continueOnError()).run(session.console().in(), "");
        } catch (IOException e) {
            throw new CtlException(
                    ExitCode.USAGE,
                    "cannot read the commands from standard input",
                    "give a command on the command line",
                    e);
        }
    }
}
