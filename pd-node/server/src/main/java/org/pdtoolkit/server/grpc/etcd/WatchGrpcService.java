package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/** {@code etcdserverpb.Watch}: any number of watches on one stream, see {@link WatchStream}. */
final class WatchGrpcService extends WatchGrpc.WatchImplBase {
    /** Spreads what many streams do at the same interval. */
    private static final int JITTER_DIVISOR = 10;

    private final EtcdKv kv;
    private final Headers headers;
    private final int messageBytesMax;
    private final ScheduledExecutorService timer;
    private final long progressNanos;

    /**
     * @param messageBytesMax from which size on a response is sent in fragments, if asked for
     * @param timer runs progress notifications; its tasks are short
     * @param progressInterval between two of them
     */
    WatchGrpcService(
            EtcdKv kv,
            Headers headers,
            int messageBytesMax,
            ScheduledExecutorService timer,
            Duration progressInterval) {
        this.kv = kv;
        this.headers = headers;
        this.messageBytesMax = messageBytesMax;
        this.timer = timer;
        this.progressNanos = progressInterval.toNanos();
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> client) {
        ServerCallStreamObserver<WatchResponse> call =
                (ServerCallStreamObserver<WatchResponse>) client;
        WatchOutbox outbox = new WatchOutbox(call, messageBytesMax);
        return new WatchStream(
                kv.as(CallIdentity.current()), headers, outbox, call, this::everyProgressInterval);
    }

    private Runnable everyProgressInterval(Runnable task) {
        long jitter = ThreadLocalRandom.current().nextLong(progressNanos / JITTER_DIVISOR + 1);
        long nanos = progressNanos + jitter;
        var ticks = timer.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
        return () -> ticks.cancel(false);
    }
}
