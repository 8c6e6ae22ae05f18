package org.pdtoolkit.storage;

import java.util.Iterator;
import org.pdtoolkit.bytes.Bytes;

/**
 * Ordered key-value store of the applied state.
 *
 * <p>Crash rule: after a crash the store shows a prefix of the committed batches, whole batches
 * only, at least those committed before the last {@link #sync}. Data and applied state always
 * belong together, so the log can be replayed from {@code applied().index() + 1}.
 *
 * <p>Thread: commit, sync and replace by one owner; views by anyone.
 */
public interface OrderedStore {
    /** One pair of a scan. */
    record Pair(Bytes key, Bytes value) {}

    /**
     * Immutable picture of the store; later commits do not change it. Thread: any. Rules: ORD-01.
     */
    interface View extends AutoCloseable {
        AppliedState applied();

        /** Value of {@code key}, or {@code null}. */
        Bytes get(Space space, Bytes key);

        /**
         * Pairs with {@code from <= key < until} in key order; {@code null} leaves that side open.
         * Rules: ORD-02.
         */
        Iterator<Pair> scan(Space space, Bytes from, Bytes until);

        /** The same pairs in reverse key order. Rules: ORD-03. */
        Iterator<Pair> scanBackward(Space space, Bytes from, Bytes until);

        @Override
        void close();
    }

    View view();

    AppliedState applied();

    /**
     * Applies a batch and moves the applied state, atomically; visible to later views at once,
     * durable at the latest with the next {@link #sync}.
     *
     * <p>Errors: {@link IllegalArgumentException} when the index goes back; FULL, FAILED. Rules:
     * ORD-04 atomic across a crash. ORD-05 index never goes back.
     */
    void commit(Batch batch, AppliedState applied);

    /** Blocks until everything committed is on stable media. Errors: FAILED. Rules: ORD-06. */
    void sync();

    /** Index up to which the applied state is known to be on stable media. */
    long durableIndex();

    /**
     * Replaces the content of {@code HISTORY} and {@code META} by {@code writes} (puts only) and
     * the applied state, atomically and durably: installs a snapshot. {@code REGIONS} stays. Rules:
     * ORD-07 all or nothing across a crash.
     */
    void replace(Iterator<Batch.Write> writes, AppliedState applied);

    /** Bytes on disk that hold live data, and bytes on disk in all. */
    record Usage(long liveBytes, long totalBytes) {}

    Usage usage();
}
