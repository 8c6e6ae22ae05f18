package org.pdtoolkit.raft;

/** How a leader makes sure that it still is one before it answers a read request. */
public enum ReadOnlyOption {
    /** One round of heartbeats. */
    SAFE,
    /** Trusts the lease that check-quorum maintains; wrong if clocks drift without bound. */
    LEASE_BASED
}
