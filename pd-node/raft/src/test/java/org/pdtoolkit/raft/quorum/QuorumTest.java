package org.pdtoolkit.raft.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Fast quorum arithmetic against slow, obvious twins. */
class QuorumTest {
    private static final int CASES = 50_000;

    private final Random random = new Random(7);

    private IdSet ids() {
        IdSet ids = IdSet.EMPTY;
        for (int i = random.nextInt(7); i > 0; i--) {
            ids = ids.with(1 + random.nextInt(10));
        }
        return ids;
    }

    private static long naive(IdSet voters, AckedIndex acked) {
        if (voters.isEmpty()) {
            return Majority.UNLIMITED;
        }
        long best = 0;
        for (int i = 0; i < voters.size(); i++) {
            long candidate = acked.ackedIndexOf(voters.get(i));
            int reached = 0;
            for (int j = 0; j < voters.size(); j++) {
                reached += acked.ackedIndexOf(voters.get(j)) >= candidate ? 1 : 0;
            }
            best = 2 * reached > voters.size() ? Math.max(best, candidate) : best;
        }
        return best;
    }

    @Test
    void theCommittedIndexIsTheHighestThatBothMajoritiesReached() {
        for (int i = 0; i < CASES; i++) {
            JointConfig config = new JointConfig(ids(), ids());
            TreeMap<Long, Long> acked = new TreeMap<>();
            for (long id = 1; id <= 10; id++) {
                acked.put(id, (long) random.nextInt(12));
            }
            assertEquals(
                    Math.min(
                            naive(config.incoming(), acked::get),
                            naive(config.outgoing(), acked::get)),
                    config.committedIndex(acked::get));
        }
    }

    @Test
    void aVoteIsDecidedExactlyWhenTheMissingAnswersCannotChangeIt() {
        for (int i = 0; i < CASES / 10; i++) {
            JointConfig config = new JointConfig(ids(), ids());
            TreeMap<Long, Vote> votes = new TreeMap<>();
            for (long id = 1; id <= 10; id++) {
                votes.put(id, Vote.values()[random.nextInt(3)]);
            }
            boolean best = wins(config, votes, Vote.GRANTED);
            boolean worst = wins(config, votes, Vote.REJECTED);
            VoteResult expected =
                    worst ? VoteResult.WON : best ? VoteResult.PENDING : VoteResult.LOST;
            assertEquals(expected, config.voteResult(votes::get));
        }
    }

    /** Whether both halves win if everybody missing answers {@code missing}. */
    private static boolean wins(JointConfig config, TreeMap<Long, Vote> votes, Vote missing) {
        boolean wins = true;
        for (IdSet half : List.of(config.incoming(), config.outgoing())) {
            int granted = 0;
            for (int i = 0; i < half.size(); i++) {
                Vote vote = votes.get(half.get(i));
                granted += (vote == Vote.MISSING ? missing : vote) == Vote.GRANTED ? 1 : 0;
            }
            wins &= half.isEmpty() || 2 * granted > half.size();
        }
        return wins;
    }

    @Test
    void idsAreOrderedAsUnsignedNumbers() {
        IdSet ids = IdSet.of(-1L, 3, 1, 3, Long.MIN_VALUE);
        assertEquals(List.of(1L, 3L, Long.MIN_VALUE, -1L), ids.toList());
        assertEquals("(1 3 8000000000000000 ffffffffffffffff)", ids.toString());
        assertTrue(ids.contains(-1L));
        assertFalse(ids.without(-1L).contains(-1L));
        assertEquals(2, IdSet.of(1, 2).differences(IdSet.of(2, 3)));
        assertEquals(IdSet.of(1, 2, 3), IdSet.of(3, 1).union(IdSet.of(2, 1)));
    }
}
