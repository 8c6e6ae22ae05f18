package org.pdtoolkit.storage;

/**
 * The part of Raft's state that must survive a restart (Raft §5, figure 2).
 *
 * @param term latest term seen, unsigned
 * @param vote id of the member voted for in {@code term}, 0 for none
 * @param commit highest index known committed; may lag behind the truth
 */
public record HardState(long term, long vote, long commit) {
    public static final HardState EMPTY = new HardState(0, 0, 0);
}
