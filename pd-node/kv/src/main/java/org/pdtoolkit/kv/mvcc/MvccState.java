package org.pdtoolkit.kv.mvcc;

/**
 * The key space after one revision. Immutable but for what compaction cuts off.
 *
 * @param revision newest revision, from 1
 * @param compactRevision oldest readable revision, -1 before the first compaction
 */
public record MvccState(long revision, long compactRevision, KeyIndex index) {
    static final long FIRST_REVISION = 1;
    static final long NEVER_COMPACTED = -1;
}
