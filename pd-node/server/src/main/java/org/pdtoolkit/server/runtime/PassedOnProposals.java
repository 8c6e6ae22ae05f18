package org.pdtoolkit.server.runtime;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.raft.RaftNode;

/**
 * What peers propose through this member, while nobody can take it: leadership is on its way to
 * another member, or one membership change waits for another. The core would drop such proposals
 * without telling, and their senders would wait in vain. As soon as somebody takes them they go on
 * to whoever leads then.
 *
 * <p>Thread: consensus.
 */
final class PassedOnProposals {
    private record Kept(Message message, long sinceNanos) {}

    private final NodeContext context;
    private final RaftNode raft;
    private final ProposalQueue own;
    private final int keptMax;
    private final Queue<Kept> kept = new ArrayDeque<>();

    /**
     * @param own knows whether anybody takes proposals
     * @param keptMax messages; what comes when so many wait is lost
     */
    PassedOnProposals(NodeContext context, RaftNode raft, ProposalQueue own, int keptMax) {
        this.context = context;
        this.raft = raft;
        this.own = own;
        this.keptMax = keptMax;
    }

    /** Keeps {@code message} if it is a proposal that has to wait. */
    boolean keeps(Message message) {
        if (message.type() != MessageType.PROP || isTaken(message)) {
            return false;
        }
        if (kept.size() < keptMax) {
            kept.add(new Kept(message, context.now()));
        }
        return true;
    }

    /**
     * The first of those that wait, if it need not wait any longer; {@code null} if there is none.
     */
    Message next() {
        long patience = TimeUnit.MILLISECONDS.toNanos(context.options().requestTimeoutMillis());
        // Its sender has given up by then.
        kept.removeIf(one -> context.now() - one.sinceNanos() > patience);
        return !kept.isEmpty() && isTaken(kept.peek().message()) ? kept.remove().message() : null;
    }

    private boolean isTaken(Message proposal) {
        return own.hasTaker() && !(MemberChange.anyIn(proposal.entries()) && raft.changePending());
    }
}
