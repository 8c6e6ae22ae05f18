package org.pdtoolkit.ctl.client;

import java.util.Locale;

/**
 * How a command ended, as scripts see it. The numbers are a promise: they never change meaning.
 *
 * <p>{@link #UNKNOWN_OUTCOME} stands apart from {@link #CANNOT_CONNECT} because only the latter may
 * be repeated blindly.
 */
public enum ExitCode {
    OK(0, "the command did what it says"),
    FAILED(1, "the server refused the command"),
    USAGE(2, "the command line is wrong; nothing was sent"),
    NOT_FOUND(3, "the named thing does not exist"),
    CANNOT_CONNECT(4, "no PD could be reached, or TLS failed; nothing was changed"),
    UNKNOWN_OUTCOME(5, "time ran out; the command may or may not have taken effect"),
    NO_LEADER(6, "the cluster has no leader or no quorum at the moment"),
    REFUSED(7, "a precondition does not hold"),
    PERMISSION(8, "not allowed"),
    PARTIAL(9, "some of several parts failed"),
    INTERRUPTED(130, "interrupted by Ctrl-C"),
    BROKEN_PIPE(141, "the reader of the output went away");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** The process exit status. */
    public int number() {
        return number;
    }

    /** One clause for the manual. */
    public String meaning() {
        return meaning;
    }

    /** The word that stands for this code in JSON errors, for example {@code not_found}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
