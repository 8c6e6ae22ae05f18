package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.server.support.Ports;

/** Members in this JVM: real sockets on loopback, real files, the real threads. */
final class TestCluster implements AutoCloseable {
    static final String TOKEN = "test-cluster";
    static final int REQUEST_BYTES_MAX = 64 << 10;

    /** Longer than any test: only the comparison after a start. */
    private static final long CORRUPT_CHECK_MILLIS = 600_000;

    private static final int PATIENCE_SECONDS = 20;
    private static final int PORT_TRIES = 50;

    private final Path directory;
    private final RuntimeOptions numbers;
    private final Map<String, List<String>> urls = new LinkedHashMap<>();
    private final Map<String, List<String>> founders;
    private final Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    private final Map<String, NodeRuntime> nodes = new LinkedHashMap<>();

    /** What made a member give up; must stay empty. */
    private final Map<String, Integer> electionTicks = new HashMap<>();

    private ReconfigurationRules reconfiguration = new ReconfigurationRules(false, 1);

    final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();

    TestCluster(Path directory, int size, long snapshotCount) {
        this.directory = directory;
        numbers =
                new RuntimeOptions(
                        40,
                        1,
                        10,
                        true,
                        snapshotCount,
                        5,
                        REQUEST_BYTES_MAX,
                        CompactionPolicy.OFF,
                        CORRUPT_CHECK_MILLIS,
                        Long.MAX_VALUE);
        for (int i = 1; i <= size; i++) {
            reserve("m" + i);
        }
        founders = Map.copyOf(urls);
    }

    /** An address for a member that may start later, and its peer URLs. */
    List<String> reserve(String name) {
        InetSocketAddress address = freeAddress();
        addresses.put(name, address);
        urls.put(name, List.of("http://127.0.0.1:" + address.getPort()));
        return urls.get(name);
    }

    /** Starts a member that the cluster has been told of. */
    NodeRuntime join(String name, MemberChanges.Changed added) throws BindException {
        long clusterId = nodes().get(0).raftClusterId();
        ColdStart coldStart =
                () -> new ColdStart.Joining(clusterId, added.member(), added.members());
        return start(name, coldStart);
    }

    /** How the members judge changes, from their next start. */
    void reconfiguration(ReconfigurationRules rules) {
        reconfiguration = rules;
    }

    private InetSocketAddress freeAddress() {
        for (int i = 0; i < PORT_TRIES; i++) {
            InetSocketAddress candidate = Ports.candidate();
            try (ServerSocket probe =
                    new ServerSocket(candidate.getPort(), 1, InetAddress.getLoopbackAddress())) {
                if (probe.isBound() && !addresses.containsValue(candidate)) {
                    return candidate;
                }
            } catch (IOException taken) {
                continue;
            }
        }
        return fail("no free port");
    }

    static TestCluster started(Path directory) throws Exception {
        return started(directory, 10_000);
    }

    static TestCluster started(Path directory, long snapshotCount) throws Exception {
        TestCluster cluster = new TestCluster(directory, 3, snapshotCount);
        cluster.startAll();
        return cluster;
    }

    /** Another election timeout for that member, from its next start. */
    void electionTicks(String name, int ticks) {
        electionTicks.put(name, ticks);
    }

    private RuntimeOptions numbers(String name) {
        return new RuntimeOptions(
                numbers.tickMillis(),
                numbers.heartbeatTicks(),
                electionTicks.getOrDefault(name, numbers.electionTicks()),
                numbers.preVote(),
                numbers.snapshotCount(),
                numbers.catchUpEntries(),
                numbers.requestBytesMax(),
                numbers.compaction(),
                numbers.corruptCheckMillis(),
                numbers.quotaBytes());
    }

    RuntimeOptions numbers() {
        return numbers;
    }

    Path dataDir(String name) {
        return directory.resolve(name);
    }

    /** Starts a member as the only one of its cluster. */
    NodeRuntime force(String name) throws BindException {
        ColdStart none =
                () -> {
                    throw new NodeStartException("nothing to start from");
                };
        return start(name, NodeRuntime.open(options(name, true), none, fatal::add));
    }

    NodeOptions options(String name) {
        return options(name, false);
    }

    private NodeOptions options(String name, boolean force) {
        return new NodeOptions(
                name,
                dataDir(name),
                StorageChoice.of("file"),
                List.of(addresses.get(name)),
                urls.get(name),
                List.of("http://client.of." + name + ":2379"),
                reconfiguration,
                force,
                numbers(name),
                null);
    }

