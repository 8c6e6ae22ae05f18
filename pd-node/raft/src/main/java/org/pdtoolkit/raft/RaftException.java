package org.pdtoolkit.raft;

import java.util.Objects;

/** An input that the core refused; its state is what it was before. */
public final class RaftException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** No leader, a transfer under way, or too much uncommitted: retry later. */
        PROPOSAL_DROPPED("raft proposal dropped"),
        /** A message from outside that only this node may send to itself. */
        STEP_LOCAL_MESSAGE("raft: cannot step raft local message"),
        /** An answer from a node that is not in the group. */
        STEP_PEER_NOT_FOUND("raft: cannot step as peer not found");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private final Kind kind;

    public RaftException(Kind kind) {
        // Expected and frequent (a proposal without leader), hence without stack trace.
        super(Objects.requireNonNull(kind, "kind").text, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
