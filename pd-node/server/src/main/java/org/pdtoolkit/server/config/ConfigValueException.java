package org.pdtoolkit.server.config;

/** One value that its type does not accept; the message says what is wrong and what is expected. */
public final class ConfigValueException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigValueException(String message) {
        super(message, null, false, false);
    }
}
