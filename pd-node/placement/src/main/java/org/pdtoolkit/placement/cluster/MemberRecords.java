package org.pdtoolkit.placement.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.election.LeaderPriorities;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.keys.KeyPath;

/**
 * What members write about themselves at their start, and what can be read about any.
 *
 * <p>Thread: owner.
 */
public final class MemberRecords {
    private static final long RETRY_NANOS = 200_000_000L;

    private final OwnedKv kv;
    private final TimeSource time;
    private final KeyPath keys;
    private final long memberId;
    private final PlacementConfig config;
    private final EventSink events;

    private boolean due;
    private boolean writing;
    private long nextTryNanos = Long.MIN_VALUE;

    public MemberRecords(
            OwnedKv kv,
            TimeSource time,
            KeyPath keys,
            long memberId,
            PlacementConfig config,
            EventSink events) {
        this.kv = kv;
        this.time = time;
        this.keys = keys;
        this.memberId = memberId;
        this.config = config;
        this.events = events;
    }

    /** Publishes this member's own records, trying until they are written. */
    public void start() {
        due = true;
        tick();
    }

    public void stop() {
        due = false;
    }

    public void tick() {
        if (due && !writing && time.monotonicNanos() >= nextTryNanos) {
            writing = true;
            write();
        }
    }

    private void write() {
        // Idempotent, so an unknown outcome is simply tried again.
        kv.txn(
                List.of(),
                List.of(
                        Op.Put.of(keys.deployPath(memberId), Bytes.utf8(config.deployPath())),
                        Op.Put.of(keys.gitHash(memberId), Bytes.utf8(config.gitHash())),
                        Op.Put.of(
                                keys.binaryVersion(memberId), Bytes.utf8(config.binaryVersion()))),
                List.of(),
                (result, error) -> {
                    writing = false;
                    if (error == null) {
                        due = false;
                        return;
                    }
                    nextTryNanos = time.monotonicNanos() + RETRY_NANOS;
                    events.accept(
                            new PlacementEvent.StoreRetry(
                                    "publishing the member's records", error.getMessage()));
                });
    }

    /** Reads the records of {@code id} as of one revision. */
    public CompletableFuture<Placement.MemberDetails> details(long id) {
        CompletableFuture<Placement.MemberDetails> answer = new CompletableFuture<>();
        kv.txn(
                List.of(),
                List.of(
                        Op.Range.of(keys.leaderPriority(id)),
                        Op.Range.of(keys.deployPath(id)),
                        Op.Range.of(keys.binaryVersion(id)),
                        Op.Range.of(keys.gitHash(id))),
                List.of(),
                (result, error) -> {
                    if (error != null) {
                        answer.completeExceptionally(
                                new PlacementException(
                                        PlacementError.STORE,
                                        "reading member records: " + error.getMessage(),
                                        error));
                        return;
                    }
                    List<OpResult> reads = result.responses();
                    answer.complete(
                            new Placement.MemberDetails(
                                    LeaderPriorities.parse(pair(reads.get(0))),
                                    text(reads.get(1)),
                                    text(reads.get(2)),
                                    text(reads.get(3))));
                });
        return answer;
    }

    private static KeyValue pair(OpResult read) {
        return ((OpResult.Range) read).first();
    }

    private static String text(OpResult read) {
        KeyValue pair = pair(read);
        return pair == null ? "" : pair.value().toUtf8();
    }
}
