package org.pdtoolkit.ctl.command;

import org.pdtoolkit.ctl.client.Connection;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.PdClient;
import org.pdtoolkit.ctl.render.Console;

/**
 * What lasts from one line to the next: the console, the settings of the process, and the client.
 *
 * <p>Thread: the one that runs commands; {@link #cancel} may come from any thread.
 */
public final class Session {
    private final Console console;
    private Settings settings;
    private volatile PdClient client;
    private boolean interactive;
    private String place = "";
    private boolean ended;

    public Session(Console console, Settings settings) {
        this.console = console;
        this.settings = settings;
    }

    public Console console() {
        return console;
    }

    /** The settings that hold when a line says nothing else. */
    public Settings settings() {
        return settings;
    }

    /** Whether a person types the lines. */
    public boolean interactive() {
        return interactive;
    }

    /** From now on a person types the lines. */
    public void setInteractive() {
        interactive = true;
    }

    /** Where the next line stands, for messages: "line 3"; empty for the command line itself. */
    public void setPlace(String place) {
        this.place = place;
    }

    String place() {
        return place;
    }

    /** No further lines are wanted. */
    void end() {
        ended = true;
    }

    /** Whether a line asked to leave. */
    public boolean ended() {
        return ended;
    }

    /** The client for a connection; the last one is kept, for it remembers who answered. */
    PdClient client(Connection connection) {
        PdClient kept = client;
        if (kept == null || !kept.connection().equals(connection)) {
            kept = new PdClient(connection);
            client = kept;
        }
        return kept;
    }

    /** Runs one line of a shell or script and reports its failure; never throws. */
    public ExitCode run(String line) {
        PdClient kept = client;
        if (kept != null) {
            kept.reset();
        }
        return CommandRunner.run(this, line);
    }

    /** Runs one command inside another one, with the settings of the outer one. */
    ExitCode runWith(Settings inner, String[] words) {
        Settings outer = settings;
        settings = inner;
        try {
            return CommandRunner.run(this, words);
        } finally {
            settings = outer;
        }
    }

    /** Breaks off the command that is running, if any. */
    public void cancel() {
        PdClient kept = client;
        if (kept != null) {
            kept.cancel();
        }
    }
}