    NodeRuntime open(String name, String token) {
        return NodeRuntime.open(options(name), () -> founding(token), fatal::add);
    }

    InitialCluster founding(String token) {
        return new InitialCluster(founders, token);
    }

    void startAll() throws Exception {
        for (String name : urls.keySet().stream().filter(founders::containsKey).toList()) {
            start(name);
        }
        settle();
    }

    NodeRuntime start(String name) throws BindException {
        return start(name, open(name, TOKEN));
    }

    NodeRuntime start(String name, ColdStart coldStart) throws BindException {
        return start(name, NodeRuntime.open(options(name), coldStart, fatal::add));
    }

    private NodeRuntime start(String name, NodeRuntime node) throws BindException {
        try {
            node.start();
        } catch (BindException | RuntimeException e) {
            node.close();
            throw e;
        }
        nodes.put(name, node);
        return node;
    }

    void stop(String name) {
        nodes.remove(name).close();
    }

    NodeRuntime node(String name) {
        return nodes.get(name);
    }

    List<NodeRuntime> nodes() {
        return new ArrayList<>(nodes.values());
    }

    String nameOf(NodeRuntime node) {
        return nodes.entrySet().stream()
                .filter(entry -> entry.getValue() == node)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** Waits until every running member has written through the leader. */
    void settle() throws Exception {
        await(() -> nodes().stream().allMatch(n -> n.peersUp() == nodes.size() - 1));
        for (NodeRuntime node : nodes()) {
            long deadline = deadline();
            while (!settled(node)) {
                assertTrue(System.nanoTime() < deadline, "no leader");
            }
        }
    }

    private static boolean settled(NodeRuntime node) throws Exception {
        try {
            node.kv().put(Op.Put.of(Bytes.utf8("settled"), Bytes.EMPTY)).get(1, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /** The member that leads, once a quorum has confirmed it. */
    NodeRuntime leader() throws Exception {
        await(() -> nodes().stream().anyMatch(TestCluster::leads));
        return nodes().stream().filter(TestCluster::leads).findFirst().orElseThrow();
    }

    static boolean leads(NodeRuntime node) {
        return node.consensus().leading()
                && node.consensus().quorumDeadlineNanos() > System.nanoTime();
    }

    List<NodeRuntime> followers() throws Exception {
        NodeRuntime leader = leader();
        return nodes().stream().filter(n -> n != leader).toList();
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    }

    /** Waits for a condition, looking again after each answer of the group. */
    void await(BooleanSupplier condition) throws Exception {
        long deadline = deadline();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "it does not come true");
            assertTrue(fatal.isEmpty(), () -> "a member gave up: " + fatal);
            for (NodeRuntime node : nodes()) {
                try {
                    node.kv().range(Op.Range.of(Bytes.utf8("any"))).get(20, TimeUnit.MILLISECONDS);
                } catch (ExecutionException | TimeoutException notNow) {
                    continue;
                }
            }
        }
    }

    /** Waits until a member gives up, and returns its reason. */
    Throwable awaitFatal() throws InterruptedException {
        Throwable reason = fatal.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(reason, "no member gives up");
        fatal.add(reason);
        return reason;
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static OpResult.Put put(NodeRuntime node, String key, String value) throws Exception {
        return get(node.kv().put(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value))));
    }

    /** Value by a linearizable read through that member, {@code null} if there is none. */
    static String read(NodeRuntime node, String key) throws Exception {
        return value(get(node.kv().range(Op.Range.of(Bytes.utf8(key)))).first());
    }

    /** Value as that member has it now, asking nobody. */
    static String local(NodeRuntime node, String key) throws Exception {
        ReplicatedKv kv = node.kv();
        return value(get(kv.range(Op.Range.of(Bytes.utf8(key)).asSerializable())).first());
    }

    private static String value(KeyValue pair) {
        return pair == null ? null : pair.value().toUtf8();
    }

    static KvError error(CompletableFuture<?> future) throws Exception {
        try {
            Object result = get(future);
            return fail("an answer instead of an error: " + result);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KvException refused) {
                return refused.error();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        nodes().forEach(NodeRuntime::close);
        nodes.clear();
        assertTrue(fatal.isEmpty(), () -> "a member gave up: " + fatal);
    }
}
