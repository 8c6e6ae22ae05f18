package org.pdtoolkit.server.grpc.pd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.ScriptedPlacement;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;

/** Timestamp streams over a real port. */
class TsoStreamTest {
    private static final String PREFIX = "[PD:tso:ErrGenerateTimestamp]generate timestamp failed, ";

    private final ScriptedPlacement placement = new ScriptedPlacement();
    private final TsoCounters counters = new TsoCounters();
    private ScheduledExecutorService timer;
    private ClientPort port;
    private ManagedChannel channel;

    @BeforeEach
    void open() {
        timer = Executors.newSingleThreadScheduledExecutor();
        port =
                Ports.open(
                        List.of(new PdService(placement, () -> 3, timer, counters)),
                        call -> CompletableFuture.completedFuture(HttpReply.empty(404)));
        channel = Ports.channel(port);
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        port.close();
        timer.shutdownNow();
    }

    /** Collects what the server sends. */
    private static final class Client implements StreamObserver<TsoResponse> {
        final BlockingQueue<TsoResponse> answers = new LinkedBlockingQueue<>();
        final CompletableFuture<Status> end = new CompletableFuture<>();

        @Override
        public void onNext(TsoResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }

        TsoResponse next() throws InterruptedException {
            TsoResponse answer = answers.poll(10, TimeUnit.SECONDS);
            assertNotNull(answer, "no answer");
            return answer;
        }

        Status ended() throws Exception {
            return end.get(10, TimeUnit.SECONDS);
        }
    }

    private TsoRequest request(int count) {
        return TsoRequest.newBuilder()
                .setHeader(RequestHeader.newBuilder().setClusterId(placement.clusterId))
                .setCount(count)
                .build();
    }

    private static long timestamp(TsoResponse answer) {
        return (answer.getTimestamp().getPhysical() << 18) + answer.getTimestamp().getLogical();
    }

    @Test
    void eachRequestGetsOneAnswerWithTheLargestTimestampOfItsBatch() throws Exception {
        placement.timestampSource = count -> (1_700_000_000_000L << 18) + 262_143;
        Client client = new Client();
        StreamObserver<TsoRequest> requests = PDGrpc.newStub(channel).tso(client);
        requests.onNext(request(10));
        TsoResponse answer = client.next();
        assertEquals(10, answer.getCount());
        assertEquals(1_700_000_000_000L, answer.getTimestamp().getPhysical());
        assertEquals(262_143, answer.getTimestamp().getLogical());
        assertEquals(0, answer.getTimestamp().getSuffixBits());
        assertEquals(placement.clusterId, answer.getHeader().getClusterId());
        assertTrue(!answer.getHeader().hasError());
        requests.onCompleted();
        assertEquals(Status.Code.OK, client.ended().getCode());
    }

    @Test
    void tenThousandPipelinedRequestsAreAnsweredInOrderAndTheHalfCloseWithOk() throws Exception {
        int requests = 10_000;
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        for (int i = 1; i <= requests; i++) {
            sender.onNext(request(i % 7 + 1));
        }
        sender.onCompleted();
        assertEquals(Status.Code.OK, client.ended().getCode());
        List<TsoResponse> answers = new ArrayList<>(client.answers);
        assertEquals(requests, answers.size());
        long before = 1L << 40;
        for (int i = 0; i < requests; i++) {
            TsoResponse answer = answers.get(i);
            assertEquals((i + 1) % 7 + 1, answer.getCount());
            assertEquals(before + answer.getCount(), timestamp(answer));
            before = timestamp(answer);
        }
        assertEquals(requests, counters.requests());
        assertEquals(before - (1L << 40), counters.timestamps());
    }

