package org.pdtoolkit.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.raft.tracker.Progress;

/**
 * Linearizable reads without log entries (thesis 6.4). A leader notes its commit index, lets a
 * quorum confirm that it still leads, and answers with that index.
 *
 * <p>Requests are counted: the position of a request is the number of reads up to and including it
 * since this leadership began. Heartbeats carry the newest position, answers echo it, so one round
 * confirms everything that came before and repeated requests cannot be mixed up.
 */
final class ReadIndexes {
    /** Requests may be lost anywhere, so a flood while nothing can be confirmed is cut here. */
    private static final int REQUESTS_MAX = 1 << 16;

    private static final byte[] NO_CONTEXT = {};

    private record Waiting(long index, Message request) {}

    private final Raft raft;

    /** Reads of this leadership that were confirmed. */
    private long confirmed;

    /** Not confirmed yet; the first has position {@code confirmed + 1}. */
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /** Came before this leader had committed anything in its term. */
    private List<Message> parked = new ArrayList<>();

    private List<ReadState> readStates = new ArrayList<>();

    ReadIndexes(Raft raft) {
        this.raft = raft;
    }

    /**
     * A term or leadership ends. Parked requests stay: if this node leads again they are answered
     * late, with the commit index of then, which is legal.
     */
    void reset() {
        confirmed = 0;
        waiting.clear();
    }

    /** A request at the leader. */
    void request(Message request) {
        if (waiting.size() + parked.size() >= REQUESTS_MAX) {
            raft.note(RaftEvent.Level.WARN, "%x too many reads; dropping one", raft.id());
            return;
        }
        if (!hasCommittedInTerm()) {
            // The commit index may lag behind what an earlier leader has acknowledged.
            parked.add(request);
        } else {
            serve(request);
        }
    }

    private boolean hasCommittedInTerm() {
        return raft.log().matchesTerm(raft.term(), raft.log().committed());
    }

    private void serve(Message request) {
        long index = raft.log().committed();
        if (raft.tracker().isOnlyVoter(raft.id())
                || raft.config().readOnlyOption() == ReadOnlyOption.LEASE_BASED) {
            answer(request, index);
            return;
        }
        waiting.add(new Waiting(index, request));
        Progress own = raft.tracker().get(raft.id());
        if (own != null) {
            own.confirmReads(position());
        }
        raft.leaderRole().broadcastHeartbeat();
    }

    /** The first entry of the term is committed. */
    void releaseParked() {
        if (parked.isEmpty() || !hasCommittedInTerm()) {
            return;
        }
        List<Message> released = parked;
        parked = new ArrayList<>();
        for (int i = 0; i < released.size(); i++) {
            serve(released.get(i));
        }
    }

    private long position() {
        return confirmed + waiting.size();
    }

    /** What heartbeats carry now. */
    byte[] heartbeatContext() {
        if (waiting.isEmpty()) {
            return NO_CONTEXT;
        }
        byte[] context = new byte[Long.BYTES];
        long position = position();
        for (int i = 0; i < Long.BYTES; i++) {
            context[i] = (byte) (position >>> (8 * i));
        }
        return context;
    }

    /** A heartbeat was answered. */
    void acknowledged(Message answer, Progress from) {
        byte[] context = answer.context();
        if (context.length != Long.BYTES || waiting.isEmpty()) {
            return;
        }
        long position = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            position |= (context[i] & 0xffL) << (8 * i);
        }
        if (position > 0 && position <= position()) {
            from.confirmReads(position);
            advance();
        }
    }

    /** Answers all reads that a quorum has confirmed. */
    void advance() {
        if (waiting.isEmpty()) {
            return;
        }
        long reached = raft.tracker().confirmedReads();
        while (confirmed < reached && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            confirmed++;
            answer(next.request(), next.index());
        }
    }

    private void answer(Message request, long index) {
        if (request.from() == Raft.NONE || request.from() == raft.id()) {
            readStates.add(new ReadState(index, request.entries().get(0).data()));
        } else {
            raft.send(
                    Message.builder(MessageType.READ_INDEX_RESP)
                            .to(request.from())
                            .index(index)
                            .entries(request.entries()));
        }
    }

    /** The leader answered a request of this follower. */
    void answered(Message answer) {
        if (answer.entries().size() != 1) {
            raft.note(
                    RaftEvent.Level.ERROR,
                    "%x invalid format of MsgReadIndexResp from %x, entries count: %d",
                    raft.id(),
                    answer.from(),
                    answer.entries().size());
            return;
        }
        readStates.add(new ReadState(answer.index(), answer.entries().get(0).data()));
    }

    boolean hasReadStates() {
        return !readStates.isEmpty();
    }

    List<ReadState> readStates() {
        return readStates;
    }

    void clearReadStates() {
        readStates = new ArrayList<>();
    }

    /** For checks: requests that are not answered yet. */
    int openRequests() {
        return waiting.size() + parked.size();
    }
}
