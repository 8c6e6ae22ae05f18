package org.pdtoolkit.raft.quorum;

/** Outcome of a vote as far as the answers known so far decide it. */
public enum VoteResult {
    /** Not decided: the missing answers can still tip it. */
    PENDING,
    /** A quorum refused. */
    LOST,
    /** A quorum granted. */
    WON
}
