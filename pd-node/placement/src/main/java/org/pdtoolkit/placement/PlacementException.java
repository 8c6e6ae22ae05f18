package org.pdtoolkit.placement;

/** A refusal by the placement layer; see {@link PlacementError}. */
public final class PlacementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final PlacementError error;

    public PlacementException(PlacementError error, String message) {
        this(error, message, null);
    }

    public PlacementException(PlacementError error, String message, Throwable cause) {
        // No stack trace: refusals are ordinary answers and travel across threads.
        super(message, cause, false, false);
        this.error = error;
    }

    public PlacementError error() {
        return error;
    }
}
