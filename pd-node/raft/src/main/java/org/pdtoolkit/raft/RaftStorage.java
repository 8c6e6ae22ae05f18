package org.pdtoolkit.raft;

import java.util.List;

/**
 * Read access to what is durable. The core never writes: it hands out what to write in {@link
 * Ready} and sees it here afterwards.
 *
 * <p>Thread: called by the owner of the core only, often; the answers should come from memory.
 * Errors: {@link RaftStorageException}, by kind.
 */
public interface RaftStorage {
    /** What a restart starts from. Asked once. */
    InitialState initialState();

    /**
     * Entries {@code [from, until)}, cut to the longest prefix of at most {@code bytesMax} encoded
     * bytes, but never less than one. May be cut further.
     *
     * <p>Errors: COMPACTED if {@code from} is below the first index; UNAVAILABLE.
     */
    List<Entry> entries(long from, long until, long bytesMax);

    /**
     * Term of the entry at {@code index} in {@code [firstIndex - 1, lastIndex]}.
     *
     * <p>Errors: COMPACTED below, UNAVAILABLE above.
     */
    long term(long index);

    /** Index of the first entry that can be read; one behind the last that was cut off. */
    long firstIndex();

    /** Index of the last entry; {@code firstIndex() - 1} when there is none. */
    long lastIndex();

    /**
     * A snapshot to send to a peer that is too far behind; its index is at least {@code firstIndex
     * - 1} and at most what was applied.
     *
     * <p>Errors: SNAPSHOT_TEMPORARILY_UNAVAILABLE; the core asks again later.
     */
    Snapshot snapshot();

    /**
     * @param hardState {@link HardState#EMPTY} for a new node
     */
    record InitialState(HardState hardState, ConfState confState) {}
}
