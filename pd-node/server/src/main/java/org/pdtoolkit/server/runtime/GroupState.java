package org.pdtoolkit.server.runtime;

import java.util.Set;
import org.pdtoolkit.raft.Role;

/**
 * What the node's threads tell each other about the Raft group, by volatile fields.
 *
 * <p>Each field has one writer; readers see each on its own, so only what is safe in any mixture
 * may be decided from several.
 */
final class GroupState {
    /** Roles as of the last Ready. Writer: consensus. */
    record Office(long leader, Role role, long term) {}

    /** Only touched by consensus. */
    private long lastLeader;

    private volatile Office office = new Office(0, Role.FOLLOWER, 0);
    private volatile long quorumDeadlineNanos = Long.MIN_VALUE;
    private volatile long diskDeadlineNanos = Long.MIN_VALUE;
    private volatile Set<Long> activePeers = Set.of();
    private volatile long leaderChanges;
    private volatile long committedIndex;
    private volatile long appliedIndex;
    private volatile long appliedTerm;

    /** When the present leader became known; {@link Long#MIN_VALUE} before the first. */
    private volatile long leaderSinceNanos = Long.MIN_VALUE;

    Office office() {
        return office;
    }

    /** Writer: consensus. */
    void office(Office now, long nowNanos) {
        if (now.role() != Role.LEADER || now.term() != office.term()) {
            // A deadline belongs to the term in which it was earned.
            quorumDeadlineNanos = Long.MIN_VALUE;
        }
        if (now.leader() != 0 && now.leader() != lastLeader) {
            lastLeader = now.leader();
            leaderChanges = leaderChanges + 1;
        }
        if (now.leader() != 0 && now.leader() != office.leader()) {
            leaderSinceNanos = nowNanos;
        }
        office = now;
    }

    /**
     * Whether a request begun at that instant met the loss of the leader before the present one: it
     * began within two election timeouts before this one became known.
     */
    boolean beganUnderLostLeader(long startNanos, long electionTimeoutNanos) {
        long since = leaderSinceNanos;
        return since != Long.MIN_VALUE
                && startNanos < since
                && since - startNanos < 2 * electionTimeoutNanos;
    }

    /** Times that another member was seen to lead. */
    long leaderChanges() {
        return leaderChanges;
    }

    /**
     * Leader with the first entry of its own term applied. The term is compared, not a flag kept,
     * so that an old leadership cannot be taken for the new one.
     */
    boolean leading() {
        return leadingTerm() != 0;
    }

    /** The term in which this member leads as {@link #leading} has it; 0 if it does not. */
    long leadingTerm() {
        Office now = office;
        return now.role() == Role.LEADER && appliedTerm == now.term() ? now.term() : 0;
    }

    /** Last index known to be committed. */
    long committedIndex() {
        return committedIndex;
    }

    /** Writer: consensus. */
    void committed(long index) {
        committedIndex = index;
    }

    long quorumDeadlineNanos() {
        return quorumDeadlineNanos;
    }

    void quorumDeadlineNanos(long deadline) {
        quorumDeadlineNanos = deadline;
    }

    long diskDeadlineNanos() {
        return diskDeadlineNanos;
    }

    void diskDeadlineNanos(long deadline) {
        diskDeadlineNanos = deadline;
    }

    /** Members that answered the leader lately; empty until it has looked. */
    Set<Long> activePeers() {
        return activePeers;
    }

    void activePeers(Set<Long> active) {
        activePeers = active;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** Writer: apply. */
    void applied(long index, long term) {
        appliedTerm = term;
        appliedIndex = index;
    }
}
