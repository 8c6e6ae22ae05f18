package org.pdtoolkit.storage;

import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;

/**
 * The durable Raft log with its hard state.
 *
 * <p>Shape: entries {@code firstIndex..lastIndex}, consecutive; the entry before the first is known
 * by term only (the <em>base</em>, 0/0 in a new log). Thread: one owner for every call.
 */
public interface LogStore {
    /**
     * What {@link #initialize} wrote; empty in a new log.
     *
     * <p>Shape: opaque bytes, possibly none. Thread: owner. Rules: LOG-01. Source: etcd WAL
     * metadata.
     */
    Optional<Bytes> metadata();

    /**
     * Writes the identity of this log, once, durably.
     *
     * <p>Shape: opaque bytes, possibly none. Thread: owner; blocks until on stable media. Errors:
     * {@link IllegalStateException} when already initialised; FULL (nothing written, retry),
     * FAILED. Rules: LOG-01 survives a crash after return. LOG-02 nothing but this may be written
     * before it.
     */
    void initialize(Bytes metadata);

    /**
     * Latest durable hard state; {@link HardState#EMPTY} in a new log.
     *
     * <p>Thread: owner; from memory. Rules: LOG-03. Source: Raft figure 2, persistent state.
     */
    HardState hardState();

    /**
     * Index of the first entry that can be read; base index + 1, so 1 in a new log.
     *
     * <p>Thread: owner; from memory. Rules: LOG-06.
     */
    long firstIndex();

    /**
     * Index of the last entry; {@code firstIndex() - 1} when there is none.
     *
     * <p>Thread: owner; from memory. Rules: LOG-03.
     */
    long lastIndex();

    /**
     * Term of the entry at {@code index} in {@code [firstIndex - 1, lastIndex]}.
     *
     * <p>Thread: owner; from memory, since Raft asks it for every message. Errors: {@link
     * IndexOutOfBoundsException} outside of it. Rules: LOG-06. Source: Raft §5.3, consistency
     * check.
     */
    long term(long index);

    /**
     * Entries {@code [from, until)}, cut after the one that makes the data exceed {@code bytesMax},
     * never fewer than one unless the range is empty.
     *
     * <p>Shape: in order of index; {@code firstIndex <= from <= until <= lastIndex + 1}. Units:
     * {@code bytesMax} counts {@link LogRecord#data}. Thread: owner; may read the disk. Errors:
     * {@link IndexOutOfBoundsException} if the range is not inside the log; CORRUPT, FAILED. Rules:
     * LOG-03. Source: etcd/raft Storage.Entries.
     */
    List<LogRecord> read(long from, long until, long bytesMax);

    /**
     * Appends entries and hard state as one durable unit.
     *
     * <p>Shape: consecutive; first in {@code [firstIndex, lastIndex + 1]}; an overlapped suffix is
     * replaced. An empty list writes the hard state alone, even one that has not changed: a node
     * learns from it whether the disk still answers. Units: index from 1. Thread: owner; blocks
     * until on stable media, one force however many entries. Errors: {@link
     * IllegalArgumentException} for another shape; {@link IllegalStateException} before {@link
     * #initialize}; FULL (nothing written, retry), FAILED (stop the node). Rules: LOG-03 durable on
     * return. LOG-04 overlap replaces the suffix. LOG-05 all or nothing across a crash. Source:
     * Raft §5, etcd WAL.
     */
    void append(HardState state, List<LogRecord> entries);

    /**
     * Forgets entries up to and including {@code index}, which becomes the base.
     *
     * <p>Thread: owner; may block. Errors: {@link IndexOutOfBoundsException} unless {@code
     * firstIndex - 1 <= index <= lastIndex}; {@link IllegalStateException} before {@link
     * #initialize}; FULL (nothing changed, retry), FAILED. Rules: LOG-06 term of the base stays
     * known. LOG-07 space is given back in time. Source: Raft §7.
     */
    void compact(long index);

    /**
     * Replaces the whole log by an empty one behind a snapshot at {@code (index, term)}, and the
     * hard state, durably and atomically.
     *
     * <p>Shape: any index, behind or ahead of the log. Thread: owner; blocks until on stable media.
     * Errors: {@link IllegalStateException} before {@link #initialize}; FULL (nothing changed,
     * retry), FAILED. Rules: LOG-08 the log is empty, its base is {@code (index, term)}, all or
     * nothing across a crash. Source: Raft §7, InstallSnapshot step 7.
     */
    void reset(long index, long term, HardState state);
}
