package org.pdtoolkit.server.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.RawHttp;

/** The port itself: protocols, bounds, opening and closing. */
class ClientPortTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String EMPTY_SETTINGS = "\0\0\0\4\0\0\0\0\0";

    private final HttpHandler echo =
            call ->
                    CompletableFuture.completedFuture(
                            HttpReply.of(
                                    200,
                                    "text/plain",
                                    call.method()
                                            + " "
                                            + call.target()
                                            + " "
                                            + call.body().length));
    private ClientPort port;

    @AfterEach
    void close() {
        if (port != null) {
            port.close();
        }
    }

    private static List<BindableService> health() {
        return List.of(new HealthStatusManager().getHealthService());
    }

    private void open(HttpHandler http, PortLimits limits) {
        port = Ports.open(Optional.empty(), health(), http, limits);
    }

    private void open() {
        open(echo, PortLimits.defaults());
    }

    private InetSocketAddress address() {
        return port.addresses().get(0);
    }

    private static PortLimits limits(int connections, int handshakeMillis, int httpMillis) {
        PortLimits limits = PortLimits.defaults();
        return new PortLimits(
                connections,
                Duration.ofMillis(handshakeMillis),
                Duration.ofMillis(httpMillis),
                Duration.ofMillis(httpMillis),
                8 << 10,
                64 << 10,
                limits.messageBytesMax(),
                limits.streamsMax(),
                Duration.ofSeconds(1),
                2);
    }

    private void assertServes() throws IOException {
        assertEquals("GET /still 0", RawHttp.get(address(), "/still").body());
        assertEquals(HealthCheckResponse.ServingStatus.SERVING, checkHealth(Ports.channel(port)));
    }

    private static HealthCheckResponse.ServingStatus checkHealth(ManagedChannel channel) {
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void bothProtocolsShareTheAddress() throws IOException {
        open();
        assertServes();
        assertEquals(
                "POST /a?b 3", RawHttp.request(address(), "POST", "/a?b", Map.of(), "xyz").body());
    }

    @Test
    void everyAddressIsListenedOnAndReported() throws IOException {
        port =
                ClientPort.start(
                        List.of(Ports.candidate(), Ports.candidate()),
                        Optional.empty(),
                        health(),
                        echo);
        assertEquals(2, port.addresses().size());
        for (InetSocketAddress address : port.addresses()) {
            assertEquals("GET / 0", RawHttp.get(address, "/").body());
        }
    }

    @Test
    void aPortInUseIsRefusedByNameAndNothingStaysOpen() throws IOException {
        open();
        InetSocketAddress free = Ports.candidate();
        PortException refused =
                assertThrows(
                        PortException.class,
                        () ->
                                ClientPort.start(
                                        List.of(free, address()),
                                        Optional.empty(),
                                        List.of(),
                                        echo));
        assertEquals(
                "cannot listen on 127.0.0.1:%d: Address already in use"
                        .formatted(address().getPort()),
                refused.getMessage().replaceFirst(" \\(.*", ""));
        assertThrows(IOException.class, () -> RawHttp.get(free, "/"));
    }

    @Test
    void anUnknownHostIsRefusedByName() {
        PortException refused =
                assertThrows(
                        PortException.class,
                        () ->
                                ClientPort.start(
                                        List.of(
                                                InetSocketAddress.createUnresolved(
                                                        "no-such-host.invalid", 2379)),
                                        Optional.empty(),
                                        List.of(),
                                        echo));
        assertEquals(
                "cannot listen on no-such-host.invalid:2379: unknown host", refused.getMessage());
    }

    @Test
    void keptAliveAndPipelinedRequestsAreAnsweredInOrderOneAtATime() throws IOException {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        open(
                call ->
                        CompletableFuture.supplyAsync(
                                () -> {
                                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                                    Thread.yield();
                                    underWay.decrementAndGet();
                                    return HttpReply.of(200, "text/plain", call.target());
                                }),
                PortLimits.defaults());
        // A read that brings more than 128 requests ends the connection.
        int requests = 100;
        try (RawHttp http = new RawHttp(address())) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < requests; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
            }
            http.send(all.toString());
            for (int i = 0; i < requests; i++) {
                assertEquals("/" + i, http.answer().body());
            }
            http.send("GET", "/last", Map.of(), "");
            assertEquals("/last", http.answer().body());
        }
        assertEquals(1, most.get());
    }

    @Test
    void aFailingHandlerGivesAPlainFiveHundredAndTheConnectionGoesOn() throws IOException {
        open(
                call ->
                        call.target().equals("/thrown")
                                ? throwing()
                                : CompletableFuture.failedFuture(
                                        new IllegalStateException("secret")),
                PortLimits.defaults());
        try (RawHttp http = new RawHttp(address())) {
            for (String target : List.of("/thrown", "/failed")) {
                http.send("GET", target, Map.of(), "");
                RawHttp.Answer answer = http.answer();
                assertEquals(500, answer.status());
                assertEquals("internal error\n", answer.body());
            }
        }
    }

    private static CompletableFuture<HttpReply> throwing() {
        throw new IllegalStateException("secret");
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TARGET_BYTES | HEADER_BYTES | BODY_BYTES | STATUS
                    # limits of this test: 8 KiB, 8 KiB, 64 KiB
                    8000         | 0            | 0          | 200
                    8300         | 0            | 0          | 414
                    900000       | 0            | 0          | 414
                    1            | 8000         | 0          | 200
                    1            | 9000         | 0          | 431
                    1            | 900000       | 0          | 431
                    1            | 0            | 65536      | 200
                    1            | 0            | 65537      | 413
                    1            | 0            | 6553600    | 413
                    """)
    void oversizedRequestsAreRefused(int target, int header, int body, int status)
            throws IOException {
        open(echo, limits(100, 5_000, 5_000));
        Map<String, String> fields = header == 0 ? Map.of() : Map.of("X", "h".repeat(header));
        String answer;
        try (RawHttp http = new RawHttp(address())) {
            try {
                http.send("POST", "/" + "t".repeat(target - 1), fields, "b".repeat(body));
            } catch (IOException closedWhileSending) {
                assertTrue(status != 200);
            }
            try {
                answer = String.valueOf(http.answer().status());
            } catch (IOException reset) {
                // The refusal can be lost when the server closes on data it has not read.
                answer = "reset";
            }
        }
        assertTrue(
                answer.equals(String.valueOf(status)) || status != 200 && answer.equals("reset"),
                answer);
        assertServes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // the beginning of a TLS greeting, on a port without TLS
                "\26\3\1\2\0\1\0\1\374\3\3\r\n\r\n",
                "nonsense\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            })
    void garbageIsAnsweredWithBadRequestAndClosed(String sent) throws IOException {
        open(echo, limits(100, 2_000, 2_000));
        try (RawHttp http = new RawHttp(address())) {
            http.send(sent);
            String answer = http.rest();
            assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
        }
        assertServes();
    }

    @ParameterizedTest
    @CsvSource({"''", "'P'", "'PRI * HTTP/2.0'", "'GET / HT'"})
    void aConnectionThatSaysNothingUsefulIsClosed(String sent) throws IOException {
        open(echo, limits(100, 300, 300));
        long start = System.nanoTime();
        try (RawHttp http = new RawHttp(address())) {
            http.send(sent);
            assertTrue(http.closedByServer());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis >= 250, "closed after " + millis + " ms");
        assertServes();
    }

    @Test
    void anHttp2GreetingWithoutSettingsIsClosedAndOneWithThemStays() throws IOException {
        open(echo, limits(100, 400, 400));
        try (RawHttp half = new RawHttp(address());
                RawHttp whole = new RawHttp(address())) {
            half.send(PREFACE);
            whole.send(PREFACE + EMPTY_SETTINGS);
            assertTrue(half.closedByServer());
            // The other has outlived the same deadline; it answers a ping.
            whole.send("\0\0\10\6\0\0\0\0\0" + "12345678");
            assertFalse(whole.closedByServer());
        }
    }

    @Test
    void framesThatMakeNoSenseEndTheirConnectionOnly() throws IOException {
        open();
        try (RawHttp http = new RawHttp(address())) {
            http.send(PREFACE + EMPTY_SETTINGS + "\177\177\177" + "x".repeat(2_000));
            http.rest();
        }
        assertServes();
    }

    private static String frame(int type, int flags, int stream, String payload) {
        ByteBuffer head = ByteBuffer.allocate(9).putInt(payload.length() << 8 | type);
        head.put((byte) flags).putInt(stream);
        return new String(head.array(), StandardCharsets.ISO_8859_1) + payload;
    }

    /** A call of health's Watch up to its request: HEADERS, in HPACK without a table. */
    private static String headers(int stream) {
        String path = "/grpc.health.v1.Health/Watch";
        return frame(
                1,
                4,
                stream,
                "\u0083\u0086\4" // POST, http, :path
                        + ((char) path.length() + path)
                        + "\17\20\20application/grpc"
                        + "\0\2te\10trailers");
    }

    private static String reset(int stream, int code) {
        return frame(3, 0, stream, "\0\0\0" + (char) code);
    }

    @Test
    void callsBeyondTheBoundOfAConnectionAreRefusedAndTheOthersGoOn() throws IOException {
        open(echo, PortLimits.defaults().forMessages(1 << 20, 3));
        String emptyRequest = "\0\0\0\0\0";
        int refused = 7;
        int cancel = 8;
        try (RawHttp http = new RawHttp(address())) {
            http.send(PREFACE + EMPTY_SETTINGS + frame(4, 1, 0, ""));
            for (int stream = 1; stream <= 5; stream += 2) {
                http.send(headers(stream) + frame(0, 1, stream, emptyRequest));
                http.until(frame(0, 0, stream, "\0\0\0\0\2\b\1"), 1);
            }
            http.send(headers(7));
            assertTrue(http.until(reset(7, refused), 1).endsWith(reset(7, refused)));
            int last = 7 + 2 * 300;
            for (int stream = 9; stream <= last; stream += 2) {
                http.send(headers(stream));
            }
            assertTrue(http.until(reset(last, refused), 1).endsWith(reset(last, refused)));
            // One less makes room for one more.
            http.send(reset(3, cancel));
            http.send(headers(last + 2) + frame(0, 1, last + 2, emptyRequest));
            String served = frame(0, 0, last + 2, "\0\0\0\0\2\b\1");
            assertTrue(http.until(served, 1).endsWith(served));
        }
        assertServes();
    }

    private static boolean sent(RawHttp http, String frames) throws IOException {
        try {
            http.send(frames);
            return true;
        } catch (SocketException closed) {
            return false;
        }
    }

    /** Calls that are cancelled at once cost the server more than the client. */
    @Test
    void aConnectionMayNotBeginAndCancelCallsWithoutEnd() throws IOException {
        open();
        int allowed = 10_000;
        int cancel = 8;
        try (RawHttp http = new RawHttp(address())) {
            http.send(PREFACE + EMPTY_SETTINGS + frame(4, 1, 0, ""));
            int stream = 1;
            for (int i = 0; i < allowed; i++, stream += 2) {
                http.send(headers(stream) + reset(stream, cancel));
            }
            http.send(frame(6, 0, 0, "12345678"));
            String pong = frame(6, 1, 0, "12345678");
            assertTrue(http.until(pong, 1).endsWith(pong));
            boolean open = true;
            for (int i = 0; i < 5 * allowed && open; i++, stream += 2) {
                open = sent(http, headers(stream) + reset(stream, cancel));
            }
            assertTrue(!open || http.closedByServer() || http.rest().length() > 0);
        }
        assertServes();
    }

    @Test
    void aKeptAliveConnectionThatStaysSilentIsClosed() throws IOException {
        open(echo, limits(100, 5_000, 300));
        try (RawHttp http = new RawHttp(address())) {
            http.send("GET", "/", Map.of(), "");
            assertEquals(200, http.answer().status());
            assertTrue(http.closedByServer());
        }
    }

    @Test
    void aBodyThatNeverEndsIsClosed() throws IOException {
        open(echo, limits(100, 5_000, 300));
        try (RawHttp http = new RawHttp(address())) {
            http.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
            assertTrue(http.closedByServer());
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosedAtOnceAndThoseBelowItServe() throws IOException {
        open(echo, limits(3, 5_000, 5_000));
        List<RawHttp> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                RawHttp http = new RawHttp(address());
                http.send("GET", "/" + i, Map.of(), "");
                assertEquals(200, http.answer().status());
                open.add(http);
            }
            assertEquals(3, port.openConnections());
            try (RawHttp fourth = new RawHttp(address())) {
                assertTrue(fourth.closedByServer());
            }
            open.get(0).send("GET", "/again", Map.of(), "");
            assertEquals(200, open.get(0).answer().status());
        } finally {
            for (RawHttp http : open) {
                http.close();
            }
        }
    }

    @Test
    void tenThousandConnectionsOfGarbageDoNotHurt() throws IOException {
        open();
        String[] garbage = {
            "",
            "\0",
            "\26\3\1\2\0\1\0\1\374\3\3",
            "PRI * HTTP",
            PREFACE,
            PREFACE + "x".repeat(99),
            "GET",
            "GET / HTTP/1.1\r\n",
            "nonsense\r\n\r\n",
            "\377".repeat(300),
        };
        for (int i = 0; i < 10_000; i++) {
            try (RawHttp http = new RawHttp(address())) {
                http.send(garbage[i % garbage.length]);
            }
        }
        assertServes();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (port.openConnections() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertEquals(0, port.openConnections());
    }

    @Test
    void pingsEveryFiveSecondsWithoutACallAreAllowed() throws Exception {
        open();
        try (RawHttp http = new RawHttp(address())) {
            http.send(PREFACE + EMPTY_SETTINGS);
            String ping = "\0\0\10\6\0\0\0\0\0" + "12345678";
            // Too early twice, which is forgiven; a third time would not be.
            http.send(ping + ping);
            CompletableFuture.runAsync(
                            () -> {},
                            CompletableFuture.delayedExecutor(5_100, TimeUnit.MILLISECONDS))
                    .get();
            http.send(ping);
            String answer = "\0\0\10\6\1\0\0\0\0" + "12345678";
            String frames = http.until(answer, 3);
            assertTrue(frames.endsWith(answer));
            assertFalse(frames.contains("too_many_pings"));
        }
    }

    @Test
    void closingWaitsForTheRequestUnderWayAndAcceptsNoOther() throws Exception {
        CompletableFuture<HttpReply> answer = new CompletableFuture<>();
        CountDownLatch arrived = new CountDownLatch(1);
        open(
                call -> {
                    arrived.countDown();
                    return answer;
                },
                PortLimits.defaults());
        InetSocketAddress address = address();
        try (RawHttp http = new RawHttp(address)) {
            http.send("GET", "/", Map.of(), "");
            assertTrue(arrived.await(10, TimeUnit.SECONDS));
            CompletableFuture<Void> closed = CompletableFuture.runAsync(port::close);
            while (!refuses(address)) {
                Thread.onSpinWait();
            }
            assertFalse(closed.isDone());
            answer.complete(HttpReply.of(200, "text/plain", "late"));
            RawHttp.Answer late = http.answer();
            assertEquals("late", late.body());
            assertTrue(http.closedByServer());
            closed.get(10, TimeUnit.SECONDS);
        }
    }

    private static boolean refuses(InetSocketAddress address) {
        try (RawHttp http = new RawHttp(address)) {
            return http.closedByServer();
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void closingCutsWhatDoesNotEndWithinTheGrace() throws Exception {
        CompletableFuture<HttpReply> never = new CompletableFuture<>();
        CountDownLatch arrived = new CountDownLatch(1);
        open(
                call -> {
                    arrived.countDown();
                    return never;
                },
                limits(100, 5_000, 5_000));
        CompletableFuture<Status> streamEnd = new CompletableFuture<>();
        CountDownLatch streaming = new CountDownLatch(1);
        ManagedChannel channel = Ports.channel(port);
        HealthGrpc.newStub(channel)
                .watch(
                        HealthCheckRequest.getDefaultInstance(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(HealthCheckResponse status) {
                                streaming.countDown();
                            }

                            @Override
                            public void onError(Throwable failure) {
                                streamEnd.complete(Status.fromThrowable(failure));
                            }

                            @Override
                            public void onCompleted() {
                                streamEnd.complete(Status.OK);
                            }
                        });
        assertTrue(streaming.await(10, TimeUnit.SECONDS));
        try (RawHttp http = new RawHttp(address())) {
            http.send("GET", "/", Map.of(), "");
            assertTrue(arrived.await(10, TimeUnit.SECONDS));
            assertNull(streamEnd.getNow(null));
            long start = System.nanoTime();
            port.close();
            assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < 4);
            assertTrue(http.closedByServer());
        }
        assertEquals(Status.Code.UNAVAILABLE, streamEnd.get(10, TimeUnit.SECONDS).getCode());
        channel.shutdownNow();
    }
}
