package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Storage threads that answer late. */
class AsyncStorageTest {
    private final Solo solo = Solo.of(3, options -> options.asyncStorageWrites(true));

    private static Message append(long term, long logTerm, long index, List<Entry> entries) {
        return Message.builder(MessageType.APP)
                .from(term)
                .to(1)
                .term(term)
                .logTerm(logTerm)
                .index(index)
                .entries(entries)
                .build();
    }

    /** The one message of this type in the next Ready. */
    private Message next(MessageType type) {
        return Solo.only(type, solo.node.ready().messages()).get(0);
    }

    private static Message answer(Message work) {
        return work.responses().get(work.responses().size() - 1);
    }

    @Test
    void aWriteOfAnEarlierTermDoesNotConfirmTheSameEntryWrittenAgain() {
        // Leader 2 writes 1/1, leader 3 replaces it by 2/1, leader 4 brings 1/1 back.
        solo.node.step(append(2, 0, 0, Solo.entries(1, 1)));
        Message first = next(MessageType.STORAGE_APPEND);
        solo.node.step(append(3, 0, 0, Solo.entries(1, 2)));
        next(MessageType.STORAGE_APPEND);
        solo.node.step(append(4, 0, 0, Solo.entries(1, 1)));
        Message third = next(MessageType.STORAGE_APPEND);
        Unstable unstable = solo.node.raft().log().unstable();
        // The second write is still queued: 1/1 will be overwritten on disk before it is back.
        solo.node.step(answer(first));
        assertEquals(1, unstable.count());
        solo.storage.append(third.entries());
        solo.node.step(answer(third));
        assertEquals(0, unstable.count());
    }

    @Test
    void acknowledgementsAndVotesLeaveWithTheWriteTheyRestOn() {
        solo.node.step(append(2, 0, 0, Solo.entries(1, 2)));
        Ready ready = solo.node.ready();
        assertEquals(1, ready.messages().size());
        Message work = ready.messages().get(0);
        assertEquals(Message.APPEND_THREAD, work.to());
        assertEquals(
                new HardState(2, 0, 0), new HardState(work.term(), work.vote(), work.commit()));
        assertEquals(
                List.of(MessageType.APP_RESP, MessageType.STORAGE_APPEND_RESP),
                work.responses().stream().map(Message::type).toList());
    }

    @Test
    void onlyDurableEntriesAreGivenToTheApplyThread() {
        solo.node.step(append(2, 0, 0, Solo.entries(1, 2)).toBuilder().commit(1).build());
        Message write = next(MessageType.STORAGE_APPEND);
        assertFalse(solo.node.hasReady());
        solo.storage.append(write.entries());
        solo.node.step(answer(write));
        Message apply = next(MessageType.STORAGE_APPLY);
        assertEquals(1, apply.entries().size());
        assertEquals(0, solo.node.applied());
        solo.node.step(answer(apply));
        assertEquals(1, solo.node.applied());
    }

    @Test
    void aSnapshotCountsAsAppliedWhenItsWriteIsConfirmedEvenInALaterTerm() {
        Snapshot snapshot =
                new Snapshot(9, 2, ConfState.ofVoters(List.of(1L, 2L, 3L)), new byte[0]);
        solo.node.step(
                Message.builder(MessageType.SNAP).from(2).to(1).term(2).snapshot(snapshot).build());
        Message write = next(MessageType.STORAGE_APPEND);
        assertEquals(snapshot, write.snapshot());
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(3).to(1).term(3).build());
        solo.storage.applySnapshot(snapshot);
        solo.node.step(answer(write));
        assertEquals(9, solo.node.applied());
        assertFalse(solo.node.raft().log().unstable().hasSnapshot());
    }

    @Test
    void aSnapshotWaitsForEntriesThatAreBeingApplied() {
        ConfChange change = ConfChange.of(ChangeType.ADD_LEARNER_NODE, 4, new byte[0]);
        Entry entry = new Entry(2, 1, EntryType.CONF_CHANGE_V2, change.encode());
        solo.node.step(append(2, 0, 0, List.of(entry)).toBuilder().commit(1).build());
        Message write = next(MessageType.STORAGE_APPEND);
        solo.storage.append(write.entries());
        solo.node.step(answer(write));
        Message apply = next(MessageType.STORAGE_APPLY);
        ConfState later = ConfState.ofVoters(List.of(1L, 2L, 3L, 5L));
        Snapshot snapshot = new Snapshot(9, 2, later, new byte[0]);
        solo.node.step(
                Message.builder(MessageType.SNAP).from(2).to(1).term(2).snapshot(snapshot).build());
        // The application comes to the entry only now; it must meet the membership of its time.
        ConfState then = solo.node.applyConfChange(change);
        assertEquals(List.of(1L, 2L, 3L), then.voters());
        assertEquals(List.of(4L), then.learners());
        solo.node.step(answer(apply));
        assertEquals(later, solo.node.status().confState());
        assertEquals(snapshot, next(MessageType.STORAGE_APPEND).snapshot());
    }

    @Test
    void aWaitingSnapshotOfAnEarlierTermIsIgnored() {
        solo.node.step(append(2, 0, 0, Solo.entries(1, 2)).toBuilder().commit(1).build());
        Message write = next(MessageType.STORAGE_APPEND);
        solo.storage.append(write.entries());
        solo.node.step(answer(write));
        Message apply = next(MessageType.STORAGE_APPLY);
        Snapshot snapshot =
                new Snapshot(9, 2, ConfState.ofVoters(List.of(1L, 2L, 3L)), new byte[0]);
        solo.node.step(
                Message.builder(MessageType.SNAP).from(2).to(1).term(2).snapshot(snapshot).build());
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(3).to(1).term(3).build());
        solo.node.step(answer(apply));
        assertEquals(1, solo.node.committed());
        assertEquals(1, solo.node.applied());
    }
}
