package org.pdtoolkit.server.grpc.etcd;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Calls with metadata {@code hasleader: true} want a member that knows a leader: without one they
 * are refused at once, and open streams of that kind end after three looks, an election timeout
 * apart, that found none.
 *
 * <p>Thread: network loops; the looks on the timer.
 */
final class LeaderRule implements ServerInterceptor, AutoCloseable {
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final int LOOKS_WITHOUT_LEADER_MAX = 3;

    private final Consensus consensus;
    private final Set<EndableCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> looks;
    private int looksWithoutLeader;

    LeaderRule(Consensus consensus, Duration electionTimeout, ScheduledExecutorService timer) {
        this.consensus = consensus;
        long nanos = electionTimeout.toNanos();
        looks = timer.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if (!"true".equals(metadata.get(HAS_LEADER))) {
            return next.startCall(call, metadata);
        }
        if (consensus.leaderId() == 0) {
            return EtcdErrors.refuse(call, ErrorCatalogue.ETCD_NO_LEADER.status());
        }
        if (call.getMethodDescriptor().getType().clientSendsOneMessage()
                && call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, metadata);
        }
        EndableCall<Q, A> endable = new EndableCall<>(call);
        streams.add(endable);
        return new StreamListener<>(endable, next.startCall(endable, metadata));
    }

    /** Thread: timer. */
    private void look() {
        looksWithoutLeader = consensus.leaderId() == 0 ? looksWithoutLeader + 1 : 0;
        if (looksWithoutLeader >= LOOKS_WITHOUT_LEADER_MAX) {
            streams.forEach(stream -> stream.end(ErrorCatalogue.ETCD_NO_LEADER.status()));
        }
    }

    @Override
    public void close() {
        looks.cancel(false);
    }

    /** A call that its service and the timer may both end: the first one does. */
    private static final class EndableCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private boolean closed;
        private volatile boolean ended;

        EndableCall(ServerCall<Q, A> call) {
            super(call);
        }

        void end(Status status) {
            ended = true;
            close(status, new Metadata());
        }

        /** Whether the service does not know of the end. */
        boolean ended() {
            return ended;
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(A message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }

    private final class StreamListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final EndableCall<Q, ?> call;

        StreamListener(EndableCall<Q, ?> call, ServerCall.Listener<Q> service) {
            super(service);
            this.call = call;
        }

        @Override
        public void onComplete() {
            streams.remove(call);
            if (call.ended()) {
                // For the service it is as if the client had gone.
                super.onCancel();
            } else {
                super.onComplete();
            }
        }

        @Override
        public void onCancel() {
            streams.remove(call);
            super.onCancel();
        }
    }
}
