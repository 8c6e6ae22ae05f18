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
    /**
     * One pair of a scan.
     *
     * @param key never empty
     * @param value possibly empty, never {@code null}
     */
    record Pair(Bytes key, Bytes value) {}

    /**
     * Immutable picture of the store; later commits do not change it.
     *
     * <p>It may hold memory or disk space until it is closed, so it is closed soon. Thread: any,
     * one at a time for each iterator. Errors: CORRUPT, FAILED; {@link IllegalStateException} when
     * the store was closed meanwhile. Rules: ORD-01.
     */
    interface View extends AutoCloseable {
        /** The applied state that belongs to these pairs. */
        AppliedState applied();

        /** Value of {@code key}, or {@code null}. Errors: CORRUPT, FAILED. */
        Bytes get(Space space, Bytes key);

        /**
         * Pairs with {@code from <= key < until} in key order; {@code null} leaves that side open,
         * and {@code from >= until} is empty.
         *
         * <p>Shape: keys compare as unsigned bytes. Memory: bounded, however long the range. Rules:
         * ORD-02.
         */
        Iterator<Pair> scan(Space space, Bytes from, Bytes until);

        /** The same pairs, the same bounds, in reverse key order. Rules: ORD-03. */
        Iterator<Pair> scanBackward(Space space, Bytes from, Bytes until);

        /** Gives back what it held. Idempotent. */
        @Override
        void close();
    }

    /**
     * The store as it is now.
     *
     * <p>Thread: any; never waits for a commit that blocks on the disk. Rules: ORD-01.
     */
    View view();

    /**
     * The applied state of the last commit; {@link AppliedState#NONE} in a new store.
     *
     * <p>Thread: any.
     */
    AppliedState applied();

    /**
     * Applies a batch and moves the applied state, atomically; visible to later views at once,
     * durable at the latest with the next {@link #sync}.
     *
     * <p>Shape: an empty batch moves the applied state alone; the same index may be committed
     * again. Thread: owner; need not force the disk. Errors: {@link IllegalArgumentException} when
     * the index goes back; FULL (nothing changed, retry), FAILED. Rules: ORD-04 atomic across a
     * crash. ORD-05 index never goes back. Source: etcd's consistent index, which was once saved
     * apart from its data and made members differ.
     */
    void commit(Batch batch, AppliedState applied);

    /**
     * Blocks until everything committed is on stable media.
     *
     * <p>Thread: owner. Errors: FULL (every answer is as before, retry), FAILED. Rules: ORD-06.
     */
    void sync();

    /**
     * Index up to which the applied state is known to be on stable media; the log may be compacted
     * up to there and no further.
     *
     * <p>Thread: any. Rules: ORD-06.
     */
    long durableIndex();

    /**
     * Replaces the content of {@code HISTORY} and {@code META} by {@code writes} (puts only) and
     * the applied state, atomically and durably: installs a snapshot. {@code REGIONS} stays.
     *
     * <p>Shape: writes in any order, the last to a key wins; the applied index may be any that does
     * not go back. Thread: owner; takes as long as the content needs; views stay. Memory: bounded
     * by the backend, not by the content alone. Errors: {@link IllegalArgumentException} for a
     * write that is no put into these spaces; what the iterator throws (nothing changed); FULL
     * (nothing changed), FAILED. Rules: ORD-07 all or nothing across a crash. Source: Raft §7.
     */
    void replace(Iterator<Batch.Write> writes, AppliedState applied);

    /**
     * Space of this store, from memory.
     *
     * @param liveBytes bytes on disk that hold live data, estimated
     * @param totalBytes bytes on disk in all
     */
    record Usage(long liveBytes, long totalBytes) {}

    /** Thread: any. */
    Usage usage();

    /**
     * Works on the way to less space on disk, which costs about {@code bytes} of writing; what the
     * store holds stays the same, and so does what a crash leaves of it.
     *
     * <p>Thread: owner; blocks as long as that work takes. Errors: FULL (every answer is as
     * before), FAILED. Rules: ORD-08.
     *
     * @return whether more calls would go on with it; after some calls it says no
     */
    default boolean reclaim(long bytes) {
        return false;
    }
}
