package org.pdtoolkit.ctl;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.command.CommandRunner;
import org.pdtoolkit.ctl.command.Session;
import org.pdtoolkit.ctl.render.Console;
import org.pdtoolkit.ctl.shell.Shell;

/** The process: its streams, and whether it runs one command, a script or the shell. */
public final class Main {
    private Main() {}

    /** Runs and exits with the code of {@link ExitCode}. */
    public static void main(String[] args) {
        Console.Tty tty = new Console.Tty(isTerminal(0), isTerminal(1), isTerminal(2), columns());
        // The JDK's own streams encode by locale and swallow errors; these do neither.
        Console console =
                new Console(
                        new FileInputStream(FileDescriptor.in),
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 8192),
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.err), 1024),
                        System.getenv(),
                        tty);
        // Not System.exit: nothing is left to do, and one-shot commands start no thread that
        // would keep the process alive, but the shell's helpers must not delay its end.
        System.exit(run(args, console));
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

    /**
     * Whether a file descriptor is a terminal. The JDK only tells for input and output together, so
     * the launcher may say it ({@code -Dpdctl.tty=12} for descriptors 1 and 2), else Linux does.
     */
    private static boolean isTerminal(int descriptor) {
        String told = System.getProperty("pdctl.tty");
        if (told != null) {
            return told.indexOf('0' + descriptor) >= 0;
        }
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return System.console() != null;
        }
    }

    private static int columns() {
        String text = System.getProperty("pdctl.columns", System.getenv("COLUMNS"));
        try {
            return text == null ? 0 : Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