    @Test
    void oneMessageAndAnImmediateHalfCloseGiveOneAnswerAndOk() throws Exception {
        for (int i = 0; i < 20; i++) {
            Client client = new Client();
            StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
            sender.onNext(request(1));
            sender.onCompleted();
            assertEquals(Status.Code.OK, client.ended().getCode());
            assertEquals(1, client.answers.size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            COUNT  | TEXT
            0      | tso count should be positive
            # 2^32 - 1 on the wire
            -1     | tso count 4294967295 is larger than the maximum 262144
            262145 | tso count 262145 is larger than the maximum 262144
            """)
    void countsOutsideTheBoundsEndTheStream(int count, String text) throws Exception {
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        sender.onNext(request(count));
        Status status = client.ended();
        assertEquals(Status.Code.UNKNOWN, status.getCode());
        assertEquals(PREFIX + text, status.getDescription());
        assertEquals(1, counters.failures());
    }

    @Test
    void theLargestCountIsServed() throws Exception {
        Client client = new Client();
        PDGrpc.newStub(channel).tso(client).onNext(request(1 << 18));
        assertEquals(1 << 18, client.next().getCount());
    }

    @Test
    void aWrongClusterIdEndsTheStreamEvenOnAFollower() throws Exception {
        placement.serving = false;
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        sender.onNext(TsoRequest.newBuilder().setCount(1).build());
        Status status = client.ended();
        assertEquals(Status.Code.FAILED_PRECONDITION, status.getCode());
        assertEquals(
                "mismatch cluster id, need 9223372036854775815 but got 0", status.getDescription());
    }

    @Test
    void anIdleStreamSurvivesALeaderChangeAndItsNextRequestIsRefused() throws Exception {
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        sender.onNext(request(1));
        client.next();
        placement.serving = false;
        assertNull(client.end.getNow(null));
        sender.onNext(request(1));
        Status status = client.ended();
        assertEquals(Status.Code.UNKNOWN, status.getCode());
        assertEquals(PREFIX + "requested pd is not leader of cluster", status.getDescription());
        assertEquals(0, client.answers.size());
    }

    @Test
    void leadershipLostAfterTheComputationGivesNoTimestamp() throws Exception {
        placement.timestampSource =
                count -> {
                    throw new PlacementException(PlacementError.NOT_LEADER_ANYMORE, "test");
                };
        Client client = new Client();
        PDGrpc.newStub(channel).tso(client).onNext(request(1));
        assertEquals(PREFIX + "requested is not leader anymore", client.ended().getDescription());
    }

    @Test
    void beforeTheClusterIdIsKnownTheServerIsNotStarted() throws Exception {
        placement.clusterId = 0;
        Client client = new Client();
        PDGrpc.newStub(channel).tso(client).onNext(request(1));
        Status status = client.ended();
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("server not started", status.getDescription());
    }

    @ParameterizedTest
    @CsvSource({"TSO_NOT_READY", "TSO_EXHAUSTED"})
    void aRequestThatHasToWaitIsRetriedAndKeepsTheOrder(PlacementError error) throws Exception {
        AtomicInteger refusals = new AtomicInteger(3);
        placement.timestampSource =
                count -> {
                    if (refusals.getAndDecrement() > 0) {
                        throw new PlacementException(error, "test");
                    }
                    return placement.nextTimestamp(count);
                };
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        for (int i = 1; i <= 5; i++) {
            sender.onNext(request(i));
        }
        // The half close arrives while the first request waits.
        sender.onCompleted();
        assertEquals(Status.Code.OK, client.ended().getCode());
        List<Integer> counts = client.answers.stream().map(TsoResponse::getCount).toList();
        assertEquals(List.of(1, 2, 3, 4, 5), counts);
        assertEquals(3, counters.retries());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            TSO_NOT_READY | timestamp in memory isn't initialized
            TSO_EXHAUSTED | generate tso maximum number of retries exceeded
            """)
    void tenTriesAreEnough(PlacementError error, String text) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        placement.timestampSource =
                count -> {
                    tries.incrementAndGet();
                    throw new PlacementException(error, "test");
                };
        Client client = new Client();
        PDGrpc.newStub(channel).tso(client).onNext(request(1));
        assertEquals(PREFIX + text, client.ended().getDescription());
        assertEquals(10, tries.get());
    }

    @Test
    void otherStreamsAreServedWhileOneWaits() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        placement.timestampSource =
                count -> {
                    if (count == 2) {
                        waiting.countDown();
                        throw new PlacementException(PlacementError.TSO_EXHAUSTED, "test");
                    }
                    return placement.nextTimestamp(count);
                };
        // One connection, hence one network loop: a blocked thread would block both streams.
        Client slow = new Client();
        PDGrpc.newStub(channel).tso(slow).onNext(request(2));
        assertTrue(waiting.await(10, TimeUnit.SECONDS));
        Client fast = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(fast);
        for (int i = 0; i < 100; i++) {
            sender.onNext(request(1));
            fast.next();
        }
        assertNull(slow.end.getNow(null));
    }

    @Test
    void aCancelledStreamStopsRetrying() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(3);
        placement.timestampSource =
                count -> {
                    tries.incrementAndGet();
                    third.countDown();
                    throw new PlacementException(PlacementError.TSO_NOT_READY, "test");
                };
        Client client = new Client();
        StreamObserver<TsoRequest> sender = PDGrpc.newStub(channel).tso(client);
        sender.onNext(request(1));
        assertTrue(third.await(10, TimeUnit.SECONDS));
        sender.onError(Status.CANCELLED.asRuntimeException());
        assertEquals(Status.Code.CANCELLED, client.ended().getCode());
        // A tenth try would end the stream and count a failure.
        CompletableFuture<Void> later = new CompletableFuture<>();
        timer.schedule(
                () -> later.complete(null),
                TsoStream.RETRY_PAUSE_MILLIS * TsoStream.TRIES_MAX,
                TimeUnit.MILLISECONDS);
        later.get(10, TimeUnit.SECONDS);
        assertTrue(tries.get() < TsoStream.TRIES_MAX, "tries " + tries.get());
        assertEquals(0, counters.failures());
    }
}
