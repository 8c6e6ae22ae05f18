package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;

/** What a node says to the threads that write and apply, and what they answer. */
final class StorageMessages {
    private StorageMessages() {}

    /** Adds the work of a Ready to {@code messages}, asynchronous mode. */
    static void add(
            Raft raft,
            List<Message> messages,
            HardState hardState,
            List<Entry> entries,
            Snapshot snapshot,
            List<Entry> committed) {
        if (!entries.isEmpty()
                || !hardState.isEmpty()
                || !snapshot.isEmpty()
                || !raft.messagesAfterAppend().isEmpty()) {
            messages.add(append(raft, hardState, entries, snapshot));
        }
        if (!committed.isEmpty()) {
            messages.add(apply(raft, committed));
        }
    }

    private static Message append(
            Raft raft, HardState hardState, List<Entry> entries, Snapshot snapshot) {
        List<Message> responses = new ArrayList<>(raft.messagesAfterAppend());
        if (needsAppendAnswer(raft, snapshot)) {
            // Last: when it is taken, the leader's own acknowledgement has already been counted
            // with the terms still at hand.
            responses.add(appendAnswer(raft, snapshot));
        }
        return Message.builder(MessageType.STORAGE_APPEND)
                .to(Message.APPEND_THREAD)
                .from(raft.id())
                .entries(entries)
                .term(hardState.term())
                .vote(hardState.vote())
                .commit(hardState.commit())
                .snapshot(snapshot)
                .responses(responses)
                .build();
    }

    static boolean needsAppendAnswer(Raft raft, Snapshot snapshot) {
        return raft.log().unstable().count() > 0 || !snapshot.isEmpty();
    }

    /**
     * Everything up to the end of the log is durable. Of the current term: an answer that comes
     * after the term has changed may speak of entries that were replaced meanwhile, and is ignored;
     * the change of term has caused another write with another answer.
     */
    static Message appendAnswer(Raft raft, Snapshot snapshot) {
        Message.Builder answer =
                Message.builder(MessageType.STORAGE_APPEND_RESP)
                        .to(raft.id())
                        .from(Message.APPEND_THREAD)
                        .term(raft.term())
                        .snapshot(snapshot);
        if (raft.log().unstable().count() > 0) {
            answer.index(raft.log().lastIndex()).logTerm(raft.log().lastTerm());
        }
        return answer.build();
    }

    private static Message apply(Raft raft, List<Entry> committed) {
        return Message.builder(MessageType.STORAGE_APPLY)
                .to(Message.APPLY_THREAD)
                .from(raft.id())
                .entries(committed)
                .responses(List.of(applyAnswer(raft, committed)))
                .build();
    }

    /** {@code committed} was applied. */
    static Message applyAnswer(Raft raft, List<Entry> committed) {
        return Message.builder(MessageType.STORAGE_APPLY_RESP)
                .to(raft.id())
                .from(Message.APPLY_THREAD)
                .entries(committed)
                .build();
    }
}
