package org.pdtoolkit.server.discovery;

/** A registry does not answer, or not now; the message says why in a few words. */
final class RegistryUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message) {
        super(message);
    }

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
