package org.pdtoolkit.raft.confchange;

/** A change that the present configuration does not allow; nothing was changed. */
public final class ConfChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfChangeException(String message) {
        super(message);
    }
}
