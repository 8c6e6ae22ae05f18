package org.pdtoolkit.kv;

/**
 * Checksum of a key space, which members agree on when they hold the same.
 *
 * @param crc CRC-32C; to be compared only between equal compact and hash revisions
 * @param revision newest when it was computed
 * @param compactRevision oldest readable one; -1 before the first compaction
 * @param hashRevision up to which changes count
 */
public record StoreHash(int crc, long revision, long compactRevision, long hashRevision) {}
