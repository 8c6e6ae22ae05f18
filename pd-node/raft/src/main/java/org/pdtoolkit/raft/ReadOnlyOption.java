package org.pdtoolkit.raft;

/** How a leader makes sure that it still is one before it answers a read request. */
public enum ReadOnlyOption {
    /** One round of heartbeats. */
    SAFE,
    /**
     * Trusts the lease that check-quorum maintains. Wrong if clocks drift without bound, and while
     * leadership is handed over: the votes for a target pass leases.
     */
    LEASE_BASED
}
