package org.pdtoolkit.raft.quorum;

/** Looks up the index one voter has acknowledged. */
@FunctionalInterface
public interface AckedIndex {
    /** The acknowledged index of {@code id}, 0 when it has acknowledged nothing yet. */
    long ackedIndexOf(long id);
}
