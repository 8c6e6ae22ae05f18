package org.pdtoolkit.server.offline;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.runtime.StoredGroup;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;

/**
 * Checks what no part of a storage can know alone: whether log, state and snapshot fit each other,
 * and whether a node could load them. What a crash can leave behind, and the next start repairs, is
 * a note and no problem. Thread: one.
 */
final class Verification implements ContentSink {
    private static final int PROBLEMS_MAX = 20;

    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<Space, Tally> forward = new EnumMap<>(Space.class);
    private LogHead head;
    private long lastIndex;
    private long lastTerm;
    private boolean termAtAppliedDiffers;
    private AppliedState applied;
    private long snapshotIndex;
    private long snapshotTerm;

    /** What is damaged, at most twenty lines. */
    List<String> problems() {
        return problems;
    }

    /** What the next start of the node will put right. */
    List<String> notes() {
        return notes;
    }

    private void problem(String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(text);
        }
    }

    @Override
    public void log(LogHead log) {
        head = log;
        lastIndex = log.baseIndex();
        lastTerm = log.baseTerm();
    }

    @Override
    public void entry(LogRecord entry) {
        String at = "log entry " + entry.index();
        if (entry.index() != lastIndex + 1) {
            problem(at + " follows entry " + lastIndex);
        }
        if (Long.compareUnsigned(entry.term(), lastTerm) < 0) {
            problem(at + " is of term " + entry.term() + ", the one before of term " + lastTerm);
        }
        if (Long.compareUnsigned(entry.term(), head.hard().term()) > 0) {
            problem(
                    at
                            + " is of term "
                            + entry.term()
                            + ", but the member has only seen term "
                            + head.hard().term());
        }
        try {
            StoredGroup.requireReadable(entry);
        } catch (IllegalArgumentException e) {
            problem(at + ": " + e.getMessage());
        }
        lastIndex = entry.index();
        lastTerm = entry.term();
    }

    @Override
    public void state(AppliedState state) {
        applied = state;
        try {
            ConfStateCodec.decode(state.confState());
        } catch (IllegalArgumentException e) {
            problem("the applied configuration of members: " + e.getMessage());
        }
    }

    @Override
    public void pair(Space space, Pair pair) {
        forward.computeIfAbsent(space, key -> new Tally()).add(pair);
    }

    @Override
    public void snapshot(long index, long term) {
        snapshotIndex = index;
        snapshotTerm = term;
    }

    @Override
    public void snapshotBytes(byte[] piece, int length) {
        // its checksum is the backend's, which has already compared it
    }

    @Override
    public void end() {
        // the rest needs the storage itself
    }

    /** The checks that come after everything was read once. Errors: CORRUPT, FAILED. */
    void finish(Storage storage) {
        try (OrderedStore.View view = storage.ordered().view()) {
            for (Space space : Space.values()) {
                checkBackward(view, space);
            }
            try {
                StoredGroup.identity(storage.log());
                StoredGroup.members(view);
            } catch (IllegalArgumentException e) {
                problem(e.getMessage());
            }
        }
        if (applied.index() > head.baseIndex() && applied.index() <= lastIndex) {
            termAtAppliedDiffers = storage.log().term(applied.index()) != applied.term();
        }
        checkRelations();
        try {
            KvMachine machine = new KvMachine(storage.ordered());
            if (machine.compactRevision() > machine.revision()) {
                problem(
                        "compacted at revision "
                                + machine.compactRevision()
                                + ", but the newest revision is "
                                + machine.revision());
            }
        } catch (StorageException.Corrupt e) {
            problem(e.getMessage());
        }
    }

    private void checkBackward(OrderedStore.View view, Space space) {
        Tally backward = new Tally();
        Bytes before = null;
        Iterator<Pair> pairs = view.scanBackward(space, null, null);
        while (pairs.hasNext()) {
            Pair pair = pairs.next();
            if (before != null && pair.key().compareTo(before) >= 0) {
                problem("space " + space + ": key " + pair.key() + " comes after " + before);
            }
            before = pair.key();
            backward.add(pair);
        }
        Tally there = forward.getOrDefault(space, new Tally());
        if (!there.sameAs(backward)) {
            problem(
                    "space "
                            + space
                            + " reads differently forwards ("
                            + there.pairs()
                            + " pairs) and backwards ("
                            + backward.pairs()
                            + " pairs)");
        }
    }

    private void checkRelations() {
        if (head.hard().commit() > lastIndex) {
            problem(
                    "index "
                            + head.hard().commit()
                            + " is committed, but the log ends at "
                            + lastIndex);
        }
        if (applied.index() < head.baseIndex()) {
            problem(
                    "the state ends at index "
                            + applied.index()
                            + ", but the log begins behind "
                            + head.baseIndex()
                            + ": files are missing or older than the others");
        }
        boolean ahead = applied.index() > lastIndex;
        if (ahead || termAtAppliedDiffers) {
            String what =
                    ahead
                            ? "the state is at index "
                                    + applied.index()
                                    + ", but the log ends at "
                                    + lastIndex
                            : "the state at index "
                                    + applied.index()
                                    + " is of another term than the log";
            boolean installed = snapshotIndex == applied.index() && snapshotTerm == applied.term();
            if (installed) {
                notes.add(
                        what
                                + ": a crash came between installing the snapshot and cutting the"
                                + " log; the next start cuts it");
            } else {
                problem(what + ": files are missing or older than the others");
            }
        }
        if (snapshotIndex > applied.index()) {
            notes.add(
                    "the snapshot at index "
                            + snapshotIndex
                            + " was received but not installed; the leader will send another");
        }
    }
}
