package org.pdtoolkit.storage;

/**
 * Failure of a storage, sorted by what the node must do about it.
 *
 * <p>The message names the file, what was wrong and what to do next.
 */
public abstract sealed class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** No room; nothing was written; the call may be repeated when there is room again. */
    public static final class Full extends StorageException {
        private static final long serialVersionUID = 1L;

        public Full(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Damage that a crash cannot explain. Never repaired silently. */
    public static final class Corrupt extends StorageException {
        private static final long serialVersionUID = 1L;

        public Corrupt(String message) {
            super(message, null);
        }
    }

    /** Another storage holds the directory. */
    public static final class Locked extends StorageException {
        private static final long serialVersionUID = 1L;

        public Locked(String message) {
            super(message, null);
        }
    }

    /** Written by a version, or holding a format, that this one does not read; or a bad option. */
    public static final class Incompatible extends StorageException {
        private static final long serialVersionUID = 1L;

        public Incompatible(String message) {
            super(message, null);
        }
    }

    /** Read, write or force failed: the state of the media is unknown, stop the node. */
    public static final class Failed extends StorageException {
        private static final long serialVersionUID = 1L;

        public Failed(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
