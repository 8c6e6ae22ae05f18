package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Elections of whole groups, and what late messages must not do to them. */
class ElectionScenarioTest {
    /** Without leases, so that every campaign is heard. */
    private static Group group(int size, boolean preVote) {
        return new Group(size, options -> options.preVote(preVote).checkQuorum(false));
    }

    private static void assertNode(Group group, long id, Role role, long term) {
        assertEquals(role, group.node(id).role(), "role of " + id);
        assertEquals(term, group.node(id).term(), "term of " + id);
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    SIZE, DEAD, PRE_VOTE, ROLE,          TERM
                    3,    0,    false,    LEADER,        1
                    3,    1,    false,    LEADER,        1
                    3,    2,    false,    CANDIDATE,     1
                    4,    1,    false,    LEADER,        1
                    4,    2,    false,    CANDIDATE,     1
                    5,    2,    false,    LEADER,        1
                    3,    0,    true,     LEADER,        1
                    3,    1,    true,     LEADER,        1
                    3,    2,    true,     PRE_CANDIDATE, 0
                    4,    1,    true,     LEADER,        1
                    4,    2,    true,     PRE_CANDIDATE, 0
                    5,    2,    true,     LEADER,        1
                    """)
    void aCampaignSucceedsWithAQuorumAlive(
            int size, int dead, boolean preVote, Role role, long term) {
        Group group = group(size, preVote);
        group.loses = message -> message.to() > size - dead;
        group.elect(1);
        assertNode(group, 1, role, term);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyMemberCanLeadInTurn(boolean preVote) {
        Group group = group(3, preVote);
        for (long turn = 1; turn <= 3; turn++) {
            group.elect(turn);
            for (long id = 1; id <= 3; id++) {
                assertNode(group, id, id == turn ? Role.LEADER : Role.FOLLOWER, turn);
            }
        }
    }

    @Test
    void aCandidateThatMissedTheElectionEndsTheLeadershipButCannotWin() {
        Group group = group(3, false);
        group.cut(1, 3);
        group.elect(1);
        group.elect(3);
        assertNode(group, 1, Role.LEADER, 1);
        assertNode(group, 3, Role.CANDIDATE, 1);
        group.heal();
        group.elect(3);
        for (long id = 1; id <= 3; id++) {
            assertNode(group, id, Role.FOLLOWER, 2);
        }
    }

    @Test
    void withPreVoteItDisturbsNobody() {
        Group group = group(3, true);
        group.cut(1, 3);
        group.elect(1);
        group.elect(3);
        group.heal();
        group.elect(3);
        assertNode(group, 1, Role.LEADER, 1);
        assertNode(group, 3, Role.FOLLOWER, 1);
    }

    @Test
    void anIsolatedCandidateFollowsTheLeaderOfItsTermAndGetsItsLog() {
        Group group = group(3, false);
        group.isolate(1);
        group.elect(1);
        group.elect(3);
        assertNode(group, 1, Role.CANDIDATE, 1);
        group.heal();
        group.propose(3, "a");
        group.tick(3, 1);
        group.settle();
        assertNode(group, 1, Role.FOLLOWER, 1);
        assertEquals("a", group.member(1).appliedText());
    }

    @ParameterizedTest
    @EnumSource(names = {"HEARTBEAT", "APP"})
    void anIsolatedCandidateFollowsTheLeaderOfAHigherTerm(MessageType type) {
        Group group = group(3, false);
        group.isolate(3);
        group.elect(1);
        group.elect(2);
        group.elect(1);
        group.elect(3);
        assertNode(group, 3, Role.CANDIDATE, 1);
        group.heal();
        group.deliver(Message.builder(type).from(1).to(3).term(3).build());
        assertNode(group, 3, Role.FOLLOWER, 3);
        assertEquals(1, group.node(3).leader());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoneVoterElectsItself(boolean preVote) {
        Group group = group(1, preVote);
        group.elect(1);
        assertNode(group, 1, Role.LEADER, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOwnVoteIsWorthNothingAfterTheElectionWasLost(boolean preVote) {
        Solo solo = Solo.of(3, options -> options.preVote(preVote));
        solo.node.campaign();
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(1).term(1).build());
        solo.drain();
        assertEquals(Role.FOLLOWER, solo.node.role());
        solo.node.campaign();
        solo.drain();
        // Nothing is left over for the next campaign either.
        assertEquals(preVote ? Role.PRE_CANDIDATE : Role.CANDIDATE, solo.node.role());
    }

    @Test
    void theOwnPreVoteIsWorthNothingForTheVoteThatFollows() {
        Solo solo = Solo.of(3, options -> options.preVote(true));
        solo.node.campaign();
        for (long from = 2; from <= 3; from++) {
            solo.node.step(
                    Message.builder(MessageType.PRE_VOTE_RESP).from(from).to(1).term(1).build());
        }
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.step(Message.builder(MessageType.VOTE_RESP), 2);
        assertEquals(Role.CANDIDATE, solo.node.role());
        solo.drain();
        assertEquals(Role.LEADER, solo.node.role());
    }

    @Test
    void aCandidateIgnoresTheRequestToCampaignAtOnce() {
        for (boolean preVote : new boolean[] {false, true}) {
            Solo solo = Solo.of(3, options -> options.preVote(preVote));
            solo.node.campaign();
            solo.drain();
            long term = solo.node.term();
            Role role = solo.node.role();
            solo.node.step(
                    Message.builder(MessageType.TIMEOUT_NOW).from(2).to(1).term(term).build());
            assertEquals(role, solo.node.role());
            assertEquals(term, solo.node.term());
            assertTrue(solo.drain().isEmpty());
        }
    }

    @Test
    void anOlderLogWinsAgainstANewerOneThatNoQuorumHolds() {
        Group group = group(5, false);
        for (long id = 1; id <= 5; id++) {
            MemoryStorage storage = group.member(id).storage;
            if (id <= 3) {
                storage.append(Solo.entries(11, id == 3 ? 2 : 1));
            }
            storage.setHardState(id <= 2 ? new HardState(1, 1, 10) : new HardState(2, 3, 10));
            group.start(id);
        }
        group.elect(1);
        assertNode(group, 1, Role.FOLLOWER, 2);
        group.elect(1);
        assertNode(group, 1, Role.LEADER, 3);
        for (Group.Member member : group.members.values()) {
            assertEquals(1, member.storage.term(11));
            assertEquals(3, member.storage.term(12));
            assertEquals(12, member.storage.lastIndex());
        }
    }

    @Test
    void aNodeOfALowerTermCannotKeepTheOthersFromElecting() {
        Group group = group(3, true);
        group.elect(1);
        group.isolate(3);
        group.elect(2);
        group.elect(1);
        assertEquals(1, group.node(3).term());
        group.heal();
        group.isolate(1);
        group.elect(3);
        group.elect(2);
        assertTrue(group.node(2).role() == Role.LEADER || group.node(3).role() == Role.LEADER);
    }

    @Test
    void aTieEndsWithTheNextCampaign() {
        Group group = group(3, true);
        group.elect(1);
        group.isolate(1);
        group.node(2).campaign();
        group.node(3).campaign();
        group.settle();
        assertNode(group, 2, Role.CANDIDATE, 2);
        assertNode(group, 3, Role.CANDIDATE, 2);
        group.elect(2);
        assertNode(group, 2, Role.LEADER, 3);
        assertNode(group, 3, Role.FOLLOWER, 3);
    }

    @Test
    void aPreCandidateHasNoLeaseToHoldAgainstOthers() {
        Group group = new Group(3, options -> options);
        group.elect(1);
        group.isolate(1);
        group.elect(3);
        assertNode(group, 3, Role.PRE_CANDIDATE, 1);
        group.elect(2);
        assertNode(group, 2, Role.LEADER, 2);
    }

    @Test
    void aNodeOutsideOfItsOwnMembershipFollowsTheLeader() {
        Solo solo = new Solo().voters(3).start(4, options -> options.checkQuorum(true));
        solo.node.step(Message.builder(MessageType.HEARTBEAT).from(2).to(4).term(1).build());
        assertEquals(2, solo.node.leader());
        assertEquals(Role.FOLLOWER, solo.node.role());
    }

    @Test
    void aFollowerThatTimedOutEndsALeadershipByItsAnswerToALateHeartbeat() {
        Group group = new Group(3, options -> options.preVote(false));
        group.elect(1);
        group.isolate(3);
        group.elect(3);
        assertNode(group, 3, Role.CANDIDATE, 2);
        group.heal();
        group.tick(1, 1);
        group.settle();
        assertNode(group, 1, Role.FOLLOWER, 2);
        assertNode(group, 3, Role.CANDIDATE, 2);
    }

    @Test
    void aPreCandidateOfAHigherTermIsFreedByALivingLeader() {
        Group group = group(3, false);
        group.elect(1);
        group.isolate(3);
        group.propose(1, "a");
        group.settle();
        group.elect(3);
        group.elect(3);
        for (long id = 1; id <= 3; id++) {
            group.restart(id, options -> options.preVote(true).checkQuorum(false));
        }
        group.elect(1);
        group.heal();
        group.elect(3);
        assertNode(group, 1, Role.LEADER, 2);
        assertNode(group, 3, Role.PRE_CANDIDATE, 3);
        group.tick(1, 1);
        group.settle();
        assertNode(group, 1, Role.FOLLOWER, 3);
    }

    @Test
    void fewTimeoutsComeAtOnce() {
        int rounds = 1000;
        int conflicts = 0;
        for (int round = 0; round < rounds; round++) {
            int[] timeouts = new int[5];
            for (int i = 0; i < timeouts.length; i++) {
                int seed = round * timeouts.length + i;
                Solo solo = Solo.of(5, options -> options.random(RandomSource.seeded(seed)));
                timeouts[i] = solo.node.raft().randomizedElectionTicks();
            }
            Arrays.sort(timeouts);
            conflicts += timeouts[0] == timeouts[1] ? 1 : 0;
        }
        assertTrue(conflicts <= rounds * 3 / 10, conflicts + " of " + rounds);
    }
}
