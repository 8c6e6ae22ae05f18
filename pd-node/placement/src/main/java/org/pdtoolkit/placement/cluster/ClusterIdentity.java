package org.pdtoolkit.placement.cluster;

import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.keys.KeyPath;

/**
 * Finds out, through the store and before anything else, which PD cluster this is. The first member
 * chooses the id: unix seconds in the upper half, random bits in the lower.
 *
 * <p>Thread: owner.
 */
public final class ClusterIdentity {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long RETRY_NANOS = 200 * NANOS_PER_MILLI;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final OwnedKv kv;
    private final Consensus consensus;
    private final TimeSource time;
    private final LongSupplier entropy;
    private final EventSink events;
    private final LongConsumer known;

    private boolean running;
    private boolean asking;

    /** Grows with every request; answers to older ones are dropped. */
    private long attempt;

    private long attemptRaftTerm;
    private long nextTryNanos = Long.MIN_VALUE;

    /**
     * @param known told the id once, never 0
     */
    public ClusterIdentity(
            OwnedKv kv,
            Consensus consensus,
            TimeSource time,
            LongSupplier entropy,
            EventSink events,
            LongConsumer known) {
        this.kv = kv;
        this.consensus = consensus;
        this.time = time;
        this.entropy = entropy;
        this.events = events;
        this.known = known;
    }

    public void start() {
        running = true;
        tick();
    }

    public void stop() {
        running = false;
    }

    public void tick() {
        if (!running || consensus.leaderId() == 0) {
            return;
        }
        // A request sent to a dead Raft leader may take its whole timeout: asks the new one.
        boolean overtaken = asking && consensus.term() != attemptRaftTerm;
        if (overtaken || (!asking && time.monotonicNanos() >= nextTryNanos)) {
            asking = true;
            attemptRaftTerm = consensus.term();
            ask(++attempt);
        }
    }

    private void ask(long mine) {
        kv.read(
                KeyPath.CLUSTER_ID,
                (read, error) -> {
                    if (!running || mine != attempt) {
                        return;
                    }
                    if (error != null) {
                        retry(error.getMessage());
                    } else if (read.first() == null) {
                        create(mine);
                    } else {
                        accept(read.first());
                    }
                });
    }

    private void create(long mine) {
        long seconds = time.wallMillis() / MILLIS_PER_SECOND;
        long id = seconds << Integer.SIZE | entropy.getAsLong() >>> Integer.SIZE;
        kv.txn(
                List.of(Compare.absent(KeyPath.CLUSTER_ID)),
                List.of(Op.Put.of(KeyPath.CLUSTER_ID, Bytes.ofLong(id))),
                List.of(Op.Range.of(KeyPath.CLUSTER_ID)),
                (result, error) -> {
                    if (!running || mine != attempt) {
                        return;
                    }
                    if (error != null) {
                        retry(error.getMessage());
                    } else if (result.succeeded()) {
                        finish(id, true);
                    } else {
                        accept(((OpResult.Range) result.responses().get(0)).first());
                    }
                });
    }

    private void accept(KeyValue stored) {
        // 0 stands for "not known" on the wire, so it is no id either.
        if (stored.value().size() != Long.BYTES || stored.value().toLong() == 0) {
            retry("the stored cluster id is invalid: " + stored.value());
        } else {
            finish(stored.value().toLong(), false);
        }
    }

    private void finish(long id, boolean created) {
        running = false;
        events.accept(new PlacementEvent.ClusterIdentified(id, created));
        known.accept(id);
    }

    private void retry(String reason) {
        asking = false;
        nextTryNanos = time.monotonicNanos() + RETRY_NANOS;
        events.accept(new PlacementEvent.StoreRetry("finding the cluster id", reason));
    }
}
