package org.pdtoolkit.ctl.command;

import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.render.Console;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs one command line: parse, act, and turn every failure into a message and an exit code. */
public final class CommandRunner {
    private CommandRunner() {}

    /**
     * What the first line of the process asks for.
     *
     * @param file the script to run; {@code null} for none
     * @param command whether there is a command to run
     */
    public record Start(
            Settings settings,
            boolean command,
            String file,
            boolean continueOnError,
            boolean interactive) {}

    /** Runs the command line of the process; never throws. */
    public static ExitCode start(Console console, String[] words, Starter starter) {
        Session session = new Session(console, Settings.BUILT_IN);
        try {
            Settings defaults = GlobalOptions.defaults(console);
            session = new Session(console, defaults);
            ParseResult parsed = parse(words);
            Start start =
                    new Start(
                            GlobalOptions.resolve(parsed, defaults),
                            hasDeed(parsed),
                            GlobalOptions.last(parsed, "--file"),
                            parsed.hasMatchedOption("--continue-on-error"),
                            parsed.hasMatchedOption("--interact"));
            if (!start.command()) {
                return starter.run(new Session(console, start.settings()), start);
            }
            if (start.file() != null) {
                throw CtlException.usage(
                        "-f runs the lines of a file; it cannot stand beside a command",
                        "drop -f, or put the command into the file");
            }
            act(session, start.settings(), parsed);
            return ExitCode.OK;
        } catch (CtlException | ParameterException e) {
            return ErrorReport.tell(session, words, e);
        } catch (RuntimeException | StackOverflowError e) {
            return ErrorReport.tell(session, words, defect(e));
        }
    }

    /** Runs a process that was given no command: the shell or a script. */
    public interface Starter {
        ExitCode run(Session session, Start start);
    }

    /** Splits one line of a shell or a script and runs it. */
    static ExitCode run(Session session, String line) {
        try {
            String[] words = Words.split(line);
            return words.length == 0 ? ExitCode.OK : run(session, words);
        } catch (CtlException e) {
            return ErrorReport.tell(session, new String[0], e);
        }
    }

    /** Runs the words of one line. */
    static ExitCode run(Session session, String[] words) {
        try {
            ParseResult parsed = parse(words);
            for (String name : new String[] {"--file", "--interact", "--continue-on-error"}) {
                if (parsed.hasMatchedOption(name)) {
                    throw CtlException.usage(
                            name + " belongs to the command line that starts pdctl",
                            "drop it here");
                }
            }
            if (!hasDeed(parsed)) {
                throw CtlException.usage(
                        "the line has flags but no command", "'help' lists the commands");
            }
            act(session, GlobalOptions.resolve(parsed, session.settings()), parsed);
            return ExitCode.OK;
        } catch (CtlException | ParameterException e) {
            return ErrorReport.tell(session, words, e);
        } catch (RuntimeException | StackOverflowError e) {
            return ErrorReport.tell(session, words, defect(e));
        }
    }

    private static boolean hasDeed(ParseResult parsed) {
        return parsed.hasSubcommand()
                || parsed.isUsageHelpRequested()
                || parsed.hasMatchedOption("--version");
    }

    private static ParseResult parse(String[] words) {
        CommandLine line = new CommandLine(CommandTree.forWords(words));
        line.setExpandAtFiles(false);
        line.setInterpolateVariables(false);
        line.setOverwrittenOptionsAllowed(true);
        return line.parseArgs(words);
    }

    private static void act(Session session, Settings settings, ParseResult parsed) {
        ParseResult leaf = parsed;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        CommandSpec spec = leaf.commandSpec();
        Invocation call = new Invocation(session, settings, parsed, leaf);
        if (leaf.isUsageHelpRequested()) {
            // Only the named noun was built; the page of the root needs them all.
            CommandSpec page = leaf == parsed ? CommandTree.all() : spec;
            session.console().data(HelpPage.of(page));
        } else if (leaf == parsed) {
            VersionCommand.show(call);
        } else if (spec.userObject() instanceof Action action) {
            action.run(call);
        } else {
            throw CtlException.usage(
                    "'"
                            + HelpPage.path(spec)
                            + "' needs one more word; expected "
                            + UsageErrors.childrenOf(spec),
                    "'pdctl help " + HelpPage.path(spec) + "' shows them");
        }
    }

    private static CtlException defect(Throwable e) {
        return new CtlException(
                ExitCode.FAILED,
                "pdctl met a defect of its own: " + e,
                "please report it with the output of the same command and --debug",
                e);
    }
}
