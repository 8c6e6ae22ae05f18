package org.pdtoolkit.raft.invariant;

/**
 * A state that must be impossible was met: a programming error, a broken storage, or a peer that
 * broke the protocol in a way that cannot be survived. The node that threw it is unusable.
 */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvariantViolation(String message) {
        super(message);
    }

    public InvariantViolation(String message, Throwable cause) {
        super(message, cause);
    }
}
