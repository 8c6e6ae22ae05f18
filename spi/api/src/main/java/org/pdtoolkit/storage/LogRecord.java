package org.pdtoolkit.storage;

import org.pdtoolkit.bytes.Bytes;

/**
 * One entry of the Raft log.
 *
 * @param term term of the leader that made it
 * @param index position from 1, unsigned
 * @param kind opaque to the store, 0..255 (the Raft entry type)
 * @param data opaque to the store
 */
public record LogRecord(long term, long index, int kind, Bytes data) {}
