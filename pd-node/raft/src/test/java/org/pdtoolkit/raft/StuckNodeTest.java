package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.mutation.PatchedClasses;

/** Nobody is locked out, and without the two replies that prevent it somebody would be. */
class StuckNodeTest {
    private static void assertWithinTimeouts(int timeouts, int ticks) {
        assertTrue(
                ticks != StuckNodes.NEVER && ticks <= timeouts * StuckNodes.TIMEOUT_TICKS,
                ticks + " ticks");
    }

    @Test
    void aTermThatRanAheadBehindACut() {
        assertWithinTimeouts(2, StuckNodes.aTermThatRanAheadBehindACut());
    }

    @Test
    void aCutBetweenPreVoteAndVote() {
        assertWithinTimeouts(2, StuckNodes.aCutBetweenPreVoteAndVote());
    }

    @Test
    void preVoteSwitchedOnWithOneTermAhead() {
        assertWithinTimeouts(10, StuckNodes.preVoteSwitchedOnWithOneTermAhead());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void preVoteSwitchedOnAfterRandomFaults(int size) {
        for (int seed = 1; seed <= 500; seed++) {
            assertWithinTimeouts(10, StuckNodes.preVoteSwitchedOnAfterRandomFaults(seed, size));
        }
    }

    /** The leader does not learn of a higher term from those that refuse its messages. */
    @Nested
    class WithoutTheReplyToALeaderOfALowerTerm {
        private final PatchedClasses core =
                Mutant.core(
                        Mutant.patch(
                                "Raft.java",
                                "(config.checkQuorum() || config.preVote())",
                                "term < 0"));

        @Test
        void aTermThatRanAheadStaysAlone() {
            assertEquals(StuckNodes.NEVER, core.call("StuckNodes", "aTermThatRanAheadBehindACut"));
        }

        @Test
        void aCandidateThatWasCutOffStaysAlone() {
            assertEquals(StuckNodes.NEVER, core.call("StuckNodes", "aCutBetweenPreVoteAndVote"));
        }
    }

    /** The candidate does not learn of a higher term from those that refuse its pre-vote. */
    @Nested
    class WithoutTheReplyToAPreVoteOfALowerTerm {
        private final PatchedClasses core =
                Mutant.core(
                        Mutant.patch(
                                "Raft.java",
                                "} else if (type == MessageType.PRE_VOTE) {",
                                "} else if (term < 0) {"));

        @Test
        void theWholeGroupStaysWithoutALeader() {
            assertEquals(
                    StuckNodes.NEVER, core.call("StuckNodes", "preVoteSwitchedOnWithOneTermAhead"));
        }
    }
}
