package org.pdtoolkit.server.runtime;

/** The node cannot start; the message is for the operator: cause, expectation, next step. */
public class NodeStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NodeStartException(String message) {
        super(message);
    }

    public NodeStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
