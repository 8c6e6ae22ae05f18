package org.pdtoolkit.raft;

/** What a node currently does in its group. */
public enum Role {
    FOLLOWER,
    /** Asks whether an election could be won, without raising the term (thesis 9.6). */
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
