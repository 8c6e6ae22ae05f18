package org.pdtoolkit.placement.election;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.keys.KeyPath;

/**
 * Keeps Raft leadership, and PD leadership with it, on the member that operators prefer
 * (wire/pd-grpc.md §20.1).
 *
 * <p>In the original the preferred member, a follower, asks for the leadership. Here the Raft
 * leader gives it: it can stop serving first, which the fence requires (ADR 0002). It gives only to
 * a started voter that answers and whose priority is strictly higher, and leaves a member alone for
 * a while after a transfer to it failed.
 *
 * <p>Thread: owner.
 */
public final class LeaderPriorities {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** Checks that are left out after a failed transfer. */
    private static final int CHECKS_SKIPPED_AFTER_FAILURE = 10;

    private final OwnedKv kv;
    private final Consensus consensus;
    private final TimeSource time;
    private final KeyPath keys;
    private final LeaderElection election;
    private final Successors successors;
    private final EventSink events;
    private final long checkNanos;

    private long nextCheckNanos;
    private boolean checking;

    public LeaderPriorities(
            OwnedKv kv,
            Consensus consensus,
            TimeSource time,
            KeyPath keys,
            LeaderElection election,
            PlacementConfig config,
            EventSink events) {
        this.kv = kv;
        this.consensus = consensus;
        this.time = time;
        this.keys = keys;
        this.election = election;
        this.successors = new Successors(consensus);
        this.events = events;
        this.checkNanos = config.leaderPriorityCheckMillis() * NANOS_PER_MILLI;
        this.nextCheckNanos = time.monotonicNanos() + checkNanos;
    }

    /** Looks for a better leader when a check is due and this member leads. */
    public void tick() {
        long now = time.monotonicNanos();
        if (now < nextCheckNanos || checking) {
            return;
        }
        nextCheckNanos = now + checkNanos;
        if (consensus.leading() && consensus.members().size() > 1) {
            check();
        }
    }

    private void check() {
        checking = true;
        List<Member> members = consensus.members();
        List<Op> reads =
                members.stream()
                        .map(member -> (Op) Op.Range.of(keys.leaderPriority(member.id())))
                        .toList();
        kv.txn(
                List.of(),
                reads,
                List.of(),
                (result, error) -> {
                    checking = false;
                    if (error != null) {
                        events.accept(
                                new PlacementEvent.StoreRetry(
                                        "reading leader priorities", error.getMessage()));
                    } else if (consensus.leading()) {
                        handOverToBest(members, result.responses());
                    }
                });
    }

    private void handOverToBest(List<Member> members, List<OpResult> reads) {
        Member best = null;
        int bestPriority = 0;
        int own = 0;
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            int priority = parse(((OpResult.Range) reads.get(i)).first());
            if (member.id() == consensus.memberId()) {
                own = priority;
            } else if (successors.electable(member) && (best == null || priority > bestPriority)) {
                best = member;
                bestPriority = priority;
            }
        }
        if (best == null || bestPriority <= own) {
            return;
        }
        String reason = "leader priority " + bestPriority + " over " + own;
        // The derived future has nothing to tell: a failure is an event already.
        var unused =
                election.handOver(best.id(), reason)
                        .whenComplete(
                                (none, failure) -> {
                                    if (failure != null) {
                                        nextCheckNanos =
                                                time.monotonicNanos()
                                                        + CHECKS_SKIPPED_AFTER_FAILURE * checkNanos;
                                    }
                                });
    }

    /** Decimal text, may be negative; 0 if absent or not a number. */
    public static int parse(KeyValue pair) {
        if (pair == null) {
            return 0;
        }
        try {
            return Integer.parseInt(pair.value().toUtf8());
        } catch (NumberFormatException notDecimal) {
            return 0; // Seed 64: an unreadable priority never stops the loop.
        }
    }

    /** Writes the priority of a member under {@code term}'s guard. */
    public CompletableFuture<Void> set(Term term, long memberId, int priority) {
        Bytes text = Bytes.utf8(Integer.toString(priority));
        return write(term, Op.Put.of(keys.leaderPriority(memberId), text));
    }

    /** Removes the priority of a member, which then counts as 0. */
    public CompletableFuture<Void> delete(Term term, long memberId) {
        return write(term, Op.Delete.of(keys.leaderPriority(memberId)));
    }

    private CompletableFuture<Void> write(Term term, Op op) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        List<Compare> guard = term.guard();
        kv.txn(
                guard,
                List.of(op),
                List.of(),
                (result, error) -> {
                    if (error != null) {
                        answer.completeExceptionally(
                                new PlacementException(
                                        PlacementError.STORE,
                                        "leader priority: " + error.getMessage(),
                                        error));
                    } else if (!result.succeeded()) {
                        answer.completeExceptionally(
                                new PlacementException(
                                        PlacementError.TXN_CONFLICT,
                                        "the leader or the key changed"));
                    } else {
                        answer.complete(null);
                    }
                });
        return answer;
    }
}
