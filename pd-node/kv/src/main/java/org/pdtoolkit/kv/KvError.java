package org.pdtoolkit.kv;

/** Why a request failed. The wire text and status of each live in the error catalogue only. */
public enum KvError {
    KEY_EMPTY(false),
    KEY_NOT_FOUND(false),
    VALUE_PROVIDED(false),
    LEASE_PROVIDED(false),
    TOO_MANY_OPS(false),
    DUPLICATE_KEY(false),
    COMPACTED(false),
    FUTURE_REVISION(false),
    LEASE_NOT_FOUND(false),
    LEASE_EXISTS(false),
    LEASE_TTL_TOO_LARGE(false),
    REQUEST_TOO_LARGE(false),
    TOO_MANY_REQUESTS(false),
    /** Not accepted by any leader: nothing was written. */
    NO_LEADER(false),
    /** No leader took it before time ran out: nothing was written. */
    NOT_PROPOSED(false),
    /** Only a leader does this and this member is none. */
    NOT_LEADER(false),
    /** Leadership cannot go to that member: unknown, or no voter. */
    BAD_TRANSFEREE(false),
    /** Accepted but not known to be committed when time ran out. */
    TIMEOUT(true),
    /** TIMEOUT, of a request from just before a new leader was elected. */
    TIMEOUT_LEADER_FAILED(true),
    /** TIMEOUT, while this member had lost the leader, or as leader the quorum. */
    TIMEOUT_CONNECTION_LOST(true),
    /** The leader changed while it was under way. */
    LEADER_CHANGED(true),
    STOPPED(true);

    private final boolean outcomeUnknown;

    KvError(boolean outcomeUnknown) {
        this.outcomeUnknown = outcomeUnknown;
    }

    /** Whether a write that failed so may still take effect. */
    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }
}
