package org.pdtoolkit.tests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.process.EtcdSession;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.wire.pdpb.AllocIDRequest;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;

/**
 * PD's calls and pages through a proxy. A member that does not lead passes HTTP on to the leader by
 * itself, and gRPC if the client names the leader, as PD's clients do.
 */
class PdProxyTest {
    private static final int CALL_SECONDS = 20;
    private static final Metadata.Key<String> FORWARDED_HOST =
            Metadata.Key.of("pd-forwarded-host", Metadata.ASCII_STRING_MARSHALLER);

    @TempDir static Path directory;
    private static LocalCluster cluster;
    private static ProxyProcess proxy;
    private static ProxyProcess reader;
    private static String leader;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(List.of("file", "file", "file"), directory, List.of());
        cluster.start();
        String endpoints = "--endpoints=" + String.join(",", cluster.clientUrls());
        proxy = ProxyProcess.plain("proxy", directory, "--proxy=on", endpoints).start();
        reader = ProxyProcess.plain("reader", directory, "--proxy=readonly", endpoints).start();
        cluster.awaitLeader(ProxyProcess.PATIENCE);
        leader = cluster.endpoints().leaderUrl().orElseThrow();
        proxy.awaitEndpoints(Set.copyOf(cluster.clientUrls()));
        reader.awaitEndpoints(Set.copyOf(cluster.clientUrls()));
    }

    @AfterAll
    static void stop() {
        reader.close();
        proxy.close();
        cluster.close();
    }

    private static Channel toLeader(ProxyProcess through) {
        Metadata metadata = new Metadata();
        metadata.put(FORWARDED_HOST, leader);
        return ClientInterceptors.intercept(
                cluster.endpoints().channel(through.url()),
                MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static RequestHeader header() {
        return RequestHeader.newBuilder().setClusterId(cluster.endpoints().clusterId()).build();
    }

    private static AllocIDRequest oneId() {
        return AllocIDRequest.newBuilder().setHeader(header()).setCount(1).build();
    }

    @Test
    void callsPass() {
        Optional<GetMembersResponse> members = cluster.endpoints().members(proxy.url());
        assertEquals(3, members.orElseThrow().getMembersCount());
        assertEquals(leader, members.get().getLeader().getClientUrls(0));
        PDGrpc.PDBlockingStub pd = PDGrpc.newBlockingStub(toLeader(proxy));
        long first = pd.allocID(oneId()).getId();
        assertTrue(pd.allocID(oneId()).getId() > first);
    }

    @Test
    void timestampsPassEvenAReadOnlyProxy() throws Exception {
        long last = 0;
        for (ProxyProcess through : List.of(proxy, reader, proxy)) {
            BlockingQueue<TsoResponse> answers = new ArrayBlockingQueue<>(10);
            StreamObserver<TsoRequest> stream =
                    PDGrpc.newStub(toLeader(through)).tso(into(answers));
            for (int i = 0; i < 3; i++) {
                stream.onNext(TsoRequest.newBuilder().setHeader(header()).setCount(10).build());
                TsoResponse answer = answers.poll(CALL_SECONDS, TimeUnit.SECONDS);
                long next =
                        (answer.getTimestamp().getPhysical() << 18)
                                + answer.getTimestamp().getLogical();
                assertEquals(10, answer.getCount());
                assertTrue(next >= last + 10, last + " " + next);
                last = next;
            }
            stream.onCompleted();
        }
    }

    private static StreamObserver<TsoResponse> into(BlockingQueue<TsoResponse> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(TsoResponse answer) {
                answers.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                answers.add(
                        TsoResponse.newBuilder()
                                .setCount(-Status.fromThrowable(failure).getCode().value())
                                .build());
            }

            @Override
            public void onCompleted() {
                // All answers have been counted.
            }
        };
    }

    @Test
    void pagesPass() {
        String name = "\"name\": \"" + cluster.leader().orElseThrow() + "\"";
        assertTrue(proxy.get("/pd/api/v1/leader").body().contains(name));
        for (ProxyProcess through : List.of(proxy, reader)) {
            String members = through.get("/pd/api/v1/members").body();
            cluster.clientUrls().forEach(url -> assertTrue(members.contains(url), members));
        }
        String path = "/pd/api/v1/members/name/pd2";
        HttpResponse<String> set = proxy.post(path, "{\"leader-priority\": 1}");
        assertEquals(200, set.statusCode(), set.body());
        assertTrue(proxy.get("/pd/api/v1/members").body().contains("\"leader_priority\": 1"));
    }

    @Test
    void aReadOnlyProxyRefusesWhatChangesSomething() {
        assertEquals(501, reader.post("/pd/api/v1/leader/resign", "").statusCode());
        HttpRequest.Builder removal =
                HttpRequest.newBuilder(URI.create(reader.url() + "/pd/api/v1/members/name/pd1"));
        assertEquals(501, reader.send(removal.DELETE()).statusCode());
        assertEquals(
                "PERMISSION_DENIED this proxy is read-only and does not forward AllocID",
                EtcdSession.refusal(
                        () -> PDGrpc.newBlockingStub(toLeader(reader)).allocID(oneId())));
        assertEquals(3, cluster.endpoints().members(reader.url()).orElseThrow().getMembersCount());
    }
}
