package org.pdtoolkit.kv;

import java.util.concurrent.CompletionException;

/** A request that was refused, or whose outcome is unknown; see {@link KvError}. */
public final class KvException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final KvError error;

    public KvException(KvError error) {
        this(error, error.name());
    }

    public KvException(KvError error, String message) {
        // No stack trace: refusals are ordinary answers and travel across threads.
        super(message, null, false, false);
        this.error = error;
    }

    public KvError error() {
        return error;
    }

    /** What a future failed with, without the wrapping of the stages in between. */
    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
