package org.pdtoolkit.server.offline;

/** The command cannot do it; the message is for the operator: cause, expectation, next step. */
final class OfflineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    OfflineException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
