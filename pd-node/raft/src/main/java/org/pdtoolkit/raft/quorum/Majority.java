package org.pdtoolkit.raft.quorum;

import java.util.Arrays;

/** Decisions of a single majority. A set without voters agrees to everything. */
public final class Majority {
    /** Committed index of a set without voters: it never limits the other half of a joint one. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private Majority() {}

    /** Number of voters that make a decision. */
    public static int quorum(int voters) {
        return voters / 2 + 1;
    }

    /** Highest index that a majority has acknowledged; {@link #UNLIMITED} without voters. */
    public static long committedIndex(IdSet voters, AckedIndex acked) {
        int count = voters.size();
        if (count == 0) {
            return UNLIMITED;
        }
        long[] indexes = new long[count];
        for (int i = 0; i < count; i++) {
            indexes[i] = acked.ackedIndexOf(voters.get(i));
        }
        Arrays.sort(indexes);
        return indexes[count - quorum(count)];
    }

    /** Whether a majority granted, or can no longer grant. */
    public static VoteResult voteResult(IdSet voters, Ballot ballot) {
        int count = voters.size();
        if (count == 0) {
            return VoteResult.WON;
        }
        int granted = 0;
        int missing = 0;
        for (int i = 0; i < count; i++) {
            Vote vote = ballot.voteOf(voters.get(i));
            if (vote == Vote.GRANTED) {
                granted++;
            } else if (vote == Vote.MISSING) {
                missing++;
            }
        }
        int needed = quorum(count);
        if (granted >= needed) {
            return VoteResult.WON;
        }
        return granted + missing >= needed ? VoteResult.PENDING : VoteResult.LOST;
    }
}
