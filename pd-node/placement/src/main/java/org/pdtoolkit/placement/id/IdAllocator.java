package org.pdtoolkit.placement.id;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.election.Duty;
import org.pdtoolkit.placement.election.Leadership;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.election.Term;

/**
 * Gives out ids from a window that is reserved in the store first.
 *
 * <p>The stored value is the last id reserved. A new term reserves a fresh window before it serves,
 * so ids of two terms never meet; up to a window of ids is skipped then. Windows of one term follow
 * each other without a gap, so a batch may span them.
 *
 * <p>Thread: owner.
 */
public final class IdAllocator implements Duty {
    /** Ids reserved at a time. */
    static final long WINDOW = 1_000;

    /** Requests that may wait for a window. */
    static final int WAITING_MAX = 10_000;

    private static final int TRIES_MAX = 3;

    private final OwnedKv kv;
    private final Bytes key;
    private final EventSink events;
    private final BiConsumer<Term, StepDownReason> resign;
    private final Deque<Request> waiting = new ArrayDeque<>();

    private Term term;

    /** Last id given out and last id reserved, unsigned; given <= reserved. */
    private long given;

    private long reserved;

    /** Mod revision of the stored value; 0 while absent. */
    private long revision;

    private boolean reserving;

    private record Request(long count, CompletableFuture<Long> answer) {}

    /**
     * @param resign ends a term whose guarded write found another one in office
     */
    public IdAllocator(
            OwnedKv kv, Bytes key, EventSink events, BiConsumer<Term, StepDownReason> resign) {
        this.kv = kv;
        this.key = key;
        this.events = events;
        this.resign = resign;
    }

    @Override
    public String name() {
        return "ids";
    }

    @Override
    public void enter(Term entered, Consumer<String> done) {
        term = entered;
        kv.read(
                key,
                (read, error) -> {
                    if (term != entered) {
                        return;
                    }
                    if (error != null) {
                        done.accept(error.getMessage());
                        return;
                    }
                    KeyValue stored = read.first();
                    if (stored != null && stored.value().size() != Long.BYTES) {
                        done.accept("the stored id is not 8 bytes: " + stored.value());
                        return;
                    }
                    given = stored == null ? 0 : stored.value().toLong();
                    reserved = given;
                    revision = stored == null ? 0 : stored.modRevision();
                    reserveFirst(entered, done);
                });
    }

    private void reserveFirst(Term entered, Consumer<String> done) {
        reserving = true;
        write(
                WINDOW,
                TRIES_MAX,
                failure -> {
                    if (term == entered) {
                        reserving = false;
                        done.accept(failure == null ? null : failure.getMessage());
                    }
                });
    }

    @Override
    public void leave() {
        term = null;
        reserving = false;
        failAll(new PlacementException(PlacementError.NOT_LEADER_ANYMORE, "stepped down"));
    }

    /**
     * Gives out {@code count} consecutive ids.
     *
     * @param count 0 counts as 1
     * @return the last of them, never 0. Fails with NOT_LEADER, NOT_LEADER_ANYMORE, ID_EXHAUSTED,
     *     TXN_CONFLICT or STORE
     */
    public CompletableFuture<Long> allocate(int count) {
        if (term == null || count < 0 || waiting.size() >= WAITING_MAX) {
            return CompletableFuture.failedFuture(refusal(count));
        }
        Request request = new Request(Math.max(1, count), new CompletableFuture<>());
        waiting.add(request);
        serve();
        return request.answer();
    }

    private PlacementException refusal(int count) {
        if (term == null) {
            return new PlacementException(PlacementError.NOT_LEADER, "not leader");
        }
        return count < 0
                ? new PlacementException(PlacementError.ID_EXHAUSTED, "count " + count)
                : new PlacementException(PlacementError.STORE, "too many requests for ids wait");
    }

    private void serve() {
        while (!reserving && !waiting.isEmpty()) {
            Request next = waiting.getFirst();
            long left = reserved - given;
            if (left < next.count()) {
                reserve((next.count() - left + WINDOW - 1) / WINDOW * WINDOW);
                return;
            }
            waiting.removeFirst();
            given += next.count();
            next.answer().complete(given);
        }
    }

    private void reserve(long count) {
        reserving = true;
        Term mine = term;
        write(
                count,
                TRIES_MAX,
                failure -> {
                    if (term != mine) {
                        return;
                    }
                    reserving = false;
                    if (failure == null) {
                        serve();
                    } else {
                        failAll(failure);
                    }
                });
    }

    /** Reserves {@code count} more ids; an unknown outcome is settled by trying again. */
    private void write(long count, int tries, Consumer<PlacementException> done) {
        long newReserved = reserved + count;
        if (Long.compareUnsigned(newReserved, reserved) <= 0) {
            done.accept(new PlacementException(PlacementError.ID_EXHAUSTED, "id exhausted"));
            return;
        }
        Term mine = term;
        List<Compare> guard = new ArrayList<>(mine.guard());
        guard.add(Compare.modRevision(key, revision));
        kv.txn(
                guard,
                List.of(Op.Put.of(key, Bytes.ofLong(newReserved))),
                List.of(Op.Range.of(mine.leaderKey()), Op.Range.of(key)),
                (result, error) -> {
                    if (term != mine) {
                        return;
                    }
                    if (error != null) {
                        retry(count, tries, error, done);
                    } else if (result.succeeded()) {
                        settled(newReserved, result.revision());
                        done.accept(null);
                    } else {
                        resolveConflict(mine, result, done);
                    }
                });
    }

    private void retry(
            long count, int tries, KvException error, Consumer<PlacementException> done) {
        if (tries > 1) {
            events.accept(new PlacementEvent.StoreRetry("reserving ids", error.getMessage()));
            write(count, tries - 1, done);
        } else {
            done.accept(
                    new PlacementException(
                            PlacementError.STORE, "reserving ids: " + error.getMessage(), error));
        }
    }

    /** As for the timestamp window: under this term only this term can have written a later end. */
    private void resolveConflict(
            Term mine, OpResult.Txn result, Consumer<PlacementException> done) {
        KeyValue stored = ((OpResult.Range) result.responses().get(1)).first();
        boolean ours =
                Leadership.holds(mine, result.responses().get(0))
                        && stored != null
                        && stored.value().size() == Long.BYTES
                        && Long.compareUnsigned(stored.value().toLong(), reserved) > 0;
        if (ours) {
            settled(stored.value().toLong(), stored.modRevision());
            done.accept(null);
        } else {
            done.accept(
                    new PlacementException(
                            PlacementError.TXN_CONFLICT, "the leader or the stored id changed"));
            resign.accept(mine, StepDownReason.LEADER_KEY_LOST);
        }
    }

    private void settled(long newReserved, long newRevision) {
        reserved = newReserved;
        revision = newRevision;
        events.accept(new PlacementEvent.IdsReserved(newReserved));
    }

    private void failAll(PlacementException failure) {
        // Emptied first: whoever hears of the failure may ask again at once.
        List<Request> failed = List.copyOf(waiting);
        waiting.clear();
        failed.forEach(request -> request.answer().completeExceptionally(failure));
    }
}
