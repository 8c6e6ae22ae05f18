package org.pdtoolkit.storage;

/**
 * What a backend may leave out, or can do beyond the rules that bind every one. Leaving one out is
 * visible here, tested by the kit, and answered for by the node at start.
 */
public enum Capability {
    /**
     * What a call acknowledged survives the end of the process and a loss of power. A node refuses
     * to start on a backend without it, since Raft counts votes and entries that were acknowledged.
     */
    DURABLE
}
