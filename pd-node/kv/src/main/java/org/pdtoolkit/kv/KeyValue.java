package org.pdtoolkit.kv;

import org.pdtoolkit.bytes.Bytes;

/**
 * One key at one revision.
 *
 * @param createRevision revision of the put that began this generation
 * @param modRevision revision of the last put
 * @param version 1 at creation, one more with every put
 * @param lease lease the key hangs on, 0 for none
 */
public record KeyValue(
        Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {}
