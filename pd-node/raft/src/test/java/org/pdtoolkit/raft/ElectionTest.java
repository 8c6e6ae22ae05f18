package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.raft.invariant.InvariantViolation;

/** Who may vote for whom, and who wins. */
class ElectionTest {
    private static Message.Builder vote(MessageType type, long logTerm, long index) {
        return Message.builder(type).logTerm(logTerm).index(index);
    }

    @Tag("raft-5.4.1")
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    OWN_TERMS, LOG_TERM, INDEX, GRANTED
                    1,         1,        1,     true
                    1,         1,        2,     true
                    '1 1',     1,        1,     false
                    1,         2,        1,     true
                    1,         2,        2,     true
                    '1 1',     2,        1,     true
                    2,         1,        1,     false
                    2,         1,        2,     false
                    '2 1',     1,        1,     false
                    '1 2',     2,        1,     false
                    """)
    void grantsAVoteOnlyToALogAtLeastAsUpToDate(
            String ownTerms, long logTerm, long index, boolean granted) {
        long[] terms = new long[ownTerms.split(" ").length];
        for (int i = 0; i < terms.length; i++) {
            terms[i] = Long.parseLong(ownTerms.split(" ")[i]);
        }
        for (MessageType type : List.of(MessageType.VOTE, MessageType.PRE_VOTE)) {
            Solo solo = new Solo().voters(2).log(terms).state(2, 0, 0).start();
            solo.node.step(vote(type, logTerm, index).from(2).to(1).term(3).build());
            Message answer = solo.drain().get(0);
            assertEquals(!granted, answer.reject());
            // A granted pre-vote carries the term asked for, a refusal the own one.
            long own = type == MessageType.VOTE ? 3 : 2;
            assertEquals(granted ? 3 : own, answer.term());
        }
    }

    @Tag("raft-5.2")
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    VOTED, CANDIDATE, GRANTED
                    0,     2,         true
                    0,     3,         true
                    2,     2,         true
                    3,     3,         true
                    2,     3,         false
                    3,     2,         false
                    """)
    void votesOnceATermAndRepeatsThatVote(long voted, long candidate, boolean granted) {
        Solo solo = new Solo().voters(3).state(1, voted, 0).start();
        solo.step(vote(MessageType.VOTE, 0, 0), candidate);
        List<Message> sent = solo.drain();
        assertEquals(!granted, sent.get(0).reject());
        assertEquals(granted ? candidate : voted, solo.storage.hardState().vote());
    }

    @Test
    void aVoteGoesOutOnlyInTheReadyThatMakesItDurable() {
        Solo solo = Solo.of(3);
        solo.node.step(vote(MessageType.VOTE, 0, 0).from(2).to(1).term(1).build());
        Ready ready = solo.node.ready();
        assertEquals(new HardState(1, 2, 0), ready.hardState());
        assertTrue(ready.mustSync());
        assertEquals(MessageType.VOTE_RESP, ready.messages().get(0).type());
    }

    @Test
    void theOwnVoteCountsOnlyOnceItIsDurable() {
        Solo solo = Solo.of(1);
        solo.node.campaign();
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.node.ready();
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.node.advance();
        assertEquals(Role.LEADER, solo.node.role());
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aHigherTermVoteTurnsEveryRoleIntoAFollowerThatVoted(Role role) {
        Solo solo = inRole(role);
        long term = solo.node.term();
        solo.node.step(vote(MessageType.VOTE, 9, 9).from(3).to(1).term(term + 2).build());
        assertEquals(Role.FOLLOWER, solo.node.role());
        assertEquals(new HardState(term + 2, 3, solo.node.committed()), hardState(solo));
        assertEquals(0, solo.node.leader());
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void aHigherTermPreVoteIsGrantedInEveryRoleWithoutAnyEffect(Role role) {
        Solo solo = inRole(role);
        solo.drain();
        HardState before = hardState(solo);
        solo.node.step(
                vote(MessageType.PRE_VOTE, 9, 9).from(3).to(1).term(before.term() + 1).build());
        assertEquals(role, solo.node.role());
        assertEquals(before, hardState(solo));
        Message answer = Solo.only(MessageType.PRE_VOTE_RESP, solo.drain()).get(0);
        assertFalse(answer.reject());
        assertEquals(before.term() + 1, answer.term());
    }

    private static HardState hardState(Solo solo) {
        return solo.node.status().hardState();
    }

    private static Solo inRole(Role role) {
        Solo solo = Solo.of(3, options -> options.preVote(role == Role.PRE_CANDIDATE));
        switch (role) {
            case FOLLOWER ->
                    solo.node.step(
                            Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
            case PRE_CANDIDATE, CANDIDATE -> solo.node.campaign();
            case LEADER -> solo.lead();
        }
        assertEquals(role, solo.node.role());
        return solo;
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anAppendOfAHigherTermTurnsEveryRoleIntoAFollowerOfItsSender(Role role) {
        Solo solo = inRole(role);
        long term = solo.node.term() + 2;
        solo.node.step(Message.builder(MessageType.APP).from(2).to(1).term(term).build());
        assertEquals(Role.FOLLOWER, solo.node.role());
        assertEquals(term, solo.node.term());
        assertEquals(2, solo.node.leader());
    }

    @Test
    void aCandidateFollowsTheLeaderOfItsOwnTerm() {
        Solo solo = Solo.of(3);
        solo.node.campaign();
        solo.step(Message.builder(MessageType.HEARTBEAT), 2);
        assertEquals(Role.FOLLOWER, solo.node.role());
        assertEquals(1, solo.node.term());
        assertEquals(2, solo.node.leader());
    }

    @Tag("raft-5.2")
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    SIZE, GRANTS, REFUSALS, ROLE
                    1,    0,      0,        LEADER
                    3,    1,      0,        LEADER
                    3,    2,      0,        LEADER
                    5,    2,      0,        LEADER
                    5,    4,      0,        LEADER
                    3,    0,      2,        FOLLOWER
                    5,    0,      4,        FOLLOWER
                    5,    1,      3,        FOLLOWER
                    3,    0,      0,        CANDIDATE
                    5,    1,      0,        CANDIDATE
                    5,    0,      2,        CANDIDATE
                    """)
    void leadsWithAMajorityAndGivesUpAgainstOne(int size, int grants, int refusals, Role role) {
        Solo solo = Solo.of(size);
        solo.node.campaign();
        solo.drain();
        for (long from = 2; from < 2 + grants + refusals; from++) {
            boolean reject = from >= 2 + grants;
            solo.step(Message.builder(MessageType.VOTE_RESP).reject(reject), from);
        }
        assertEquals(role, solo.node.role());
        assertEquals(1, solo.node.term());
    }

    @Test
    void onlyTheFirstAnswerOfAVoterCounts() {
        Solo solo = Solo.of(5);
        solo.node.campaign();
        solo.drain();
        solo.step(Message.builder(MessageType.VOTE_RESP).reject(true), 2);
        solo.step(Message.builder(MessageType.VOTE_RESP), 2);
        solo.step(Message.builder(MessageType.VOTE_RESP), 3);
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.step(Message.builder(MessageType.VOTE_RESP), 4);
        assertEquals(Role.LEADER, solo.node.role());
    }

    @Test
    void aLatePreVoteAnswerDoesNotCountAsAVote() {
        Solo solo = Solo.of(5, options -> options.preVote(true));
        solo.node.campaign();
        solo.drain();
        for (long from = 2; from <= 3; from++) {
            solo.node.step(
                    Message.builder(MessageType.PRE_VOTE_RESP).from(from).to(1).term(1).build());
        }
        solo.drain();
        assertEquals(Role.CANDIDATE, solo.node.role());
        for (long from = 4; from <= 5; from++) {
            solo.step(Message.builder(MessageType.PRE_VOTE_RESP), from);
        }
        assertEquals(Role.CANDIDATE, solo.node.role());
    }

    @Test
    void aLostPreVoteLeavesTheTermAlone() {
        Solo solo = Solo.of(3, options -> options.preVote(true));
        solo.node.campaign();
        solo.drain();
        for (long from = 2; from <= 3; from++) {
            solo.node.step(
                    Message.builder(MessageType.PRE_VOTE_RESP)
                            .from(from)
                            .to(1)
                            .term(0 + 1)
                            .reject(true)
                            .build());
        }
        assertEquals(Role.FOLLOWER, solo.node.role());
        // A refusal with a higher term is the voter's own term.
        assertEquals(1, solo.node.term());
        assertEquals(0, hardState(solo).vote());
    }

    @Test
    void aRequestCarriesTheEndOfTheLogToEveryOtherVoter() {
        Solo solo = new Solo().voters(3).log(1, 1, 2).state(2, 0, 0).start();
        solo.node.campaign();
        List<Message> sent = solo.drain();
        assertEquals(2, sent.size());
        for (Message request : sent) {
            assertEquals(MessageType.VOTE, request.type());
            assertEquals(3, request.term());
            assertEquals(3, request.index());
            assertEquals(2, request.logTerm());
        }
        assertEquals(List.of(2L, 3L), sent.stream().map(Message::to).toList());
    }

    @Test
    void aPreVoteOfALowerTermIsAnsweredWithTheHigherTerm() {
        Solo solo = new Solo().voters(3).state(5, 0, 0).start();
        solo.node.step(vote(MessageType.PRE_VOTE, 9, 9).from(2).to(1).term(3).build());
        Message answer = solo.drain().get(0);
        assertTrue(answer.reject());
        assertEquals(5, answer.term());
    }

    @Test
    void timeoutsAreSpreadOverOneToTwoElectionTicks() {
        TreeSet<Integer> seen = new TreeSet<>();
        for (int seed = 0; seed < 400; seed++) {
            int fixed = seed;
            Solo solo = Solo.of(3, o -> o.random(RandomSource.seeded(fixed)));
            int ticks = 0;
            while (solo.node.role() == Role.FOLLOWER) {
                solo.node.tick();
                ticks++;
            }
            seen.add(ticks);
        }
        assertEquals(10, seen.first());
        assertEquals(19, seen.last());
        assertEquals(10, seen.size());
    }

    @Test
    void onlyAVoterOfTheOwnConfigurationCampaigns() {
        Solo outsider = new Solo().voters(3).start(4, options -> options);
        Solo learner =
                new Solo()
                        .members(
                                new ConfState(
                                        List.of(1L, 2L), List.of(), List.of(3L), List.of(), false))
                        .start(3, options -> options);
        for (Solo solo : List.of(outsider, learner)) {
            for (int i = 0; i < 50; i++) {
                solo.node.tick();
            }
            solo.node.campaign();
            solo.step(Message.builder(MessageType.TIMEOUT_NOW), 1);
            assertEquals(Role.FOLLOWER, solo.node.role());
            assertEquals(0, solo.node.term());
        }
    }

    @Test
    void aLearnerVotesForAnUpToDateCandidate() {
        Solo solo =
                new Solo()
                        .members(
                                new ConfState(
                                        List.of(2L), List.of(), List.of(1L), List.of(), false))
                        .start();
        solo.node.step(vote(MessageType.VOTE, 11, 11).from(2).to(1).term(2).build());
        assertFalse(solo.drain().get(0).reject());
    }

    @Test
    void nobodyCampaignsWithACommittedButUnappliedChange() {
        ConfChange change = ConfChange.of(ChangeType.ADD_NODE, 4, new byte[0]);
        Solo solo = new Solo().voters(3);
        solo.storage.append(List.of(new Entry(1, 1, EntryType.CONF_CHANGE_V2, change.encode())));
        solo.state(1, 0, 1).start();
        solo.node.campaign();
        solo.step(Message.builder(MessageType.TIMEOUT_NOW), 2);
        assertEquals(Role.FOLLOWER, solo.node.role());
        solo.drain();
        solo.node.campaign();
        assertEquals(Role.CANDIDATE, solo.node.role());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    FROM,          TO,            TERMS_ON, LEADER
                    FOLLOWER,      FOLLOWER,      1,        3
                    FOLLOWER,      PRE_CANDIDATE, 0,        0
                    FOLLOWER,      CANDIDATE,     1,        0
                    PRE_CANDIDATE, FOLLOWER,      1,        3
                    PRE_CANDIDATE, PRE_CANDIDATE, 0,        0
                    PRE_CANDIDATE, CANDIDATE,     1,        0
                    PRE_CANDIDATE, LEADER,        0,        1
                    CANDIDATE,     FOLLOWER,      1,        3
                    CANDIDATE,     PRE_CANDIDATE, 0,        0
                    CANDIDATE,     CANDIDATE,     1,        0
                    CANDIDATE,     LEADER,        0,        1
                    LEADER,        FOLLOWER,      1,        3
                    LEADER,        LEADER,        0,        1
                    """)
    void aChangeOfRoleSetsTermAndLeader(Role from, Role to, long termsOn, long leader) {
        Raft raft = inRole(from).node.raft();
        long term = raft.term();
        switch (to) {
            case FOLLOWER -> raft.becomeFollower(term + 1, 3);
            case PRE_CANDIDATE -> raft.becomePreCandidate();
            case CANDIDATE -> raft.becomeCandidate();
            case LEADER -> raft.becomeLeader();
        }
        assertEquals(to, raft.role());
        assertEquals(term + termsOn, raft.term());
        assertEquals(leader, raft.leader());
    }

    @Test
    void forbiddenChangesOfRoleAreFatal() {
        Raft follower = Solo.of(3).node.raft();
        assertThrows(InvariantViolation.class, follower::becomeLeader);
        Solo solo = Solo.of(3);
        solo.lead();
        Raft leader = solo.node.raft();
        assertThrows(InvariantViolation.class, leader::becomeCandidate);
        assertThrows(InvariantViolation.class, leader::becomePreCandidate);
    }

    @Test
    void campaigningAtALeaderChangesNothing() {
        Solo solo = Solo.of(3);
        solo.lead();
        solo.node.campaign();
        assertEquals(Role.LEADER, solo.node.role());
        assertEquals(1, solo.node.term());
    }

    @Test
    void newerUncommittedLogsAreOverwrittenByTheNextLeader() {
        // Node 1 holds an entry of term 1; 2 and 3 know term 2 without any log.
        Solo one = new Solo().voters(3).log(1).state(1, 1, 0).start();
        one.node.campaign();
        one.drain();
        one.step(Message.builder(MessageType.VOTE_RESP).reject(true), 2);
        one.step(Message.builder(MessageType.VOTE_RESP).reject(true), 3);
        assertEquals(2, one.node.term());
        one.lead();
        assertEquals(Role.LEADER, one.node.role());
        assertEquals("1 3", one.terms());
    }

    /** Its log has entries of the terms 1, 1, 2. */
    private static Solo voter(long committed, boolean commitByVote) {
        return new Solo()
                .voters(3)
                .log(1, 1, 2)
                .state(2, 0, committed)
                .start(1, options -> options.commitByVote(commitByVote));
    }

    /** The voter has entry 4 of the term before; the candidate's log ends with entry 3. */
    @ParameterizedTest
    @CsvSource({
        "true , 2, 1, 2", // known to be committed there, and here in the log
        "true , 3, 2, 3",
        "true , 3, 1, 0", // another entry of that index
        "true , 4, 2, 0", // not in the log here
        "true , 0, 0, 0",
        "false, 2, 1, 0",
    })
    void aRejectionTellsTheCandidateWhatIsCommitted(
            boolean commitByVote, long committed, long term, long learned) {
        Solo solo = voter(0, commitByVote);
        solo.node.campaign();
        solo.drain();
        solo.step(
                Message.builder(MessageType.VOTE_RESP).reject(true).commit(committed).logTerm(term),
                2);
        solo.drain();
        assertEquals(learned, solo.node.committed());
        assertEquals(learned > 0 ? Role.FOLLOWER : Role.CANDIDATE, solo.node.role());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aVoterThatRejectsSaysWhatIsCommitted(boolean commitByVote) {
        Solo solo = voter(2, commitByVote);
        solo.node.step(
                Message.builder(MessageType.VOTE)
                        .from(2)
                        .to(1)
                        .term(3)
                        .index(1)
                        .logTerm(1)
                        .build());
        Message answer = Solo.only(MessageType.VOTE_RESP, solo.drain()).get(0);
        assertTrue(answer.reject());
        assertEquals(commitByVote ? 2 : 0, answer.commit());
        assertEquals(commitByVote ? 1 : 0, answer.logTerm());
    }
}
