package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pdtoolkit.raft.RaftStorageException.Kind;
import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/**
 * The log as the core sees it: what storage holds, overridden by what is not durable yet.
 *
 * <p>Invariant: {@code applied <= applying <= committed <= lastIndex}. {@code applying} is the last
 * entry handed out for application, {@code applied} the last one reported back.
 */
final class RaftLog {
    /** Term of an index that was compacted away or does not exist. */
    static final long UNKNOWN_TERM = -1;

    private final RaftStorage storage;
    private final Unstable unstable;
    private final Consumer<RaftEvent> events;

    /** Encoded bytes that may be handed out and not reported applied. */
    private final long applyingBytesMax;

    private long committed;
    private long applying;
    private long applied;
    private long applyingBytes;

    /** Set while no more entries may be handed out, or the last hand-out was cut short. */
    private boolean applyingPaused;

    RaftLog(RaftStorage storage, long applyingBytesMax, Consumer<RaftEvent> events) {
        this.storage = storage;
        this.applyingBytesMax = applyingBytesMax;
        this.events = events;
        long first = storage.firstIndex();
        unstable = new Unstable(storage.lastIndex() + 1, events);
        committed = first - 1;
        applying = first - 1;
        applied = first - 1;
    }

    Unstable unstable() {
        return unstable;
    }

    long committed() {
        return committed;
    }

    long applying() {
        return applying;
    }

    long applied() {
        return applied;
    }

    long applyingBytesMax() {
        return applyingBytesMax;
    }

    long firstIndex() {
        return unstable.hasSnapshot() ? unstable.snapshot().index() + 1 : storage.firstIndex();
    }

    long lastIndex() {
        if (unstable.count() > 0) {
            return unstable.offset() + unstable.count() - 1;
        }
        return unstable.hasSnapshot() ? unstable.snapshot().index() : storage.lastIndex();
    }

    /** Term at {@code index}, {@link #UNKNOWN_TERM} outside of [firstIndex - 1, lastIndex]. */
    long term(long index) {
        long term = unstable.term(index);
        if (term != UNKNOWN_TERM) {
            return term;
        }
        if (index + 1 < firstIndex() || index > lastIndex()) {
            return UNKNOWN_TERM;
        }
        try {
            return storage.term(index);
        } catch (RaftStorageException e) {
            if (e.kind() == Kind.COMPACTED || e.kind() == Kind.UNAVAILABLE) {
                return UNKNOWN_TERM;
            }
            throw new InvariantViolation("term of entry " + index, e);
        }
    }

    /** As {@link #term}, 0 when unknown. */
    long termOrZero(long index) {
        return Math.max(term(index), 0);
    }

    long lastTerm() {
        long term = term(lastIndex());
        Invariant.check(term != UNKNOWN_TERM, "term of last entry %d is unknown", lastIndex());
        return term;
    }

    boolean matchesTerm(long term, long index) {
        return term(index) == term;
    }

    /**
     * Whether a log that ends with (term, index) holds all this one can have committed (§5.4.1).
     */
    boolean isUpToDate(long term, long index) {
        long lastTerm = lastTerm();
        return term > lastTerm || (term == lastTerm && index >= lastIndex());
    }

    /** Adds entries, replacing what they overlap; returns the last index. */
    long append(List<Entry> entries) {
        if (!entries.isEmpty()) {
            long after = entries.get(0).index() - 1;
            Invariant.check(
                    after >= committed, "append behind %d, committed is %d", after, committed);
            unstable.append(entries);
        }
        return lastIndex();
    }

    /**
     * Takes the entries of a leader if this log holds (prevTerm, prevIndex). Only a real conflict
     * truncates: an old append that arrives late must not take away newer entries.
     *
     * @return false if it does not hold that entry
     */
    boolean maybeAppend(long prevTerm, long prevIndex, List<Entry> entries, long leaderCommit) {
        if (!matchesTerm(prevTerm, prevIndex)) {
            return false;
        }
        long conflict = findConflict(entries);
        if (conflict != 0) {
            Invariant.check(
                    conflict > committed,
                    "entry %d conflicts with a committed one, committed is %d",
                    conflict,
                    committed);
            append(entries.subList((int) (conflict - prevIndex - 1), entries.size()));
        }
        commitTo(Math.min(leaderCommit, prevIndex + entries.size()));
        return true;
    }

