package org.pdtoolkit.raft.quorum;

/** Looks up the answer of one voter. */
@FunctionalInterface
public interface Ballot {
    /** The answer of {@code id}; {@link Vote#MISSING} while there is none. */
    Vote voteOf(long id);
}
