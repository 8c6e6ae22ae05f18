package org.pdtoolkit.tests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.process.EtcdSession;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberRemoveRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusResponse;

/**
 * etcd's clients through a proxy in front of three members, of which each is killed and then each
 * is replaced by another one.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EtcdProxyTest {
    private static final int SECONDS = 60;
    private static final int CALL_SECONDS = 10;
    private static final int REMOVED = 11;
    private static final int LEASE_SECONDS = 10;
    private static final String[] QUICK = {
        "--proxy-refresh-interval=500ms", "--proxy-failure-wait=500ms"
    };

    @TempDir static Path directory;
    private static LocalCluster cluster;
    private static final List<NodeProcess> joined = new ArrayList<>();
    private static ProxyProcess proxy;
    private static Client client;

    @BeforeAll
    static void start() {
        cluster =
                new LocalCluster(
                        List.of("file", "file", "file"),
                        directory,
                        List.of("--etcd-only", "--strict-reconfig-check=false"));
        cluster.start();
        proxy = proxy("proxy", "on").start();
        proxy.awaitEndpoints(Set.copyOf(cluster.clientUrls()));
        client = Client.builder().endpoints(proxy.url()).build();
    }

    private static ProxyProcess proxy(String name, String mode) {
        return ProxyProcess.plain(
                name, directory, "--proxy=" + mode, initialCluster(), QUICK[0], QUICK[1]);
    }

    /** The flag that names the founders, which is all that a proxy is told. */
    private static String initialCluster() {
        return cluster.arguments(0).stream()
                .filter(flag -> flag.startsWith("--initial-cluster="))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void stop() {
        client.close();
        proxy.close();
        joined.forEach(NodeProcess::close);
        cluster.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        LocalCluster.await(what, ProxyProcess.PATIENCE, condition);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    @Order(1)
    void keysTransactionsAndLeasesPass() throws Exception {
        KV kv = client.getKVClient();
        ByteSequence key = bytes("key");
        long revision = get(kv.put(key, bytes("1"))).getHeader().getRevision();
        for (String url : cluster.clientUrls()) {
            try (Client direct = Client.builder().endpoints(url).build()) {
                KeyValue found = get(direct.getKVClient().get(key)).getKvs().get(0);
                assertEquals(revision, found.getModRevision());
                assertEquals(bytes("1"), found.getValue());
            }
        }
        Cmp first = new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(1));
        Op second = Op.put(key, bytes("2"), PutOption.DEFAULT);
        assertTrue(get(kv.txn().If(first).Then(second).commit()).isSucceeded());
        assertFalse(get(kv.txn().If(first).Then(second).commit()).isSucceeded());
        Lease leases = client.getLeaseClient();
        long lease = get(leases.grant(300)).getID();
        assertEquals(300, get(leases.keepAliveOnce(lease)).getTTL());
        get(leases.revoke(lease));
    }

    @Test
    @Order(1)
    void httpPasses() throws Exception {
        assertEquals(
                200,
                proxy.post("/v3/kv/put", "{\"key\":\"aA==\",\"value\":\"MQ==\"}").statusCode());
        String found = proxy.post("/v3/kv/range", "{\"key\":\"aA==\"}").body();
        assertTrue(found.contains("\"value\":\"MQ==\""), found);
        assertEquals(400, proxy.post("/v3/kv/range", "{}").statusCode());
        assertTrue(proxy.get("/version").body().contains("\"etcdserver\":"));
        assertTrue(proxy.get("/health").body().contains("\"health\":\"true\""));
        assertEquals(404, proxy.get("/nosuch").statusCode());
        assertTrue(proxy.get("/metrics").body().contains("\npd_proxy_endpoints 3"));
    }

    @Test
    @Order(1)
    void itKeepsNothingButThePeerUrls() throws IOException {
        try (Stream<Path> files = Files.walk(proxy.dataDir()).filter(Files::isRegularFile)) {
            assertEquals(List.of(proxy.dataDir().resolve("proxy/cluster")), files.toList());
        }
    }

    @Test
    @Order(2)
    void aReadOnlyProxyPassesReadsAndWatches() throws Exception {
        try (ProxyProcess reader = proxy("reader", "readonly").start();
                Client readOnly = Client.builder().endpoints(reader.url()).build();
                EtcdSession session = EtcdSession.anonymous(reader.url())) {
            reader.awaitEndpoints(Set.copyOf(cluster.clientUrls()));
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            long from =
                    get(client.getKVClient().put(bytes("r/0"), bytes("0")))
                            .getHeader()
                            .getRevision();
            Watch.Watcher watcher = watch(readOnly, "r/", from, seen);
            try (watcher) {
                get(client.getKVClient().put(bytes("r/1"), bytes("1")));
                await("two events", () -> seen.size() == 2);
            }
            assertEquals(2, get(readOnly.getKVClient().get(bytes("r/"), prefix())).getCount());
            assertEquals(3, get(readOnly.getClusterClient().listMember()).getMembers().size());
            ReadOnlyRefusals.check(reader, session);
            assertEquals(2, get(client.getKVClient().get(bytes("r/"), prefix())).getCount());
        }
    }

    private static GetOption prefix() {
        return GetOption.builder().isPrefix(true).build();
    }

    /** Key and revision of every event under a prefix, as it comes. */
    private static Watch.Watcher watch(
            Client of, String prefix, long from, Collection<String> seen) {
        WatchOption option = WatchOption.builder().isPrefix(true).withRevision(from).build();
        return of.getWatchClient()
                .watch(
                        bytes(prefix),
                        option,
                        response ->
                                response.getEvents()
                                        .forEach(event -> seen.add(text(event.getKeyValue()))));
    }

    private static String text(KeyValue pair) {
        return pair.getKey() + "@" + pair.getModRevision();
    }

    @Test
    @Order(3)
    void anyMemberMayDieUnderLoad() throws Exception {
        KV kv = client.getKVClient();
        long from = get(kv.put(bytes("load/first"), bytes("1"))).getHeader().getRevision();
        List<String> seen = new ArrayList<>();
        Queue<String> events = new ConcurrentLinkedQueue<>();
        Lease leases = client.getLeaseClient();
        long lease = get(leases.grant(LEASE_SECONDS)).getID();
        AtomicInteger kept = new AtomicInteger();
        Watch.Watcher watcher = watch(client, "load/", from, events);
        CloseableClient keeper = leases.keepAlive(lease, counting(kept));
        WriteLoad load = new WriteLoad(kv, proxy, "load/").start();
        try (watcher;
                keeper;
                load) {
            load.awaitMore(50);
            Set<String> alive = new HashSet<>(cluster.clientUrls());
            long connected = get(kv.get(bytes("load/first"))).getHeader().getMemberId();
            alive.remove(killUnderLoad(url(connected), load));
            alive.remove(killUnderLoad(url(leader()), load));
            for (String other : alive) {
                killUnderLoad(other, load);
            }
            int before = kept.get();
            await("lease kept alive", () -> kept.get() > before);
            assertTrue(get(leases.timeToLive(lease, LeaseOption.DEFAULT)).getTTL() > 0);
            load.close();
            String last = "load/last@" + putAtLast(kv, "load/last");
            await("event of the last write", () -> events.contains(last));
            seen.addAll(events);
        }
        List<String> all =
                get(kv.get(bytes("load/"), newestLast())).getKvs().stream()
                        .map(EtcdProxyTest::text)
                        .toList();
        assertEquals(all, seen, "no event is lost, doubled or out of order");
        Set<String> keys =
                all.stream().map(t -> t.substring(0, t.indexOf('@'))).collect(Collectors.toSet());
        Set<String> lost = new HashSet<>(load.acknowledged());
        lost.removeAll(keys);
        assertEquals(Set.of(), lost);
    }

    private static GetOption newestLast() {
        return GetOption.builder()
                .isPrefix(true)
                .withSortField(GetOption.SortTarget.MOD)
                .withSortOrder(GetOption.SortOrder.ASCEND)
                .build();
    }

    private static StreamObserver<LeaseKeepAliveResponse> counting(AtomicInteger answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                answers.incrementAndGet();
            }

            @Override
            public void onError(Throwable failure) {
                // Shows in the answers that do not come.
            }

            @Override
            public void onCompleted() {
                // Shows in the answers that do not come.
            }
        };
    }

    /** Kills it, sees that both writers go on without it, and brings it back. */
    private static String killUnderLoad(String url, WriteLoad load) {
        NodeProcess node = cluster.nodes().get(cluster.clientUrls().indexOf(url));
        node.kill();
        load.awaitMore(50);
        node.start();
        await(node.name() + " back", () -> answers(url));
        load.awaitMore(10);
        return url;
    }

    private static long putAtLast(KV kv, String key) throws Exception {
        return get(kv.put(bytes(key), bytes("v"))).getHeader().getRevision();
    }

    @Test
    @Order(4)
    void allMembersMayBeReplacedOneAfterTheOther() throws Exception {
        KV kv = client.getKVClient();
        get(kv.put(bytes("old"), bytes("1")));
        List<String> urls = new ArrayList<>(cluster.clientUrls());
        for (int i = 0; i < 3; i++) {
            urls.add(join("pd" + (4 + i)));
            proxy.awaitEndpoints(Set.copyOf(urls));
            remove("pd" + (1 + i), urls.get(0));
            urls.remove(0);
            proxy.awaitEndpoints(Set.copyOf(urls));
            get(kv.put(bytes("new"), bytes("" + i)));
        }
        proxy.process().kill();
        proxy.start().awaitEndpoints(Set.copyOf(urls));
        assertEquals(bytes("1"), get(kv.get(bytes("old"))).getKvs().get(0).getValue());
        assertEquals(bytes("2"), get(kv.get(bytes("new"))).getKvs().get(0).getValue());
    }

    /** Starts one that joins through the proxy, which it takes for a member. */
    private static String join(String name) {
        int port = Ports.free(2);
        String url = "http://127.0.0.1:" + port;
        NodeProcess node =
                new NodeProcess(
                        name,
                        List.of(
                                "--name=" + name,
                                "--data-dir=" + directory.resolve(name).resolve("data"),
                                "--client-urls=" + url,
                                "--peer-urls=http://127.0.0.1:" + (port + 1),
                                "--join=" + proxy.url(),
                                "--etcd-only",
                                "--strict-reconfig-check=false"),
                        directory.resolve(name).resolve("log"));
        joined.add(node);
        node.start();
        await(name + " serving; it says " + node.output(), () -> answers(url));
        return url;
    }

    /** Through the proxy, and waits for the end of the member's process. */
    private static void remove(String name, String url) {
        MemberRemoveRequest request =
                MemberRemoveRequest.newBuilder()
                        .setID(status(url).getHeader().getMemberId())
                        .build();
        members().memberRemove(request);
        assertEquals(REMOVED, cluster.node(name).await(SECONDS), cluster.node(name).output());
        assertEquals(3, list().size());
    }

    private static List<Member> list() {
        return members().memberList(MemberListRequest.getDefaultInstance()).getMembersList();
    }

    private static ClusterGrpc.ClusterBlockingStub members() {
        return ClusterGrpc.newBlockingStub(cluster.endpoints().channel(proxy.url()))
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    // ---- the members, asked without a proxy

    private static StatusResponse status(String url) {
        return MaintenanceGrpc.newBlockingStub(cluster.endpoints().channel(url))
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    private static boolean answers(String url) {
        try {
            status(url);
            return true;
        } catch (StatusRuntimeException notYet) {
            cluster.endpoints().channel(url).resetConnectBackoff();
            return false;
        }
    }

    private static long leader() {
        return status(
                        cluster.clientUrls().stream()
                                .filter(EtcdProxyTest::answers)
                                .findFirst()
                                .orElseThrow())
                .getLeader();
    }

    private static String url(long memberId) {
        return cluster.clientUrls().stream()
                .filter(url -> answers(url) && status(url).getHeader().getMemberId() == memberId)
                .findFirst()
                .orElseThrow();
    }
}
