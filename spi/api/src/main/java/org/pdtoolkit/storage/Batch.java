package org.pdtoolkit.storage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;

/**
 * Writes that become visible and durable together. A later write to a key wins over an earlier one.
 *
 * <p>Thread: one at a time; not for reuse after commit.
 */
public final class Batch {
    /**
     * One write.
     *
     * @param space key space
     * @param key never empty
     * @param value {@code null} deletes
     */
    public record Write(Space space, Bytes key, Bytes value) {}

    private final List<Write> writes = new ArrayList<>();

    /** Errors: {@link IllegalArgumentException} for an empty key or no value. */
    public Batch put(Space space, Bytes key, Bytes value) {
        if (key.isEmpty() || value == null) {
            throw new IllegalArgumentException("a put needs a key and a value");
        }
        writes.add(new Write(space, key, value));
        return this;
    }

    /**
     * Deletes the key if it is there.
     *
     * <p>Errors: {@link IllegalArgumentException} for an empty key.
     */
    public Batch delete(Space space, Bytes key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a delete needs a key");
        }
        writes.add(new Write(space, key, null));
        return this;
    }

    /** In the order they were made; a view that cannot be changed. */
    public List<Write> writes() {
        return Collections.unmodifiableList(writes);
    }

    public boolean isEmpty() {
        return writes.isEmpty();
    }
}
