package org.pdtoolkit.raft;

/**
 * What must be durable besides log and snapshot.
 *
 * @param vote whom this node voted for in {@code term}; 0 = nobody
 * @param commit known to be committed; may be stale after a crash
 */
public record HardState(long term, long vote, long commit) {
    public static final HardState EMPTY = new HardState(0, 0, 0);

    public boolean isEmpty() {
        return term == 0 && vote == 0 && commit == 0;
    }
}
