package org.pdtoolkit.server.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.PortException;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.RawHttp;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.PutResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.TxnResponse;

/** A proxy on a real port, in front of two small servers that play the members. */
@Timeout(60)
class ProxyNodeTest {
    @TempDir private Path directory;

    private final AtomicInteger puts = new AtomicInteger();
    private final BlockingQueue<HttpCall> calls = new ArrayBlockingQueue<>(100);
    private final List<ClientPort> members = new ArrayList<>();
    private ProxyNode proxy;
    private ManagedChannel channel;

    private final class Kv extends KVGrpc.KVImplBase {
        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            answer.onNext(RangeResponse.newBuilder().setCount(7).build());
            answer.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> answer) {
            puts.incrementAndGet();
            answer.onNext(PutResponse.getDefaultInstance());
            answer.onCompleted();
        }

        @Override
        public void txn(TxnRequest request, StreamObserver<TxnResponse> answer) {
            answer.onNext(TxnResponse.newBuilder().setSucceeded(true).build());
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
                    answer.onNext(
                            LeaseKeepAliveResponse.newBuilder().setID(request.getID()).build());
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

    @BeforeEach
    void startMembers() {
        List<BindableService> services = List.of(new Kv(), new Lease());
        for (int i = 0; i < 2; i++) {
            members.add(Ports.open(services, this::member));
        }
    }

    private CompletableFuture<HttpReply> member(HttpCall call) {
        if (call.rawPath().equals("/members")) {
            return CompletableFuture.completedFuture(
                    HttpReply.of(200, "application/json", memberList()));
        }
        calls.add(call);
        return CompletableFuture.completedFuture(
                HttpReply.of(203, "text/mine", "answer to " + call.target()).with("X-Own", "1"));
    }

    private String memberList() {
        List<String> items = new ArrayList<>();
        for (ClientPort member : members) {
            items.add("{\"peerURLs\":[\"%1$s\"],\"clientURLs\":[\"%1$s\"]}".formatted(url(member)));
        }
        return "[" + String.join(",", items) + "]";
    }

    private static String url(ClientPort port) {
        return "http://127.0.0.1:" + port.addresses().get(0).getPort();
    }

    private void start(boolean readOnly) throws IOException {
        start(readOnly, List.of(url(members.get(0))));
        while (get("/v2/config/local/proxy").body().length() < 30) {
            Thread.onSpinWait();
        }
    }

    private void start(boolean readOnly, List<String> peers) {
        start(readOnly, peers, ProxySettings.Times.defaults());
    }

    private void start(boolean readOnly, List<String> peers, ProxySettings.Times times) {
        for (int i = 1; proxy == null; i++) {
            try {
                proxy =
                        ProxyNode.start(
                                new ProxySettings(
                                        List.of(Ports.candidate()),
                                        Optional.empty(),
                                        Optional.empty(),
                                        directory,
                                        List.of(),
                                        readOnly,
                                        times),
                                () -> peers);
            } catch (PortException taken) {
                assertTrue(i < 50, taken.getMessage());
            }
        }
        channel = Ports.channel(proxy.port());
    }

    @AfterEach
    void stop() {
        if (proxy != null) {
            channel.shutdownNow();
            proxy.close();
        }
        members.forEach(ClientPort::close);
    }

    private InetSocketAddress address() {
        return proxy.port().addresses().get(0);
    }

    private RawHttp.Answer get(String target) throws IOException {
        return RawHttp.get(address(), target);
    }

    private RawHttp.Answer post(String target, String body) throws IOException {
        return RawHttp.request(address(), "POST", target, Map.of(), body);
    }

    @Test
    void requestsAndAnswersPassUnchanged() throws IOException {
        start(false);
        RawHttp.Answer answer = get("/any%20path?with=query");
        assertEquals(203, answer.status());
        assertEquals("answer to /any%20path?with=query", answer.body());
        assertEquals("text/mine", answer.fields().get("content-type"));
        assertEquals("1", answer.fields().get("x-own"));
        assertEquals("127.0.0.1", calls.remove().field("X-Forwarded-For").orElseThrow());
        assertEquals(203, post("/v3/kv/put", "{\"key\":1}").status());
        assertEquals("{\"key\":1}", new String(calls.remove().body(), StandardCharsets.UTF_8));
    }

    @Test
    void callsAndStreamsPass() throws IOException, InterruptedException {
        start(false);
        assertEquals(
                7,
                KVGrpc.newBlockingStub(channel)
                        .range(RangeRequest.getDefaultInstance())
                        .getCount());
        BlockingQueue<Long> seen = new ArrayBlockingQueue<>(10);
        StreamObserver<LeaseKeepAliveRequest> stream =
                LeaseGrpc.newStub(channel).leaseKeepAlive(collector(seen));
        for (long id = 1; id <= 3; id++) {
            stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
            assertEquals(id, seen.poll(20, TimeUnit.SECONDS));
        }
        stream.onCompleted();
        assertEquals(-1, seen.poll(20, TimeUnit.SECONDS));
    }

    private static StreamObserver<LeaseKeepAliveResponse> collector(BlockingQueue<Long> seen) {
        return new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse value) {
                seen.add(value.getID());
            }

            @Override
            public void onError(Throwable failure) {
                seen.add(-2L);
            }

            @Override
            public void onCompleted() {
                seen.add(-1L);
            }
        };
    }

    @Test
    void anUnknownCallIsTheMembersToRefuse() throws IOException {
        start(false);
        StatusRuntimeException refused =
                assertThrows(
                        StatusRuntimeException.class,
                        () ->
                                KVGrpc.newBlockingStub(channel)
                                        .deleteRange(DeleteRangeRequest.getDefaultInstance()));
        assertEquals(Status.Code.UNIMPLEMENTED, refused.getStatus().getCode());
    }

    @Test
    void anyMemberMayGo() throws IOException {
        start(false);
        members.remove(0).close();
        for (int i = 0; i < 20; i++) {
            assertEquals(203, post("/v3/kv/put", "{}").status());
            KVGrpc.newBlockingStub(channel).put(PutRequest.getDefaultInstance());
        }
        assertEquals(20, puts.get());
        members.remove(0).close();
        assertEquals(502, get("/version").status());
        RawHttp.Answer none = get("/version");
        assertEquals(503, none.status());
        assertEquals(
                "{\"message\":\"httpproxy: zero endpoints currently available\"}", none.body());
    }

    @Test
    void aReadOnlyProxyRefusesWhatChangesSomething() throws IOException {
        start(true);
        assertEquals(203, get("/health").status());
        assertEquals(203, post("/v3/kv/range", "{}").status());
        assertEquals(203, post("/v3/kv/txn", "{\"success\":[{\"request_range\":{}}]}").status());
        String write = "{\"success\":[{\"requestPut\":{\"key\":\"YQ==\"}}]}";
        calls.clear();
        for (String path : List.of("/v3/kv/put", "/v3/lease/grant", "/pd/api/v1/stores", "/")) {
            RawHttp.Answer answer = post(path, "{}");
            assertEquals(501, answer.status(), path);
            assertEquals("", answer.body());
        }
        assertEquals(501, post("/v3/kv/txn", write).status());
        assertEquals(501, post("/v3/kv/txn", "{broken").status());
        assertEquals(0, calls.size());
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        assertEquals(7, kv.range(RangeRequest.getDefaultInstance()).getCount());
        assertTrue(kv.txn(TxnRequest.getDefaultInstance()).getSucceeded());
        StatusRuntimeException refused =
                assertThrows(
                        StatusRuntimeException.class,
                        () -> kv.put(PutRequest.getDefaultInstance()));
        assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
        assertEquals(
                "this proxy is read-only and does not forward Put",
                refused.getStatus().getDescription());
        TxnRequest txn =
                TxnRequest.newBuilder()
                        .addFailure(
                                RequestOp.newBuilder()
                                        .setRequestPut(
                                                PutRequest.newBuilder()
                                                        .setKey(ByteString.copyFromUtf8("a"))))
                        .build();
        assertThrows(StatusRuntimeException.class, () -> kv.txn(txn));
        assertEquals(0, puts.get());
    }

    @Test
    void withoutMembersEverythingIsRefused() throws IOException {
        start(false, List.of("http://127.0.0.1:1"));
        assertEquals(503, get("/version").status());
        assertEquals("{\"endpoints\":[]}\n", get("/v2/config/local/proxy").body());
        assertEquals(200, get("/metrics").status());
        StatusRuntimeException refused =
                assertThrows(
                        StatusRuntimeException.class,
                        () ->
                                KVGrpc.newBlockingStub(channel)
                                        .range(RangeRequest.getDefaultInstance()));
        assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
    }

    /** A client connects once; when there are members again, it must not be the last to know. */
    @Test
    void membersThatCannotBeReachedAreTriedAgainAfterEachFailureWait() throws Exception {
        ProxySettings.Times usual = ProxySettings.Times.defaults();
        ProxySettings.Times eager =
                new ProxySettings.Times(
                        Duration.ofMillis(10),
                        usual.refresh(),
                        usual.dial(),
                        usual.write(),
                        usual.read());
        start(false, List.of(url(members.get(0))), eager);
        while (get("/v2/config/local/proxy").body().length() < 30) {
            Thread.onSpinWait();
        }
        List<InetSocketAddress> gone = new ArrayList<>();
        for (ClientPort member : members) {
            gone.add(member.addresses().get(0));
            member.close();
        }
        members.clear();
        AtomicInteger attempts = new AtomicInteger();
        try (ServerSocket dead = new ServerSocket()) {
            dead.setReuseAddress(true);
            dead.bind(gone.get(0));
            new Thread(() -> hangUp(dead, attempts), "dead-member").start();
            // gRPC's own pauses would make this many attempts in ten minutes.
            while (attempts.get() < 15) {
                assertThrows(
                        StatusRuntimeException.class,
                        () ->
                                KVGrpc.newBlockingStub(channel)
                                        .range(RangeRequest.getDefaultInstance()));
            }
        }
    }

    private static void hangUp(ServerSocket socket, AtomicInteger connections) {
        try {
            while (true) {
                socket.accept().close();
                connections.incrementAndGet();
            }
        } catch (IOException closed) {
            return;
        }
    }

    @Test
    void theDirectoryHoldsThePeerUrlsAndStaysAProxys() throws IOException {
        start(false);
        Path file = directory.resolve("proxy/cluster");
        while (!Files.readString(file).contains(url(members.get(1)))) {
            Thread.onSpinWait();
        }
        try (var entries = Files.walk(directory).filter(Files::isRegularFile)) {
            assertEquals(List.of(file), entries.toList());
        }
        assertEquals(2, new ClusterFile(directory).read().size());
        assertEquals(ProxyNode.Usage.PROXY, ProxyNode.usage(directory));
        Files.createFile(directory.resolve("FORMAT"));
        assertThrows(PortException.class, () -> ProxyNode.usage(directory));
    }
}
