package org.pdtoolkit.server.observe;

import java.io.IOException;
import java.nio.file.Path;

/** The log file cannot be written; the message names the file and the reason, for the user. */
public final class LogFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LogFileException(Path file, IOException cause) {
        super("cannot write log file " + file + ": " + cause, cause);
    }
}
