package org.pdtoolkit.server.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.RawHttp;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;
import org.pdtoolkit.wire.etcdserverpb.SnapshotRequest;
import org.pdtoolkit.wire.etcdserverpb.SnapshotResponse;
import org.pdtoolkit.wire.mvccpb.KeyValue;

/** The gateway on a real port, in front of small services of its own. */
class JsonGatewayTest {
    private static final int CHUNK_BYTES = 64 << 10;

    private final BlockingQueue<RangeRequest> ranges = new ArrayBlockingQueue<>(100);
    private final BlockingQueue<Metadata> metadata = new ArrayBlockingQueue<>(100);
    private final AtomicInteger chunks = new AtomicInteger();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    private final class Kv extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            ranges.add(request);
            if (request.getKey().isEmpty()) {
                answer.onError(ErrorCatalogue.ETCD_KEY_EMPTY.status().asRuntimeException());
                return;
            }
            if (request.getKey().toStringUtf8().equals("wait")) {
                ((ServerCallStreamObserver<RangeResponse>) answer)
                        .setOnCancelHandler(cancelled::countDown);
                return;
            }
            answer.onNext(
                    RangeResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setClusterId(-1L).setRevision(7))
                            .addKvs(KeyValue.newBuilder().setKey(request.getKey()).setVersion(1))
                            .build());
            answer.onCompleted();
        }
    }

    private static final class Lease extends LeaseGrpc.LeaseImplBase {
        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                StreamObserver<LeaseKeepAliveResponse> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    if (request.getID() == 13) {
                        answer.onError(ErrorCatalogue.ETCD_NO_LEADER.status().asRuntimeException());
                        return;
                    }
                    answer.onNext(
                            LeaseKeepAliveResponse.newBuilder()
                                    .setID(request.getID())
                                    .setTTL(10)
                                    .build());
                }

                @Override
                public void onError(Throwable failure) {
                    // The call is over.
                }

                @Override
                public void onCompleted() {
                    answer.onCompleted();
                }
            };
        }
    }

    /** Chunks without end, as fast as they are taken. */
    private final class Endless extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> answer) {
            ServerCallStreamObserver<SnapshotResponse> call =
                    (ServerCallStreamObserver<SnapshotResponse>) answer;
            SnapshotResponse chunk =
                    SnapshotResponse.newBuilder()
                            .setBlob(ByteString.copyFrom(new byte[CHUNK_BYTES]))
                            .build();
            call.setOnCancelHandler(cancelled::countDown);
            call.setOnReadyHandler(
                    () -> {
                        while (call.isReady()) {
                            chunks.incrementAndGet();
                            call.onNext(chunk);
                        }
                    });
        }
    }

    private final ServerInterceptor recorder =
            new ServerInterceptor() {
                @Override
                public <Q, A> ServerCall.Listener<Q> interceptCall(
                        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                    metadata.add(headers);
                    return next.startCall(call, headers);
                }
            };
    private final ServerServiceDefinition kv = ServerInterceptors.intercept(new Kv(), recorder);
    private final List<BindableService> services = List.of(() -> kv, new Lease(), new Endless());
    private final LocalServices local = LocalServices.open(services, List.of());
    private final ClientPort port =
            Ports.open(List.of(), new JsonGateway(local.channel(), local.executor()));

    @AfterEach
    void stop() {
        port.close();
        local.close();
    }

    private InetSocketAddress address() {
        return port.addresses().get(0);
    }

    private RawHttp.Answer post(String path, String body) throws IOException {
        return RawHttp.request(address(), "POST", path, Map.of(), body);
    }

    @Test
    void aCallIsTranslatedBothWays() throws IOException {
        RawHttp.Answer answer =
                post(
                        "/v3/kv/range",
                        "{\"key\":\"Zm9v\",\"range_end\":\"_-8\",\"limit\":\"3\",\"sort_order\":"
                                + "\"DESCEND\",\"sortTarget\":3,\"serializable\":true,"
                                + "\"other\":{}}");
        assertEquals(200, answer.status());
        assertEquals("application/json", answer.fields().get("content-type"));
        assertEquals(
                "{\"header\":{\"cluster_id\":\"18446744073709551615\",\"revision\":\"7\"},"
                        + "\"kvs\":[{\"key\":\"Zm9v\",\"version\":\"1\"}]}",
                answer.body());
        assertEquals(
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("foo"))
                        .setRangeEnd(ByteString.copyFrom(new byte[] {-1, -17}))
                        .setLimit(3)
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setSortTarget(RangeRequest.SortTarget.MOD)
                        .setSerializable(true)
                        .build(),
                ranges.remove());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {"key":"Zm9v","sort_order":9}         | 200
            {"key":"Zm9v","sort_order":"NOSUCH"}  | 200
            {"key":"Zm9v"} and more               | 200
            {"key":"Zm9v"                         | 400
            {key:"Zm9v"}                          | 400
            {'key':"Zm9v"}                        | 400
            {not                                  | 400
            []                                    | 400
            "text"                                | 400
            {"key":"!!"}                          | 400
            {"key":5}                             | 400
            {"key":"Zm9v","limit":"x"}            | 400
            {"key":"Zm9v","limit":99999999999999999999} | 400
            """)
    void bodiesAreJudgedAsByTheOriginal(String body, int status) throws IOException {
        RawHttp.Answer answer = post("/v3/kv/range", body);
        assertEquals(status, answer.status(), answer.body());
        if (status == 400) {
            assertTrue(answer.body().startsWith("{\"code\":3,\"message\":\""), answer.body());
        }
    }

    @Test
    void failuresCarryTheirCode() throws IOException {
        for (String body : List.of("", "{}")) {
            RawHttp.Answer answer = post("/v3/kv/range", body);
            assertEquals(400, answer.status());
            assertEquals(
                    "{\"code\":3,\"message\":\"etcdserver: key is not provided\"}", answer.body());
        }
        assertEquals(501, post("/v3/kv/put", "{}").status(), "a service says unimplemented");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String nested = "{\"success\":[{\"request_txn\":".repeat(5_000);
        assertEquals(400, post("/v3/kv/txn", nested).status());
    }

    @Test
    void unknownPathsAndMethodsAreRefused() throws IOException {
        RawHttp.Answer unknown = post("/v3/kv/nosuch", "{}");
        assertEquals(404, unknown.status());
        assertEquals("{\"code\":5,\"message\":\"Not Found\"}", unknown.body());
        RawHttp.Answer get = RawHttp.get(address(), "/v3/kv/range");
        assertEquals(501, get.status());
        assertEquals("{\"code\":12,\"message\":\"Method Not Allowed\"}", get.body());
        assertEquals("application/json", get.fields().get("content-type"));
    }

    @Test
    void tokenAndMetadataGoAlong() throws IOException {
        RawHttp.request(
                address(),
                "POST",
                "/v3/kv/range",
                Map.of(
                        "Authorization", "secret.1",
                        "Grpc-Metadata-hasleader", "true",
                        "Grpc-Metadata-", "empty",
                        "Grpc-Metadata-x-bin", "no text",
                        "Grpc-Metadata-a!", "no name"),
                "{\"key\":\"Zm9v\"}");
        Metadata seen = metadata.remove();
        assertEquals("secret.1", text(seen, "authorization"));
        assertEquals("true", text(seen, "hasleader"));
        assertEquals(
                0L, seen.keys().stream().filter(key -> key.contains("bin")).count(), "no binary");
    }

    private static String text(Metadata metadata, String name) {
        return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    @Test
    void aStreamIsALineForEachMessage() throws IOException {
        try (RawHttp http = new RawHttp(address())) {
            http.send("POST", "/v3/lease/keepalive", Map.of(), "{\"ID\":\"5\"}{\"ID\":6}");
            String answer = http.until("0\r\n\r\n", 1);
            assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            assertTrue(answer.contains("transfer-encoding: chunked"), answer);
            assertTrue(answer.contains("{\"result\":{\"ID\":\"5\",\"TTL\":\"10\"}}\n"), answer);
            assertTrue(answer.contains("{\"result\":{\"ID\":\"6\",\"TTL\":\"10\"}}\n"), answer);
            http.send("POST", "/v3/kv/range", Map.of(), "{\"key\":\"Zm9v\"}");
            assertEquals(200, http.answer().status(), "the connection goes on");
        }
    }

    @Test
    void aStreamEndsWithItsFailure() throws IOException {
        String error = "{\"error\":{\"code\":14,\"message\":\"etcdserver: no leader\"}}\n";
        try (RawHttp http = new RawHttp(address())) {
            http.send("POST", "/v3/lease/keepalive", Map.of(), "{\"ID\":13}");
            String answer = http.until("0\r\n\r\n", 1);
            assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
            assertTrue(answer.contains(error), answer);
            http.send("POST", "/v3/lease/keepalive", Map.of(), "{\"ID\":5}{\"ID\":13}");
            answer = http.until("0\r\n\r\n", 1);
            assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            assertTrue(answer.contains(error), answer);
        }
    }

    @Test
    void aSlowReaderHoldsTheSourceBackAndItsLeavingEndsTheCall()
            throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(CHUNK_BYTES);
            socket.connect(address());
            socket.getOutputStream()
                    .write(
                            "POST /v3/maintenance/snapshot HTTP/1.1\r\nHost: a\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            assertEquals("HTTP/1.1 200 OK", in.readLine());
            // Stops once buffers are full; a source without bounds would fill the heap here.
            int before;
            do {
                before = chunks.get();
                TimeUnit.MILLISECONDS.sleep(500);
            } while (chunks.get() != before);
            assertTrue(before < 500, before + " chunks were produced for a client that waits");
        }
        assertTrue(cancelled.await(20, TimeUnit.SECONDS), "the call outlives its client");
    }

    @Test
    void aCallThatWaitsEndsWhenItsClientLeaves() throws IOException, InterruptedException {
        try (RawHttp http = new RawHttp(address())) {
            http.send("POST", "/v3/kv/range", Map.of(), "{\"key\":\"d2FpdA==\"}");
            assertNotNull(ranges.poll(20, TimeUnit.SECONDS));
        }
        assertTrue(cancelled.await(20, TimeUnit.SECONDS), "the call outlives its client");
    }

    @Test
    void oversizedRequestsAreRefused() throws IOException {
        try (RawHttp http = new RawHttp(address())) {
            http.send("POST /v3/kv/range HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n");
            assertEquals(413, http.answer().status());
        }
        try (RawHttp http = new RawHttp(address())) {
            http.send("GET /v3/kv/range HTTP/1.1\r\nx: " + "y".repeat(70_000) + "\r\n\r\n");
            assertEquals(431, http.answer().status());
        }
    }

    @Test
    void aStatusWithoutTextHasNoMessage() {
        assertEquals("{\"code\":13}", JsonMessages.print(Status.INTERNAL));
    }
}
