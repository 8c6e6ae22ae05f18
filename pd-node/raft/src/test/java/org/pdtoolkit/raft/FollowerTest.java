package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** Appends, hints and heartbeats as a follower takes them. */
class FollowerTest {
    private static long[] terms(String text) {
        if (text == null || text.isBlank()) {
            return new long[0];
        }
        String[] parts = text.split(" ");
        long[] terms = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            terms[i] = Long.parseLong(parts[i]);
        }
        return terms;
    }

    private static Message append(
            long term, long logTerm, long index, String entryTerms, long commit) {
        return Message.builder(MessageType.APP)
                .from(2)
                .to(1)
                .term(term)
                .logTerm(logTerm)
                .index(index)
                .entries(Solo.entries(index + 1, terms(entryTerms)))
                .commit(commit)
                .build();
    }

    @Tag("raft-5.3")
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    LOG_TERM, INDEX, ENTRIES, COMMIT, TERMS_AFTER, COMMITTED, REJECTED
                    # the entry before is another one, or missing
                    3,        2,     '',      3,      1 2,         0,         true
                    3,        3,     '',      3,      1 2,         0,         true
                    # matches: conflicts are cut, news are added
                    1,        1,     '',      1,      1 2,         1,         false
                    0,        0,     2,       1,      2,           1,         false
                    2,        2,     2 2,     3,      1 2 2 2,     3,         false
                    2,        2,     2,       4,      1 2 2,       3,         false
                    1,        1,     2,       4,      1 2,         2,         false
                    # commit reaches only as far as the message itself
                    1,        1,     '',      3,      1 2,         1,         false
                    1,        1,     2,       3,      1 2,         2,         false
                    2,        2,     '',      3,      1 2,         2,         false
                    2,        2,     '',      4,      1 2,         2,         false
                    # entries that are there already cut nothing
                    0,        0,     1,       0,      1 2,         0,         false
                    """)
    void takesAppendsThatFit(
            long logTerm,
            long index,
            String entries,
            long commit,
            String termsAfter,
            long committed,
            boolean rejected) {
        Solo solo = new Solo().voters(3).log(1, 2).state(3, 0, 0).start();
        solo.node.step(append(3, logTerm, index, entries, commit));
        assertEquals(termsAfter, solo.terms());
        assertEquals(committed, solo.node.committed());
        Message answer = solo.drain().get(0);
        assertEquals(rejected, answer.reject());
        if (!rejected) {
            assertEquals(index + terms(entries).length, answer.index());
        }
    }

    /** One row says where the follower hints, and where the leader goes on from there. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    LEADER_LOG,          FOLLOWER_LOG,          HINT_TERM, HINT, NEXT_TERM, NEXT
                    # the follower skips what is above the leader's term there
                    1 2 2 4 4 4 4,       1 2 2 3 3 3 3 3 3 3 3, 3,         7,    2,         3
                    # the leader skips what is above the hinted term
                    1 2 2 3 4 4 4 5,     1 2 2 3 3 3 3 3 3 3 3, 3,         8,    3,         4
                    1 1 1 4,             1 1 1 2 2 2,           2,         4,    1,         3
                    # nothing to skip on the leader's side
                    1 1 1 1,             1 1 1 2 2 4,           1,         3,    1,         3
                    # a gap
                    1 1 1 1 1,           1 1 1,                 1,         3,    1,         3
                    # nothing in common
                    3 3 3,               2 2,                   2,         2,    0,         0
                    # the follower is empty
                    1 1 1,               '',                    0,         0,    0,         0
                    """)
    void aRefusalSkipsWholeTermsOnBothSides(
            String leaderLog,
            String followerLog,
            long hintTerm,
            long hint,
            long nextTerm,
            long next) {
        Solo leader = new Solo().voters(2).log(terms(leaderLog)).state(9, 0, 0).start();
        Solo follower =
                new Solo().voters(2).log(terms(followerLog)).state(9, 0, 0).start(2, o -> o);
        List<Message> first = leader.lead();
        Message probe = Solo.only(MessageType.APP, first).get(0);
        follower.node.step(probe);
        Message refusal = follower.drain().get(0);
        assertTrue(refusal.reject());
        assertEquals(hint, refusal.rejectHint());
        assertEquals(hintTerm, refusal.logTerm());
        leader.node.step(refusal);
        Message second = leader.drain().get(0);
        assertEquals(next, second.index());
        assertEquals(nextTerm, second.logTerm());
        // From here the logs become equal without another refusal, or with one per term.
        for (int i = 0; i < 5 && !leader.terms().equals(follower.terms()); i++) {
            follower.node.step(second);
            leader.node.step(follower.drain().get(0));
            List<Message> more = leader.drain();
            second = more.isEmpty() ? second : more.get(0);
        }
        assertEquals(leader.terms(), follower.terms());
    }

    @Test
    void anOldAppendDoesNotTakeAwayNewerEntries() {
        Solo solo = new Solo().voters(3).state(1, 0, 0).start();
        solo.node.step(append(1, 0, 0, "1 1 1", 0));
        solo.node.step(append(1, 0, 0, "1", 0));
        assertEquals("1 1 1", solo.terms());
        List<Message> answers = solo.drain();
        assertEquals(3, answers.get(0).index());
        assertEquals(1, answers.get(1).index());
    }

    @Test
    void aConflictBelowCommitIsFatal() {
        Solo solo = new Solo().voters(3).log(1, 1, 1).state(1, 0, 2).start();
        // Starts below commit but is answered without looking at the entries.
        solo.node.step(append(2, 1, 1, "2", 0));
        assertEquals(2, solo.drain().get(0).index());
        assertThrows(
                InvariantViolation.class,
                () -> solo.node.raft().log().maybeAppend(1, 1, Solo.entries(2, 2), 0));
    }

    @Test
    void anAppendBehindCommitIsAnsweredWithTheCommit() {
        Solo solo = new Solo().voters(3).log(1, 1, 1).state(1, 0, 3).start();
        solo.node.step(append(1, 0, 0, "1", 0));
        Message answer = solo.drain().get(0);
        assertEquals(3, answer.index());
        assertEquals(false, answer.reject());
    }

    @Test
    void heartbeatsMoveCommitUpAndNeverDown() {
        Solo solo = new Solo().voters(2).log(1, 2, 3).state(3, 0, 2).start();
        solo.step(Message.builder(MessageType.HEARTBEAT).commit(3).context(new byte[] {9}), 2);
        assertEquals(3, solo.node.committed());
        Message answer = solo.drain().get(0);
        assertEquals(MessageType.HEARTBEAT_RESP, answer.type());
        assertEquals(9, answer.context()[0]);
        solo.step(Message.builder(MessageType.HEARTBEAT).commit(1), 2);
        assertEquals(3, solo.node.committed());
        assertThrows(
                InvariantViolation.class,
                () -> solo.step(Message.builder(MessageType.HEARTBEAT).commit(4), 2));
    }

    @Test
    void messagesOfALowerTermAreIgnoredUnlessTheSenderHasToLearn() {
        Solo plain = new Solo().voters(2).state(5, 0, 0).start();
        plain.node.step(append(3, 0, 0, "1", 0));
        assertTrue(plain.drain().isEmpty());
        for (boolean preVote : new boolean[] {true, false}) {
            Solo solo =
                    new Solo()
                            .voters(2)
                            .state(5, 0, 0)
                            .start(1, o -> o.preVote(preVote).checkQuorum(!preVote));
            solo.node.step(append(3, 0, 0, "1", 0));
            Message answer = solo.drain().get(0);
            assertEquals(MessageType.APP_RESP, answer.type());
            assertEquals(5, answer.term());
            assertEquals(0, answer.index());
        }
    }

    @Test
    void anAcknowledgementLeavesOnlyWithTheReadyThatHoldsItsEntries() {
        Solo solo = new Solo().voters(2).state(1, 0, 0).start();
        solo.node.step(append(1, 0, 0, "1", 0));
        Ready ready = solo.node.ready();
        assertEquals(1, ready.entries().size());
        assertTrue(ready.mustSync());
        assertEquals(1, ready.messages().get(0).index());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    INDEX, FIRST, TERMS, LOG_TERM
                    0,     2,     '1',   0
                    0,     1,     '2 1', 0
                    0,     1,     '4',   0
                    1,     2,     '1',   2
                    """)
    void malformedAppendsAreDroppedWithANote(
            long index, long first, String entryTerms, long logTerm) {
        Solo solo = new Solo().voters(2).log(2).state(3, 0, 0).start();
        solo.drain();
        solo.events.clear();
        solo.step(
                Message.builder(MessageType.APP)
                        .index(index)
                        .logTerm(logTerm)
                        .entries(Solo.entries(first, terms(entryTerms))),
                2);
        assertTrue(solo.drain().isEmpty());
        assertEquals("2", solo.terms());
        assertEquals(RaftEvent.Level.ERROR, solo.events.get(0).level());
    }

    @Test
    void termlessMessagesThatNeedATermAreDropped() {
        Solo solo = new Solo().voters(2).state(3, 0, 0).start();
        for (MessageType type :
                List.of(
                        MessageType.APP,
                        MessageType.SNAP,
                        MessageType.HEARTBEAT,
                        MessageType.VOTE,
                        MessageType.PRE_VOTE)) {
            solo.node.step(Message.builder(type).from(2).to(1).build());
            assertTrue(solo.drain().isEmpty());
            assertEquals(0, solo.node.leader());
        }
    }
}
