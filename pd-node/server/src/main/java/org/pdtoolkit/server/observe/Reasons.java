package org.pdtoolkit.server.observe;

/** Why something failed, in one line for the log. */
public final class Reasons {
    private Reasons() {}

    /**
     * The failure, and whatever its causes add to that: what a connection failed of, such as a
     * certificate nobody trusts, is often wrapped in an "io exception".
     */
    public static String of(Throwable failure) {
        StringBuilder text = new StringBuilder(failure.toString());
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            String more = cause.getMessage();
            if (more != null && text.indexOf(more) < 0) {
                text.append(": ").append(more);
            }
        }
        return text.toString();
    }
}
