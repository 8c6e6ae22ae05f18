package org.pdtoolkit.storage;

/**
 * The open storage of one node.
 *
 * <p>Thread: the log has one owner, the ordered store has one writing owner and any number of
 * readers; closing is for the thread that opened it, after the owners stopped.
 */
public interface Storage extends AutoCloseable {
    LogStore log();

    SnapshotStore snapshots();

    OrderedStore ordered();

    /** Forces what is committed, releases the lock. Idempotent. Errors: FAILED. */
    @Override
    void close();
}
