package org.pdtoolkit.storage.support;

import java.io.IOException;
import java.nio.file.Path;
import org.pdtoolkit.storage.StorageException;

/**
 * Remembers the first failure of a storage and refuses everything after it.
 *
 * <p>After a failed force the kernel may have dropped the dirty pages and report success the next
 * time, so no later answer of the same storage can be trusted. Thread: any.
 */
public final class Fuse {
    private volatile String blown;
    private volatile boolean closed;

    /** Fails when an earlier call failed or the storage is closed. */
    public void check() {
        if (blown != null) {
            throw new StorageException.Failed(
                    "storage is stopped by an earlier failure: " + blown, null);
        }
        if (closed) {
            throw new IllegalStateException("storage is closed");
        }
    }

    /** Records the failure and returns what to throw. */
    public StorageException fail(String action, Path file, IOException cause) {
        String message =
                file
                        + ": "
                        + action
                        + " failed ("
                        + cause.getMessage()
                        + "); the state of the media is unknown. Stop the node, check the disk and"
                        + " its kernel messages, then start again or rebuild this member";
        if (blown == null) {
            blown = message;
        }
        return new StorageException.Failed(message, cause);
    }

    /** No room: nothing was written. */
    public static StorageException full(Path file, IOException cause) {
        return new StorageException.Full(
                file + ": no space left on device; nothing was written. Free space and retry",
                cause);
    }

    /**
     * Damage that a crash cannot explain.
     *
     * @param offset of the damage in {@code file}, bytes
     */
    public static StorageException corrupt(Path file, long offset, String found, String expected) {
        return new StorageException.Corrupt(
                file
                        + ": damaged at offset "
                        + offset
                        + ": found "
                        + found
                        + ", expected "
                        + expected
                        + ". A crash does not do this: keep a copy of the data directory, then"
                        + " restore it from a backup or remove this member and add it again empty");
    }

    /** Whether a call has failed. */
    public boolean blown() {
        return blown != null;
    }

    /** Refuses every later call: the storage is closed. */
    public void close() {
        closed = true;
    }
}
