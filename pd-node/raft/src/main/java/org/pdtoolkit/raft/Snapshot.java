package org.pdtoolkit.raft;

import java.util.Arrays;
import java.util.Objects;

/**
 * The state machine up to an index, in whatever form the application chose.
 *
 * @param index last entry contained; 0 = no snapshot
 * @param term of that entry
 * @param data not copied, never modified; an application with large snapshots puts a reference here
 */
public record Snapshot(long index, long term, ConfState confState, byte[] data) {
    public static final Snapshot EMPTY = new Snapshot(0, 0, ConfState.EMPTY, new byte[0]);

    public Snapshot {
        Objects.requireNonNull(confState, "confState");
        Objects.requireNonNull(data, "data");
    }

    public boolean isEmpty() {
        return index == 0;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Snapshot)) {
            return false;
        }
        Snapshot that = (Snapshot) other;
        return index == that.index
                && term == that.term
                && confState.equals(that.confState)
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hash(index, term, confState) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "snapshot " + term + "/" + index + " " + confState + " " + data.length + " bytes";
    }
}
