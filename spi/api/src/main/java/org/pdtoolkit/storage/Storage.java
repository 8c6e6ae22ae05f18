package org.pdtoolkit.storage;

/**
 * The open storage of one node.
 *
 * <p>Rules: STO-01 damaged bytes never change an answer: opening or reading fails with CORRUPT (or
 * INCOMPATIBLE), naming file and offset, or the damage hit nothing that counts. What a crash can
 * leave behind is no damage. STO-02 after FAILED every later call fails, until the storage is
 * opened anew. STO-03 after FULL every answer is as before, and the call can be repeated. STO-04 a
 * read that fails is answered with FAILED or CORRUPT, never with an answer. STO-05 on a read-only
 * file system opening fails with FAILED, names the directory and changes nothing.
 *
 * <p>Thread: the log has one owner, the ordered store has one writing owner and any number of
 * readers; closing is for the thread that opened it, after the owners stopped. No thread is to be
 * interrupted inside a call: a backend may answer that with FAILED.
 */
public interface Storage extends AutoCloseable {
    /** The same object every time. Thread: any. */
    LogStore log();

    /** The same object every time. Thread: any. */
    SnapshotStore snapshots();

    /** The same object every time. Thread: any. */
    OrderedStore ordered();

    /**
     * Forces what is committed, releases the lock. Idempotent.
     *
     * <p>Errors: FULL (still open, every answer as before; may be repeated), FAILED (released all
     * the same).
     */
    @Override
    void close();
}
