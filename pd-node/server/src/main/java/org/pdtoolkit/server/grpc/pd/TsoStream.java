package org.pdtoolkit.server.grpc.pd;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.pdpb.Timestamp;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;

/**
 * One {@code Tso} stream: one answer per request, strictly in the order of the requests.
 *
 * <p>The next request is taken from the transport only when the one before is answered. That keeps
 * the order, bounds what a stream can hold, and lets a request that has to wait for the next
 * millisecond wait on the timer instead of on a thread. A client that does not read its answers is
 * not read from either.
 *
 * <p>Thread: the connection's network loop, and the timer for retries; the monitor is almost never
 * contended and is held only for a few instructions and a write to the transport's queue.
 */
final class TsoStream implements StreamObserver<TsoRequest> {
    static final int TRIES_MAX = 10;
    static final long RETRY_PAUSE_MILLIS = 50;
    private static final int LOGICAL_BITS = 18;
    private static final long LOGICAL_MASK = (1L << LOGICAL_BITS) - 1;

    private final Placement placement;
    private final Headers headers;
    private final ScheduledExecutorService timer;
    private final TsoCounters counters;
    private final ServerCallStreamObserver<TsoResponse> client;

    private int tries;
    private boolean waiting;
    private boolean stalled;
    private boolean halfClosed;
    private boolean ended;

    TsoStream(
            Placement placement,
            Headers headers,
            ScheduledExecutorService timer,
            TsoCounters counters,
            ServerCallStreamObserver<TsoResponse> client) {
        this.placement = placement;
        this.headers = headers;
        this.timer = timer;
        this.counters = counters;
        this.client = client;
        client.disableAutoRequest();
        client.setOnReadyHandler(this::onReady);
        client.setOnCancelHandler(this::onCancel);
        client.request(1);
    }

    @Override
    public synchronized void onNext(TsoRequest request) {
        if (!ended) {
            tries = 0;
            serve(request);
        }
    }

    @Override
    public synchronized void onCompleted() {
        halfClosed = true;
        if (!waiting && !ended) {
            ended = true;
            client.onCompleted();
        }
    }

    @Override
    public void onError(Throwable failure) {
        onCancel();
    }

    private synchronized void onCancel() {
        ended = true;
    }

    private synchronized void onReady() {
        if (stalled && !ended) {
            stalled = false;
            client.request(1);
        }
    }

    private void serve(TsoRequest request) {
        long clusterId = placement.clusterId();
        if (clusterId == 0) {
            end(ErrorCatalogue.SERVER_NOT_STARTED.status());
            return;
        }
        if (request.getHeader().getClusterId() != clusterId) {
            Optional<Status> refusal =
                    PdService.clusterIdRefusal(clusterId, request.getHeader().getClusterId());
            refusal.ifPresent(this::end);
            return;
        }
        long count = Integer.toUnsignedLong(request.getCount());
        long last;
        try {
            last = placement.allocateTimestamps(count);
        } catch (PlacementException refused) {
            onRefused(request, count, refused);
            return;
        }
        counters.answered(count);
        client.onNext(
                TsoResponse.newBuilder()
                        .setHeader(headers.success(clusterId))
                        .setCount(request.getCount())
                        .setTimestamp(
                                Timestamp.newBuilder()
                                        .setPhysical(last >>> LOGICAL_BITS)
                                        .setLogical(last & LOGICAL_MASK))
                        .build());
        takeNext();
    }

    private void takeNext() {
        waiting = false;
        if (halfClosed) {
            ended = true;
            client.onCompleted();
        } else if (client.isReady()) {
            client.request(1);
        } else {
            stalled = true;
        }
    }

    private void onRefused(TsoRequest request, long count, PlacementException refused) {
        switch (refused.error()) {
            case TSO_NOT_READY, TSO_EXHAUSTED -> {
                tries++;
                if (tries < TRIES_MAX) {
                    counters.retried();
                    waiting = true;
                    retryLater(request);
                    return;
                }
            }
            default -> {
                // Waiting does not help.
            }
        }
        end(row(refused, count).namedStatus(textArgument(refused, count)));
    }

    private void retryLater(TsoRequest request) {
        try {
            timer.schedule(() -> retry(request), RETRY_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            end(ErrorCatalogue.SERVER_NOT_STARTED.status());
        }
    }

    private synchronized void retry(TsoRequest request) {
        if (!ended) {
            serve(request);
        }
    }

    private void end(Status status) {
        ended = true;
        counters.failed();
        client.onError(status.asRuntimeException());
    }

    private static Object textArgument(PlacementException refused, long count) {
        return switch (refused.error()) {
            case TSO_COUNT_INVALID -> count;
            default -> refused.getMessage();
        };
    }

    private static ErrorCatalogue row(PlacementException refused, long count) {
        return switch (refused.error()) {
            case NOT_LEADER -> ErrorCatalogue.TSO_NOT_LEADER;
            case NOT_LEADER_ANYMORE -> ErrorCatalogue.TSO_NOT_LEADER_ANYMORE;
            case TSO_NOT_READY -> ErrorCatalogue.TSO_NOT_READY;
            case TSO_EXHAUSTED -> ErrorCatalogue.TSO_EXHAUSTED;
            case TSO_COUNT_INVALID ->
                    count == 0 ? ErrorCatalogue.TSO_COUNT_ZERO : ErrorCatalogue.TSO_COUNT_TOO_LARGE;
            case ALREADY_BOOTSTRAPPED, TXN_CONFLICT, ID_EXHAUSTED, MEMBER_NOT_FOUND, STORE ->
                    ErrorCatalogue.PLACEMENT_FAILED;
        };
    }
}
