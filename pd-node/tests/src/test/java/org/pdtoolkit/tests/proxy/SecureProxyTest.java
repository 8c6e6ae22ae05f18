package org.pdtoolkit.tests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.support.Certificates;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;

/** Proxies in front of a member that speaks TLS only and wants to see certificates. */
class SecureProxyTest {
    private static final int SECONDS = 60;
    private static final String UNTRUSTED = "PKIX path";

    @TempDir static Path directory;
    private static Certificates certificates;
    private static TlsFiles papers;
    private static LocalCluster member;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.issue();
        papers = certificates.files(directory, true);
        member =
                new LocalCluster(
                        List.of("file"),
                        directory,
                        List.of("--etcd-only"),
                        name -> List.of(),
                        Optional.of(papers));
        member.start();
    }

    @AfterAll
    static void stop() {
        member.close();
    }

    private static ProxyProcess proxy(
            String name, String scheme, TlsFiles shows, TlsFiles trusts, String members)
            throws Exception {
        HttpClient http =
                scheme.equals("https")
                        ? HttpClient.newBuilder().sslContext(certificates.clientContext()).build()
                        : HttpClient.newHttpClient();
        return new ProxyProcess(
                name,
                directory,
                scheme,
                http,
                List.of(
                        "--proxy=on",
                        members,
                        "--cert=" + shows.certificate(),
                        "--key=" + shows.key(),
                        "--cacert=" + trusts.authority().orElseThrow()));
    }

    private static SslContext grpcContext() throws Exception {
        return GrpcSslContexts.forClient()
                .trustManager(certificates.authority().toTrustManagerFactory())
                .keyManager(certificates.node().toKeyManagerFactory())
                .build();
    }

    private static String clientUrl() {
        return member.clientUrls().get(0);
    }

    /** The flag that names the member's peer URL. */
    private static String byPeerUrl() {
        return member.arguments(0).stream()
                .filter(flag -> flag.startsWith("--initial-cluster="))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void clientsBehindTlsReachMembersBehindTls() throws Exception {
        try (ProxyProcess proxy = proxy("both", "https", papers, papers, byPeerUrl()).start()) {
            proxy.awaitEndpoints(Set.of(clientUrl()));
            assertTrue(proxy.get("/version").body().contains("\"etcdserver\":"));
            try (Client client =
                    Client.builder().endpoints(proxy.url()).sslContext(grpcContext()).build()) {
                assertKeysAndWatchesPass(client);
            }
        }
    }

    /** TLS ends at the proxy. */
    @Test
    void clientsInTheClearReachMembersBehindTls() throws Exception {
        try (ProxyProcess proxy =
                proxy("inside", "http", papers, papers, "--endpoints=" + clientUrl()).start()) {
            proxy.awaitEndpoints(Set.of(clientUrl()));
            assertTrue(proxy.get("/version").body().contains("\"etcdserver\":"));
            try (Client client = Client.builder().endpoints(proxy.url()).build()) {
                assertKeysAndWatchesPass(client);
            }
        }
    }

    private static void assertKeysAndWatchesPass(Client client) throws Exception {
        KV kv = client.getKVClient();
        ByteSequence key = ByteSequence.from("k", StandardCharsets.UTF_8);
        long revision = get(kv.put(key, key)).getHeader().getRevision();
        assertEquals(1, get(kv.get(key)).getCount());
        CompletableFuture<Long> seen = new CompletableFuture<>();
        Watch.Watcher watcher =
                client.getWatchClient()
                        .watch(key, answer -> seen.complete(answer.getHeader().getRevision()));
        try (watcher) {
            while (!seen.isDone()) {
                get(kv.put(key, key));
            }
        }
        assertTrue(get(seen) > revision);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void membersThatAreNotTrustedAreNamedInTheLog() throws Exception {
        TlsFiles other =
                Certificates.issue().files(Files.createDirectory(directory.resolve("other")), true);
        for (String members : List.of(byPeerUrl(), "--endpoints=" + clientUrl())) {
            String name = "mistaken-" + members.substring(2, members.indexOf('='));
            try (ProxyProcess proxy = proxy(name, "http", papers, other, members).start()) {
                LocalCluster.await(
                        "reason",
                        ProxyProcess.PATIENCE,
                        () -> proxy.process().output().contains(UNTRUSTED));
                assertEquals(Set.of(), proxy.endpoints());
                assertEquals(503, proxy.get("/version").statusCode());
                StatusRuntimeException refused = refusal(proxy.url());
                assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
                assertEquals(
                        "httpproxy: zero endpoints currently available",
                        refused.getStatus().getDescription());
            }
        }
    }

    private static StatusRuntimeException refusal(String url) {
        URI uri = URI.create(url);
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort()).usePlaintext().build();
        try {
            return Assertions.assertThrows(
                    StatusRuntimeException.class,
                    () ->
                            KVGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                                    .range(RangeRequest.getDefaultInstance()));
        } finally {
            channel.shutdownNow();
        }
    }
}
