package org.pdtoolkit.storage;

import org.pdtoolkit.bytes.Bytes;

/**
 * How far the log has been applied, stored in one unit with the data it produced.
 *
 * @param index last applied log index, 0 in a new store
 * @param term term of that entry
 * @param confState encoded membership configuration in force after that entry; opaque
 */
public record AppliedState(long index, long term, Bytes confState) {
    public static final AppliedState NONE = new AppliedState(0, 0, Bytes.EMPTY);
}
