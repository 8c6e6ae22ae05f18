package org.pdtoolkit.kv.mvcc;

import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;

/**
 * The key space as one reader sees it.
 *
 * <p>Thread: the reader's.
 */
public interface ReadView {
    /** Newest visible revision; within a transaction that has written, the one it makes. */
    long revision();

    /** Oldest readable revision. */
    long compactRevision();

    KeyIndex index();

    /** Value of a live {@code version}. */
    Bytes value(Version version);

    /** The full pair of a live {@code version} of {@code key}. */
    default KeyValue pair(Bytes key, Version version) {
        return pair(key, version, value(version));
    }

    /** The pair with {@code value} in place of the stored one. */
    static KeyValue pair(Bytes key, Version version, Bytes value) {
        return new KeyValue(
                key,
                value,
                version.createRevision(),
                version.revision(),
                version.version(),
                version.lease());
    }
}
