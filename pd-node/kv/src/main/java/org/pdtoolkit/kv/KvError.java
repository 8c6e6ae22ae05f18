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
    /** No member has that id. */
    MEMBER_NOT_FOUND(false),
    /** A member has that id already, or had it and was removed. */
    MEMBER_EXISTS(false),
    /** Another member has one of these peer URLs. */
    PEER_URL_EXISTS(false),
    /** Not at least one peer URL of scheme, host and port. */
    MEMBER_URLS_INVALID(false),
    /** Only a learner can be promoted. */
    NOT_LEARNER(false),
    /** The learner has not caught up with the leader. */
    LEARNER_NOT_READY(false),
    TOO_MANY_LEARNERS(false),
    /** After the change fewer members than a quorum would have been started. */
    NOT_ENOUGH_STARTED(false),
    /** This member is not connected to enough others for a safe change of members. */
    UNHEALTHY(false),
    /** Accepted but not known to be committed when time ran out. */
    TIMEOUT(true),
    /** TIMEOUT, of a request from just before a new leader was elected. */
    TIMEOUT_LEADER_FAILED(true),
    /** TIMEOUT, while this member had lost the leader, or as leader the quorum. */
    TIMEOUT_CONNECTION_LOST(true),
    /** The leader changed while it was under way. */
    LEADER_CHANGED(true),
    STOPPED(true),

    /** A member's store is full, or would be after this. */
    NO_SPACE(false),
    /** A member's store differs from the others: nothing is written any more. */
    CORRUPT(false),

    // Users, roles and permissions.
    AUTH_NOT_ENABLED(false),
    AUTH_FAILED(false),
    NO_PASSWORD_USER(false),
    INVALID_AUTH_TOKEN(false),
    /** The request was overtaken by a change of users, roles or permissions. */
    AUTH_OLD_REVISION(false),
    INVALID_AUTH_MANAGEMENT(false),
    PERMISSION_DENIED(false),
    PERMISSION_NOT_GIVEN(false),
    PERMISSION_NOT_GRANTED(false),
    ROOT_USER_MISSING(false),
    ROOT_ROLE_MISSING(false),
    USER_EMPTY(false),
    USER_EXISTS(false),
    USER_NOT_FOUND(false),
    ROLE_EMPTY(false),
    ROLE_EXISTS(false),
    ROLE_NOT_FOUND(false),
    ROLE_NOT_GRANTED(false);

    private final boolean outcomeUnknown;

    KvError(boolean outcomeUnknown) {
        this.outcomeUnknown = outcomeUnknown;
    }

    /** Whether a write that failed so may still take effect. */
    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }
}
