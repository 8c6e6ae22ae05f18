package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.raft.RaftException;
import org.pdtoolkit.raft.RaftNode;

/**
 * What this member's callers propose, on its way into the core: all that wait at one turn become
 * one append (group commit), and patient ones wait on while nobody can take them.
 *
 * <p>Thread: consensus.
 */
final class ProposalQueue {
    private static final int BATCH_BYTES_MAX = 4 << 20;

    private final RaftNode raft;
    private final Roster roster;
    private final int parkedMax;
    private final List<Proposal> proposals = new ArrayList<>();

    /** Patient ones, in order, while there is no leader to take them or a change is under way. */
    private final List<Proposal> parked = new ArrayList<>();

    /**
     * @param parkedMax patient proposals that may wait; more are refused
     */
    ProposalQueue(RaftNode raft, Roster roster, int parkedMax) {
        this.raft = raft;
        this.roster = roster;
        this.parkedMax = parkedMax;
    }

    void add(Proposal proposal) {
        proposals.add(proposal);
    }

    /** Gives the core what it may take now. */
    void flush() {
        unpark();
        proposals.removeIf(this::isOverdue);
        int from = 0;
        while (from < proposals.size()) {
            List<byte[]> batch = new ArrayList<>();
            int bytes = 0;
            int until = from;
            while (until < proposals.size()
                    && proposals.get(until).change() == null
                    && bytes < BATCH_BYTES_MAX) {
                byte[] data = proposals.get(until++).data();
                batch.add(data);
                bytes += data.length;
            }
            if (until > from) {
                propose(() -> raft.propose(batch), proposals.subList(from, until));
            } else {
                Proposal change = proposals.get(until++);
                if (raft.changePending()) {
                    park(change, KvError.TOO_MANY_REQUESTS);
                } else {
                    propose(() -> raft.proposeConfChange(change.change()), List.of(change));
                }
            }
            from = until;
        }
        proposals.clear();
    }

    private void propose(Runnable proposing, List<Proposal> from) {
        if (!hasTaker()) {
            from.forEach(waiting -> park(waiting, KvError.NO_LEADER));
            return;
        }
        // Before they leave: what was proposed may be committed, whatever is heard of it.
        from.forEach(Proposal::markProposed);
        try {
            proposing.run();
        } catch (RaftException e) {
            for (Proposal dropped : from) {
                dropped.completeExceptionally(new KvException(KvError.TOO_MANY_REQUESTS));
            }
        }
    }

    private void park(Proposal proposal, KvError otherwise) {
        if (proposal.patient() && parked.size() < parkedMax) {
            parked.add(proposal);
        } else {
            proposal.completeExceptionally(new KvException(otherwise));
        }
    }

    private void unpark() {
        parked.removeIf(Proposal::isDone);
        if (hasTaker()) {
            proposals.addAll(0, parked);
            parked.clear();
        }
    }

    /**
     * Whether there is a leader that takes proposals. One that was removed hands over, and would
     * lose what still comes.
     */
    boolean hasTaker() {
        return raft.leader() != 0 && raft.transferee() == 0 && !roster.isRemoved(raft.leader());
    }

    private boolean isOverdue(Proposal proposal) {
        if (proposal.fits(raft)) {
            return false;
        }
        proposal.completeExceptionally(new KvException(KvError.NOT_LEADER));
        return true;
    }
}
