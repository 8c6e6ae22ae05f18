package org.pdtoolkit.ctl.client;

/**
 * A command that cannot go on: what was wrong, what to do next, and the exit code.
 *
 * <p>It carries no stack trace, for people never see one; the cause is kept for {@code --debug}.
 */
public final class CtlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exit;
    private final String hint;

    /**
     * @param message one sentence without a final stop: what was wrong and what was expected
     * @param hint the next step, or an empty string
     */
    public CtlException(ExitCode exit, String message, String hint, Throwable cause) {
        super(message, cause, false, false);
        this.exit = exit;
        this.hint = hint;
    }

    public CtlException(ExitCode exit, String message, String hint) {
        this(exit, message, hint, null);
    }

    /** A failure that was told already; only the exit code is left to pass on. */
    public static CtlException told(ExitCode exit) {
        return new CtlException(exit, "", "");
    }

    /** A wrong command line. */
    public static CtlException usage(String message, String hint) {
        return new CtlException(ExitCode.USAGE, message, hint);
    }

    public ExitCode exit() {
        return exit;
    }

    /** The next step; empty when there is none to give. */
    public String hint() {
        return hint;
    }
}
