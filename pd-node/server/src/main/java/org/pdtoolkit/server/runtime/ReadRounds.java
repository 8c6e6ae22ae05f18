package org.pdtoolkit.server.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.raft.RaftNode;
import org.pdtoolkit.raft.ReadState;
import org.pdtoolkit.raft.Role;

/**
 * Read-index requests to the group: all reads that wait at one turn share one.
 *
 * <p>Thread: consensus.
 */
final class ReadRounds {
    /**
     * One request, and who waits for it.
     *
     * @param ledTerm term that this member led when it asked, 0 when it did not lead
     */
    record Round(long sentNanos, long ledTerm, List<CompletableFuture<Void>> waiting) {}

    private final NodeContext context;
    private final RaftNode raft;
    private final List<CompletableFuture<Void>> reads = new ArrayList<>();
    private final Map<Long, Round> rounds = new LinkedHashMap<>();

    /** Random at first: a late answer to an earlier run of this member must not fit. */
    private long nextRound;

    ReadRounds(NodeContext context, RaftNode raft) {
        this.context = context;
        this.raft = raft;
        this.nextRound = context.random().nextLong();
    }

    void add(CompletableFuture<Void> read) {
        reads.add(read);
    }

    /** Asks for those that came since the last turn. */
    void flush() {
        if (!reads.isEmpty()) {
            start(new ArrayList<>(reads));
            reads.clear();
        }
    }

    /** Asks for nobody: the answer proves leadership. */
    void prove() {
        start(List.of());
    }

    private void start(List<CompletableFuture<Void>> waiting) {
        long id = ++nextRound;
        long ledTerm = raft.role() == Role.LEADER ? raft.term() : 0;
        rounds.put(id, new Round(context.now(), ledTerm, waiting));
        raft.readIndex(ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    }

    /** Requests may be lost anywhere; who still waits after a while asks again in a new round. */
    void dropStale() {
        long now = context.now();
        long patience = context.options().electionTimeoutMillis() * 500_000L;
        List<CompletableFuture<Void>> again = new ArrayList<>();
        rounds.values()
                .removeIf(
                        round -> {
                            if (now - round.sentNanos() < patience) {
                                return false;
                            }
                            round.waiting().stream().filter(w -> !w.isDone()).forEach(again::add);
                            return true;
                        });
        reads.addAll(again);
    }

    /** The round that was answered, {@code null} if it is none of this run or given up. */
    Round answered(ReadState read) {
        return read.context().length == Long.BYTES
                ? rounds.remove(ByteBuffer.wrap(read.context()).getLong())
                : null;
    }
}
