package org.pdtoolkit.tests.process;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pdtoolkit.tests.check.TsoHistory;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;

/**
 * Asks for timestamps without a pause, one request at a time, through every failover, and records
 * each answer.
 */
public final class TsoClient implements AutoCloseable {
    private static final int LOGICAL_BITS = 18;
    private static final int COUNT_MAX = 64;
    private static final int ANSWER_MILLIS = 1_000;
    private static final long RETRY_NANOS = 5_000_000;

    private final PdEndpoints endpoints;
    private final TsoHistory history = new TsoHistory();
    private final SplittableRandom random;
    private final Thread thread;
    private volatile boolean running = true;
    private volatile int answered;
    private volatile String lastError = "none";

    public TsoClient(PdEndpoints endpoints, long seed) {
        this.endpoints = endpoints;
        this.random = new SplittableRandom(seed);
        this.thread = new Thread(this::run, "tso-client-" + seed);
    }

    public TsoClient start() {
        thread.start();
        return this;
    }

    /** Answers so far. Thread: any. */
    public int answered() {
        return answered;
    }

    public String lastError() {
        return lastError;
    }

    /** What was received; complete once closed. */
    public TsoHistory history() {
        return history;
    }

    private void run() {
        while (running) {
            Optional<String> leader = endpoints.leaderUrl();
            long cluster = endpoints.clusterId();
            if (leader.isPresent() && cluster != 0) {
                useStream(leader.get(), cluster);
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    /** An answer, or the end of the stream. */
    private record Answer(TsoResponse response, Throwable failure) {}

    private void useStream(String url, long cluster) {
        ManagedChannel channel = endpoints.channel(url);
        BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(16);
        StreamObserver<TsoRequest> requests = PDGrpc.newStub(channel).tso(new Receiver(answers));
        RequestHeader header = RequestHeader.newBuilder().setClusterId(cluster).build();
        try {
            while (running) {
                int count = 1 + random.nextInt(COUNT_MAX);
                long start = System.nanoTime();
                requests.onNext(TsoRequest.newBuilder().setHeader(header).setCount(count).build());
                Answer answer = answers.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
                long end = System.nanoTime();
                if (answer == null || answer.failure() != null) {
                    lastError = answer == null ? "no answer" : answer.failure().toString();
                    break;
                }
                record(answer.response(), count, start, end);
            }
        } catch (InterruptedException e) {
            running = false;
        } catch (IllegalStateException e) {
            // The stream ended between two requests; its reason is in the queue, the next one
            // tells.
            lastError = e.toString();
        } finally {
            requests.onError(Status.CANCELLED.asRuntimeException());
            channel.resetConnectBackoff();
        }
    }

    private void record(TsoResponse response, int count, long start, long end) {
        if (response.getCount() != count) {
            throw new AssertionError("asked for " + count + ", got " + response);
        }
        long physical = response.getTimestamp().getPhysical();
        long last = (physical << LOGICAL_BITS) + response.getTimestamp().getLogical();
        history.add(start, end, last - count + 1, last);
        answered = history.size();
    }

    private static final class Receiver implements StreamObserver<TsoResponse> {
        private final BlockingQueue<Answer> answers;

        Receiver(BlockingQueue<Answer> answers) {
            this.answers = answers;
        }

        @Override
        public void onNext(TsoResponse response) {
            answers.add(new Answer(response, null));
        }

        @Override
        public void onError(Throwable failure) {
            answers.offer(new Answer(null, failure));
        }

        @Override
        public void onCompleted() {
            answers.offer(new Answer(null, new IllegalStateException("stream completed")));
        }
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
