package org.pdtoolkit.server.port;

/** The client port cannot be opened; the message names the address or file and says why. */
public final class PortException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PortException(String message, Throwable cause) {
        super(message, cause);
    }
}
