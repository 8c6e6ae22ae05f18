package org.pdtoolkit.raft;

import java.util.List;

/**
 * What the application has to do next, in this order: (1) persist hard state, entries (cutting what
 * they overlap) and snapshot, forced to stable media if {@code mustSync}; (2) send the messages;
 * (3) apply the snapshot, then the committed entries one by one, calling {@link
 * RaftNode#applyConfChange} for membership changes; (4) {@link RaftNode#advance}. A leader may send
 * its {@code APP} messages before (1) has finished; nothing else may leave early.
 *
 * <p>In asynchronous mode the messages to the two storage threads say all this themselves, and the
 * other parts only inform.
 *
 * @param softState null if unchanged
 * @param hardState {@link HardState#EMPTY} if unchanged
 * @param snapshot {@link Snapshot#EMPTY} if there is none
 * @param committedEntries may be part of {@code entries} too; never together with a snapshot
 * @param mustSync entries, vote or term changed; a commit index alone needs no sync
 * @param events what is worth logging since the last Ready, oldest first
 */
public record Ready(
        SoftState softState,
        HardState hardState,
        List<ReadState> readStates,
        List<Entry> entries,
        Snapshot snapshot,
        List<Entry> committedEntries,
        List<Message> messages,
        boolean mustSync,
        List<RaftEvent> events) {
    public Ready {
        readStates = List.copyOf(readStates);
        entries = List.copyOf(entries);
        committedEntries = List.copyOf(committedEntries);
        messages = List.copyOf(messages);
        events = List.copyOf(events);
    }
}
