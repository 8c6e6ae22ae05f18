package org.pdtoolkit.storage;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Snapshot files, each written as a stream, checksummed, and published at once.
 *
 * <p>Thread: any; one writer at a time.
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

    /** A snapshot being written; closing without {@link #publish} discards it. */
    abstract class Writer implements AutoCloseable {
        public abstract OutputStream stream();

        /** Makes it durable and visible in one step. Rules: SNP-01, SNP-02. */
        public abstract SnapshotId publish();

        @Override
        public abstract void close();
    }

    /** The published snapshot with the highest index. */
    Optional<SnapshotId> latest();

    Writer create(long index, long term);

    /**
     * Content of a published snapshot; reading a damaged one fails with CORRUPT before a byte that
     * is wrong is handed out. Errors: {@link IllegalArgumentException} when there is no such
     * snapshot. Rules: SNP-03.
     */
    InputStream read(SnapshotId id);

    /** Deletes all but the newest {@code count}, the oldest first. Rules: SNP-04 durable. */
    void retain(int count);
}
