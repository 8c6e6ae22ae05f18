package org.pdtoolkit.storage;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Snapshot files, each written as a stream, checksummed, and published at once.
 *
 * <p>Thread: any; one writer at a time. Source: etcd's snap directory, Raft §7.
 */
public interface SnapshotStore {
    /**
     * What a snapshot stands for.
     *
     * @param index last log index it contains
     * @param term term of that entry
     * @param bytes size of the content
     */
    record SnapshotId(long index, long term, long bytes) {}

    /**
     * A snapshot being written; closing without {@link #publish} discards it.
     *
     * <p>Thread: one at a time.
     */
    abstract class Writer implements AutoCloseable {
        /**
         * Takes the content; memory stays bounded. Closing it is not needed. After an {@link
         * java.io.IOException} of it the snapshot can only be discarded.
         */
        public abstract OutputStream stream();

        /**
         * Makes it durable and visible in one step; one of the same index is replaced.
         *
         * <p>Errors: {@link IllegalStateException} when published or closed; FULL (not published,
         * discard it), FAILED. Rules: SNP-01 content survives a crash after return. SNP-02 never
         * seen before.
         */
        public abstract SnapshotId publish();

        /** Idempotent. */
        @Override
        public abstract void close();
    }

    /** The published snapshot with the highest index. Rules: SNP-02. */
    Optional<SnapshotId> latest();

    /**
     * Starts a snapshot that contains the log up to {@code (index, term)}.
     *
     * <p>Errors: {@link IllegalStateException} while another one is being written; FULL, FAILED.
     */
    Writer create(long index, long term);

    /**
     * Content of a published snapshot; reading a damaged one fails with CORRUPT before a byte that
     * is wrong is handed out. Memory: bounded.
     *
     * <p>Errors: {@link IllegalArgumentException} when there is no such snapshot; CORRUPT and
     * FAILED, from here and from the stream. Rules: SNP-03.
     */
    InputStream read(SnapshotId id);

    /**
     * Deletes all but the newest {@code count}, the oldest first.
     *
     * <p>Errors: FAILED. Rules: SNP-04 what was deleted stays deleted after a crash.
     */
    void retain(int count);
}
