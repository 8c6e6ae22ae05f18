package org.pdtoolkit.raft.quorum;

/** What one voter answered. */
public enum Vote {
    MISSING,
    GRANTED,
    REJECTED
}
