package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.discovery.ClusterFullException;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;

/** Founders that find each other in the keys of a running node. */
class EtcdRegistryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PORT = 20_001;

    @TempDir private static Path registryDirectory;
    private static final int REGISTRY_PORT = Ports.free(2);
    private static NodeProcess registry;
    private static ManagedChannel channel;
    private static ExecutorService threads;

    @TempDir Path directory;
    private String token;
    private Asker asker;

    @BeforeAll
    static void startRegistry() {
        registry =
                new NodeProcess(
                        "registry",
                        List.of(
                                "--name=registry",
                                "--etcd-only",
                                "--data-dir=" + registryDirectory.resolve("data"),
                                "--client-urls=http://127.0.0.1:" + REGISTRY_PORT,
                                "--peer-urls=http://127.0.0.1:" + (REGISTRY_PORT + 1)),
                        registryDirectory.resolve("log"));
        registry.start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", REGISTRY_PORT).usePlaintext().build();
        threads = Executors.newCachedThreadPool();
        awaitRegistry();
    }

    @AfterAll
    static void stopRegistry() {
        threads.shutdownNow();
        channel.shutdownNow();
        registry.close();
    }

    @BeforeEach
    void prepare(TestInfo test) {
        asker = new Asker(directory);
        token = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
    }

    private static void awaitRegistry() {
        LocalCluster.await(
                "registry",
                PATIENCE,
                () -> {
                    channel.resetConnectBackoff();
                    try {
                        put("ready", "?");
                        return true;
                    } catch (StatusRuntimeException e) {
                        return false;
                    }
                });
    }

    private static KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
    }

    private static void put(String key, String value) {
        PutRequest request =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build();
        kv().put(request);
    }

    private void size(String text) {
        put("/_etcd/registry/" + token + "/_config/size", text);
    }

    private void signedIn(String id, String text) {
        put("/_etcd/registry/" + token + "/members/" + id, text);
    }

    private List<String> members() {
        String prefix = "/_etcd/registry/" + token + "/members/";
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(
                                ByteString.copyFromUtf8(
                                        prefix.substring(0, prefix.length() - 1) + "0"))
                        .build();
        return kv().range(request).getKvsList().stream()
                .map(kv -> kv.getValue().toStringUtf8())
                .toList();
    }

    private InitialCluster ask(String name, int port) {
        return asker.ask(
                name,
                port,
                "--discovery-endpoints=127.0.0.1:" + REGISTRY_PORT,
                "--discovery-token=" + token);
    }

    private Future<InitialCluster> asking(String name, int port) {
        return CompletableFuture.supplyAsync(() -> ask(name, port), threads);
    }

    private static InitialCluster within(Future<InitialCluster> answer) throws Exception {
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String refusal(String name) {
        return assertThrows(NodeStartException.class, () -> ask(name, PORT)).getMessage();
    }

    @Test
    void theFirstThreeFindEachOtherAndTheFourthIsRefused() throws Exception {
        size("3");
        List<Future<InitialCluster>> asking = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            asking.add(asking("m" + i, PORT + i));
        }
        Map<String, List<String>> expected =
                Map.of(
                        "m1", List.of("http://127.0.0.1:" + (PORT + 1)),
                        "m2", List.of("http://127.0.0.1:" + (PORT + 2)),
                        "m3", List.of("http://127.0.0.1:" + (PORT + 3)));
        for (Future<InitialCluster> answer : asking) {
            assertEquals(new InitialCluster(expected, token), within(answer));
        }
        ClusterFullException full =
                assertThrows(ClusterFullException.class, () -> ask("m4", PORT + 4));
        assertTrue(full.getMessage().contains("(discovery: cluster is full)"), full.getMessage());
        assertEquals(3, members().size());
        assertEquals(
                new InitialCluster(expected, token),
                ask("m2", PORT + 2),
                "who has signed in and lost nothing but its process is let in again");
    }

    @Test
    void thoseWhoComeTooLateAreNoFounders() throws Exception {
        size("3");
        signedIn("fff1", "m1=http://127.0.0.1:1");
        Future<InitialCluster> asking = asking("m2", PORT);
        LocalCluster.await("signing in", PATIENCE, () -> members().size() == 2);
        signedIn("fff4", "m3=http://127.0.0.1:3");
        signedIn("fff3", "m4=http://127.0.0.1:4");
        assertEquals(Set.of("m1", "m2", "m3"), within(asking).members().keySet());
    }

    @Test
    void aMissingSizeIsRefused() {
        String reason = refusal("m1");
        assertTrue(reason.contains("(discovery: size key not found)"), reason);
        assertEquals(List.of(), members());
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "0", "-1", "99999999999"})
    void aBadSizeIsRefused(String size) {
        size(size);
        String reason = refusal("m1");
        assertTrue(reason.contains("(discovery: size key is bad)"), reason);
        assertEquals(List.of(), members());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    m1=http://h:1                | found duplicate name
                    m2=nowhere                   | invalid peer URL
                    m2=http://127.0.0.1:20001    | has duplicate url
                    """)
    void nobodyIsFoundedWithWhatIsWrongInTheRegistry(String other, String because) {
        size("2");
        signedIn("fff1", other);
        String reason = refusal("m1");
        assertTrue(reason.contains("failed to join discovery cluster (discovery"), reason);
        assertTrue(reason.contains(because), reason);
    }

    @Test
    void anIdThatAnotherNameHasTakenIsRefused() throws Exception {
        size("1");
        within(asking("m1", PORT));
        String reason = refusal("other");
        assertTrue(reason.contains("(discovery: found duplicate id)"), reason);
        assertEquals(List.of("m1=http://127.0.0.1:" + PORT), members());
    }

    @Test
    void anEndpointThatIsDownIsAskedUntilItIsUp() throws Exception {
        size("2");
        Future<InitialCluster> asking = asking("m1", PORT);
        LocalCluster.await("signing in", PATIENCE, () -> members().size() == 1);
        registry.kill();
        registry.start();
        awaitRegistry();
        signedIn("fff2", "m2=http://127.0.0.1:2");
        assertEquals(Set.of("m1", "m2"), within(asking).members().keySet());
    }

    @Test
    void anEndpointThatAnswersStandsInForOneThatDoesNot() {
        size("1");
        InitialCluster found =
                asker.ask(
                        "m1",
                        PORT,
                        "--discovery-endpoints=127.0.0.1:"
                                + Ports.free(1)
                                + ",http://127.0.0.1:"
                                + REGISTRY_PORT,
                        "--discovery-token=" + token);
        assertEquals(Set.of("m1"), found.members().keySet());
    }
}
