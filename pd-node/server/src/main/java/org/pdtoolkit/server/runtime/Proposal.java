package org.pdtoolkit.server.runtime;

import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.machine.Outcome;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.RaftNode;
import org.pdtoolkit.raft.Role;

/** An entry on its way into the log, and what came of it. */
final class Proposal extends CompletableFuture<Outcome> {
    /** For a proposal that whoever leads may take. */
    static final long ANY_TERM = 0;

    private final byte[] data;
    private final ConfChange change;
    private final long term;
    private final boolean patient;
    private final long startNanos;
    private volatile boolean proposed;

    /**
     * @param term the only term, led by this member, in which it may be appended, or {@link
     *     #ANY_TERM}
     * @param patient whether it waits for a leader instead of failing at once
     */
    Proposal(byte[] data, long term, boolean patient, long startNanos) {
        this.data = data;
        this.change = null;
        this.term = term;
        this.patient = patient;
        this.startNanos = startNanos;
    }

    /** A membership change, which waits for a leader that may take it. */
    Proposal(ConfChange change, long startNanos) {
        this.data = new byte[0];
        this.change = change;
        this.term = ANY_TERM;
        this.patient = true;
        this.startNanos = startNanos;
    }

    /** The membership change, {@code null} for a normal entry. */
    ConfChange change() {
        return change;
    }

    byte[] data() {
        return data;
    }

    boolean patient() {
        return patient;
    }

    /** When it began to wait. */
    long startNanos() {
        return startNanos;
    }

    /** Whether it may still be appended as matters stand. */
    boolean fits(RaftNode raft) {
        return term == ANY_TERM || (raft.role() == Role.LEADER && raft.term() == term);
    }

    /** Raft took it: from now on it may be committed. Thread: consensus. */
    void markProposed() {
        proposed = true;
    }

    boolean proposed() {
        return proposed;
    }
}
