package org.pdtoolkit.raft;

import java.util.Arrays;

/**
 * A confirmed read: it may be served from any state that has applied {@code index}.
 *
 * @param context the bytes the request came with
 */
public record ReadState(long index, byte[] context) {
    @Override
    public boolean equals(Object other) {
        return other instanceof ReadState
                && index == ((ReadState) other).index
                && Arrays.equals(context, ((ReadState) other).context);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(index) + Arrays.hashCode(context);
    }

    @Override
    public String toString() {
        return "read at " + index + " " + Arrays.toString(context);
    }
}