    /** Index of the first entry that is new or differs; 0 if all are there already. */
    long findConflict(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (!matchesTerm(entry.term(), entry.index())) {
                if (entry.index() <= lastIndex()) {
                    events.accept(
                            new RaftEvent.ConflictFound(
                                    entry.index(), termOrZero(entry.index()), entry.term()));
                }
                return entry.index();
            }
        }
        return 0;
    }

    /**
     * Largest index up to {@code index} whose term is at most {@code term}: both sides of a refused
     * append use it to skip whole terms. An index whose term is unknown ends the search too.
     */
    long findConflictByTerm(long index, long term) {
        for (long i = index; i > 0; i--) {
            // An unknown term is negative, hence never greater.
            if (term(i) <= term) {
                return i;
            }
        }
        return 0;
    }

    void commitTo(long index) {
        if (index > committed) {
            Invariant.check(
                    index <= lastIndex(),
                    "commit %d is behind last index %d; was the log corrupted, cut or lost?",
                    index,
                    lastIndex());
            committed = index;
        }
    }

    /** Commits {@code index} if its entry is of {@code term}; false if nothing moved. */
    boolean maybeCommit(long term, long index) {
        if (index <= committed || !matchesTerm(term, index)) {
            return false;
        }
        commitTo(index);
        return true;
    }

    private long appliableUntil(boolean allowUnstable) {
        return allowUnstable ? committed : Math.min(committed, unstable.offset() - 1);
    }

    boolean hasNextCommitted(boolean allowUnstable) {
        return !applyingPaused
                && !unstable.hasSnapshot()
                && applying < appliableUntil(allowUnstable);
    }

    /** Committed entries that can be applied now. */
    List<Entry> nextCommitted(boolean allowUnstable) {
        if (!hasNextCommitted(allowUnstable)) {
            return List.of();
        }
        List<Entry> entries =
                slice(
                        applying + 1,
                        appliableUntil(allowUnstable) + 1,
                        applyingBytesMax - applyingBytes);
        Invariant.check(entries != null, "committed entry %d was compacted", applying + 1);
        return entries;
    }

    /** Notes that entries up to {@code index} were handed out. */
    void acceptApplying(long index, long bytes, boolean allowUnstable) {
        Invariant.check(index <= committed, "applying %d is behind committed %d", index, committed);
        applying = index;
        applyingBytes += bytes;
        applyingPaused = applyingBytes >= applyingBytesMax || index < appliableUntil(allowUnstable);
    }

    /** Notes that entries up to {@code index} were applied. */
    void appliedTo(long index, long bytes) {
        Invariant.check(
                index >= applied && index <= committed,
                "applied %d is outside of [%d, %d]",
                index,
                applied,
                committed);
        applied = index;
        applying = Math.max(applying, index);
        applyingBytes = Math.max(0, applyingBytes - bytes);
        applyingPaused = applyingBytes >= applyingBytesMax;
    }

    void acceptUnstable() {
        unstable.acceptInProgress();
    }

    void restore(Snapshot snapshot) {
        events.accept(new RaftEvent.RestoreStarted(toString(), snapshot.index(), snapshot.term()));
        committed = snapshot.index();
        unstable.restore(snapshot);
    }

    Snapshot snapshot() {
        return unstable.hasSnapshot() ? unstable.snapshot() : storage.snapshot();
    }

    /** Entries from {@code from} on, limited; null if they were compacted. */
    List<Entry> entries(long from, long bytesMax) {
        return from > lastIndex() ? List.of() : slice(from, lastIndex() + 1, bytesMax);
    }

    /** Entries {@code [from, until)}, limited to {@code bytesMax}; null if they were compacted. */
    List<Entry> slice(long from, long until, long bytesMax) {
        if (from < firstIndex()) {
            return null;
        }
        Invariant.check(
                from <= until && until <= lastIndex() + 1,
                "slice [%d, %d) is behind last index %d",
                from,
                until,
                lastIndex());
        if (from == until) {
            return List.of();
        }
        if (from >= unstable.offset()) {
            return Entry.limit(unstable.slice(from, until), bytesMax);
        }
        long cut = Math.min(until, unstable.offset());
        List<Entry> stable = stored(from, cut, bytesMax);
        if (stable == null || until <= unstable.offset() || stable.size() < cut - from) {
            return stable;
        }
        return joined(stable, until, bytesMax);
    }

    /** Adds the unstable entries that still fit. */
    private List<Entry> joined(List<Entry> stable, long until, long bytesMax) {
        // Not every storage keeps to the limit.
        long used = Entry.encodedSize(stable);
        if (used >= bytesMax) {
            return stable;
        }
        List<Entry> rest = Entry.limit(unstable.slice(unstable.offset(), until), bytesMax - used);
        if (rest.size() == 1 && Entry.encodedSize(rest) > bytesMax - used) {
            return stable;
        }
        List<Entry> all = new ArrayList<>(stable.size() + rest.size());
        all.addAll(stable);
        all.addAll(rest);
        return List.copyOf(all);
    }

    private List<Entry> stored(long from, long until, long bytesMax) {
        try {
            return storage.entries(from, until, bytesMax);
        } catch (RaftStorageException e) {
            if (e.kind() == Kind.COMPACTED) {
                return null;
            }
            throw new InvariantViolation("entries [" + from + ", " + until + ")", e);
        }
    }

    @Override
    public String toString() {
        return Texts.format(
                "committed=%d, applied=%d, applying=%d, unstable.offset=%d,"
                        + " unstable.offsetInProgress=%d, len(unstable.Entries)=%d",
                committed,
                applied,
                applying,
                unstable.offset(),
                unstable.offsetInProgress(),
                unstable.count());
    }
}
