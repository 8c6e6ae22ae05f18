package org.pdtoolkit.ctl.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.command.Session;

/**
 * Reads lines from a person and runs them until Ctrl-D or {@code exit}. Ctrl-C drops the line or
 * breaks off the command, never the shell.
 */
public final class Shell {
    private static final int HISTORY_LINES_MAX = 10_000;

    private final Session session;
    private final Terminal terminal;
    private final ClusterCache cluster;
    private final LineReader reader;

    Shell(Session session, Terminal terminal, ClusterCache cluster, Path history) {
        this.session = session;
        this.terminal = terminal;
        this.cluster = cluster;
        LineReaderBuilder builder =
                LineReaderBuilder.builder()
                        .appName("pdctl")
                        .terminal(terminal)
                        .parser(new ShellParser())
                        .completer(new ShellCompleter(this::memberNames))
                        .variable(LineReader.HISTORY_SIZE, HISTORY_LINES_MAX)
                        .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES_MAX)
                        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ")
                        // Keys of TiKV contain '!'; nothing may be replaced behind one's back.
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .option(LineReader.Option.CASE_INSENSITIVE, true)
                        .option(LineReader.Option.HISTORY_IGNORE_SPACE, true);
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        // As in bash: list what is possible, insert only what is certain.
        builder.option(LineReader.Option.AUTO_MENU, false);
        this.reader = builder.build();
        cluster.onLateAnswer(this::showNewPrompt);
    }

    /** Runs the shell on the terminal of the process. */
    public static ExitCode run(Session session) {
        // The library logs through java.util.logging; a person at the prompt gains nothing by it.
        java.util.logging.Logger.getLogger("org.jline").setLevel(java.util.logging.Level.OFF);
        ClusterCache cluster = new ClusterCache(session.settings().connection());
        // PD answers while the terminal is being set up.
        cluster.prefetch();
        try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
            return new Shell(session, terminal, cluster, HistoryFile.prepare(session.console()))
                    .loop();
        } catch (IOException e) {
            throw new CtlException(
                    ExitCode.FAILED, "cannot use the terminal", "give a command instead", e);
        }
    }

    ExitCode loop() {
        session.setInteractive();
        session.console().askThrough(this::ask);
        terminal.handle(Terminal.Signal.INT, signal -> session.cancel());
        while (!session.ended()) {
            session.console().resize(terminal.getSize().getColumns());
            String line;
            try {
                line = reader.readLine(Prompt.of(cluster.look()));
            } catch (UserInterruptException e) {
                continue;
            } catch (EndOfFileException e) {
                break;
            }
            session.run(line);
            cluster.expire();
        }
        return ExitCode.OK;
    }

    /** The answer to a question in the middle of a command; it does not get into the history. */
    private String ask(String question) {
        reader.setVariable(LineReader.DISABLE_HISTORY, true);
        try {
            return reader.readLine(question).strip();
        } catch (UserInterruptException | EndOfFileException e) {
            return "";
        } finally {
            reader.setVariable(LineReader.DISABLE_HISTORY, false);
        }
    }

    /** Replaces the prompt of the line that is being typed. */
    private void showNewPrompt() {
        if (reader instanceof LineReaderImpl live) {
            live.setPrompt(Prompt.of(cluster.last()));
            try {
                live.callWidget(LineReader.REDISPLAY);
            } catch (IllegalStateException e) {
                // The line was finished meanwhile; the next one asks anew.
            }
        }
    }

    private List<String> memberNames() {
        Members members = cluster.look().members();
        return members == null ? List.of() : members.names();
    }
}
