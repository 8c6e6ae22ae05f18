package org.pdtoolkit.placement;

/** Why the placement layer refused. Wire texts live in the error catalogue only. */
public enum PlacementError {
    /** This member is not the serving PD leader. */
    NOT_LEADER,
    /** The lease or the fence ran out while the request was under way. */
    NOT_LEADER_ANYMORE,
    /** Leader, but timestamps cannot be given yet (window not saved). Retry after a pause. */
    TSO_NOT_READY,
    /**
     * The logical part is used up and the physical part may not move past the saved window. Retry.
     */
    TSO_EXHAUSTED,
    /** Count is 0 or above 2^18. */
    TSO_COUNT_INVALID,
    ALREADY_BOOTSTRAPPED,
    /** A guarded write lost against another writer. */
    TXN_CONFLICT,
    ID_EXHAUSTED,
    MEMBER_NOT_FOUND,
    /** The store below failed; see the cause. */
    STORE
}
