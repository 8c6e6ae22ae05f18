package org.pdtoolkit.storage;

/** The named key spaces of the ordered store; numbers are part of the disk format. */
public enum Space {
    /** MVCC history: revision to key-value record. */
    HISTORY(1),
    /** State of the replicated machine that has no revision: leases, members, marks. */
    META(2),
    /** Region metadata, kept outside the Raft log. */
    REGIONS(3);

    private final int id;

    Space(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }
}
