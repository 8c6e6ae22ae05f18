package org.pdtoolkit.ctl.render;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;

/**
 * The three streams of the process, its environment, and which streams are terminals. Data goes to
 * standard output, everything else to standard error.
 *
 * <p>Thread: the one that runs commands.
 */
public final class Console {
    /**
     * Which streams are terminals.
     *
     * @param columns width of the screen; 0 when unknown
     */
    public record Tty(boolean in, boolean out, boolean err, int columns) {
        /** Pipes and files everywhere. */
        public static final Tty NONE = new Tty(false, false, false, 0);
    }

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;
    private final Map<String, String> env;
    private volatile Tty tty;
    private Asking asking = this::typedLine;

    /** How a person is asked. */
    public interface Asking {
        /**
         * Shows the question and waits.
         *
         * @return the line of the answer, without its end; empty when there was none
         */
        String ask(String question);
    }

    public Console(
            InputStream in, OutputStream out, OutputStream err, Map<String, String> env, Tty tty) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.env = env;
        this.tty = tty;
    }

    public InputStream in() {
        return in;
    }

    public Tty tty() {
        return tty;
    }

    /** The window was resized. */
    public void resize(int columns) {
        tty = new Tty(tty.in(), tty.out(), tty.err(), columns);
    }

    /** A variable of the environment; empty when it is not set. */
    public String env(String name) {
        return env.getOrDefault(name, "");
    }

    /** Shows a result in the chosen format; {@code null} picks the one that fits the stream. */
    public void show(View view, Format chosen) {
        Format format = chosen;
        if (format == null) {
            format = tty.out() && view.humanOnTerminal() ? Format.TABLE : Format.RAW;
        }
        data(
                switch (format) {
                    case RAW -> view.raw();
                    case JSON -> org.pdtoolkit.ctl.client.Json.pretty(view.tree());
                    case TABLE -> view.table().text(tty.columns());
                });
    }

    /**
     * Writes data to standard output.
     *
     * @throws CtlException {@link ExitCode#BROKEN_PIPE} when the reader went away
     */
    public void data(String text) {
        String safe = tty.out() ? SafeText.lines(text) : text;
        try {
            out.write(safe.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (why.contains("Broken pipe")) {
                throw new CtlException(ExitCode.BROKEN_PIPE, "the output was closed", "", e);
            }
            throw new CtlException(
                    ExitCode.FAILED, "cannot write the output: " + why, "is the disk full?", e);
        }
    }

    /** Makes room for the next picture of something that is watched; only a title in a pipe. */
    public void clear(String title) {
        boolean ansi = tty.out() && !env("TERM").equals("dumb");
        try {
            out.write((ansi ? "\033[H\033[2J" : "").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new CtlException(ExitCode.BROKEN_PIPE, "the output was closed", "", e);
        }
        data(title + "\n\n");
    }

    /** Whether a person sees a question and can answer it. */
    public boolean canAsk() {
        return tty.in() && tty.err();
    }

    public String ask(String question) {
        return asking.ask(question);
    }

    /** From now on somebody else reads what the person types. */
    public void askThrough(Asking other) {
        asking = other;
    }

    private String typedLine(String question) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            err.write(SafeText.lines(question).getBytes(StandardCharsets.UTF_8));
            err.flush();
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                line.write(b);
            }
        } catch (IOException e) {
            // Nobody can answer; no answer is a no.
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    /** Writes a remark to standard error; it never spoils the data. */
    public void note(String text) {
        try {
            err.write((SafeText.lines(text) + "\n").getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException e) {
            // With standard error gone there is nobody left to tell; the exit code still speaks.
        }
    }
}
