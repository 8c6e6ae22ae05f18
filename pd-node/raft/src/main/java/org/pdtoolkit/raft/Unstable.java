package org.pdtoolkit.raft;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.pdtoolkit.raft.invariant.Invariant;

/**
 * The part of the log that storage does not hold durably yet; where both have something, this part
 * is right.
 *
 * <p>Invariant: {@code offset <= offsetInProgress <= offset + count}. Entries below {@code
 * offsetInProgress} were handed out for writing.
 */
final class Unstable {
    private final Consumer<RaftEvent> events;

    /** Arrived and not yet durable; {@link Snapshot#EMPTY} if there is none. */
    private Snapshot snapshot = Snapshot.EMPTY;

    private boolean snapshotInProgress;

    /**
     * Entries {@code offset .. offset + count - 1}, in {@code buffer[head .. head + count - 1]}.
     */
    private Entry[] buffer = new Entry[16];

    private int head;
    private int count;
    private long offset;
    private long offsetInProgress;

    Unstable(long offset, Consumer<RaftEvent> events) {
        this.offset = offset;
        this.offsetInProgress = offset;
        this.events = events;
    }

    long offset() {
        return offset;
    }

    long offsetInProgress() {
        return offsetInProgress;
    }

    int count() {
        return count;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    boolean hasSnapshot() {
        return !snapshot.isEmpty();
    }

    /** A snapshot that was not handed out yet, or {@link Snapshot#EMPTY}. */
    Snapshot nextSnapshot() {
        return snapshotInProgress ? Snapshot.EMPTY : snapshot;
    }

    boolean hasNextEntries() {
        return offsetInProgress < offset + count;
    }

    /** Entries that were not handed out yet. */
    List<Entry> nextEntries() {
        return hasNextEntries() ? slice(offsetInProgress, offset + count) : List.of();
    }

    /** Term at {@code index}, or {@link RaftLog#UNKNOWN_TERM} if this part cannot tell. */
    long term(long index) {
        if (index < offset) {
            return hasSnapshot() && snapshot.index() == index
                    ? snapshot.term()
                    : RaftLog.UNKNOWN_TERM;
        }
        return index < offset + count ? at(index).term() : RaftLog.UNKNOWN_TERM;
    }

    List<Entry> slice(long from, long until) {
        Invariant.check(
                from >= offset && from <= until && until <= offset + count,
                "unstable slice [%d, %d) outside of the part that begins at %d",
                from,
                until,
                offset);
        int begin = head + (int) (from - offset);
        return List.of(Arrays.copyOfRange(buffer, begin, begin + (int) (until - from)));
    }

    /** Everything unstable is handed out for writing. */
    void acceptInProgress() {
        offsetInProgress = offset + count;
        snapshotInProgress = hasSnapshot();
    }

    /** Entries up to (term, index) are durable; ignored if they were replaced meanwhile. */
    void stableTo(long term, long index) {
        long known = term(index);
        if (known == RaftLog.UNKNOWN_TERM) {
            ignored(index, "missing from unstable log");
        } else if (index < offset) {
            ignored(index, "matched unstable snapshot");
        } else if (known != term) {
            ignored(index, "has term " + known + " in unstable log, not " + term);
        } else {
            int dropped = (int) (index + 1 - offset);
            Arrays.fill(buffer, head, head + dropped, null);
            head += dropped;
            count -= dropped;
            offset = index + 1;
            offsetInProgress = Math.max(offsetInProgress, offset);
            if (count == 0) {
                head = 0;
            }
        }
    }

    private void ignored(long index, String reason) {
        events.accept(new RaftEvent.StableIgnored(index, reason));
    }

    /** The snapshot at {@code index} is durable; ignored if another one has replaced it. */
    void stableSnapshotTo(long index) {
        if (hasSnapshot() && snapshot.index() == index) {
            snapshot = Snapshot.EMPTY;
            snapshotInProgress = false;
        }
    }

    void restore(Snapshot newSnapshot) {
        snapshot = newSnapshot;
        snapshotInProgress = false;
        clear();
        offset = newSnapshot.index() + 1;
        offsetInProgress = offset;
    }

    /** Adds {@code entries}, replacing what they overlap. */
    void append(List<Entry> entries) {
        long from = entries.get(0).index();
        if (from < offset + count) {
            if (from <= offset) {
                events.accept(new RaftEvent.UnstableReplaced(true, from));
                clear();
            } else {
                events.accept(new RaftEvent.UnstableReplaced(false, from));
                int kept = (int) (from - offset);
                Arrays.fill(buffer, head + kept, head + count, null);
                count = kept;
            }
        }
        offset = Math.min(offset, from);
        offsetInProgress = Math.min(offsetInProgress, from);
        Invariant.check(from == offset + count, "gap: entry %d behind %d", from, offset + count);
        reserve(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            buffer[head + count++] = entries.get(i);
        }
    }

    private void reserve(int more) {
        if (head + count + more <= buffer.length) {
            return;
        }
        // Moving to the front is enough while at most half is used; it then costs less than it won.
        boolean roomy = 2L * (count + more) <= buffer.length;
        Entry[] target =
                roomy ? buffer : new Entry[Math.max(2 * buffer.length, 2 * (count + more))];
        System.arraycopy(buffer, head, target, 0, count);
        if (roomy) {
            Arrays.fill(buffer, Math.max(head, count), head + count, null);
        }
        buffer = target;
        head = 0;
    }

    private void clear() {
        Arrays.fill(buffer, head, head + count, null);
        head = 0;
        count = 0;
    }

    private Entry at(long index) {
        return buffer[head + (int) (index - offset)];
    }
}
