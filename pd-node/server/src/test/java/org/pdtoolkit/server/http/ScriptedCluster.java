package org.pdtoolkit.server.http;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.observe.NodeMetrics;
import org.pdtoolkit.server.observe.ProcessMetrics;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.NodeInfo;
import org.pdtoolkit.server.support.FixedConsensus;
import org.pdtoolkit.server.support.FixedKv;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.ScriptedMembers;
import org.pdtoolkit.server.support.ScriptedPlacement;

/** The HTTP API of some nodes on real ports, their placement layers scripted; pd1 leads. */
final class ScriptedCluster implements AutoCloseable {
    private static final long BOOTSTRAP_NANOS = 1_700_000_000_123_456_700L;
    private static final long START_SECONDS = 1_700_000_000L;

    /** One node. */
    static final class Node {
        final ScriptedPlacement placement = new ScriptedPlacement();
        final FixedConsensus consensus = new FixedConsensus();
        final FixedKv kv = new FixedKv();
        final CompletableFuture<HttpApi> api = new CompletableFuture<>();
        ClientPort port;
    }

    final Map<String, Node> nodes = new LinkedHashMap<>();
    final Set<String> alarms = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    /**
     * @param names in the order of the members' ids
     */
    static ScriptedCluster open(String... names) {
        ScriptedCluster cluster = new ScriptedCluster();
        for (String name : names) {
            Node node = new Node();
            HttpHandler late = call -> node.api.join().handle(call);
            node.port = Ports.open(List.of(), late);
            cluster.nodes.put(name, node);
        }
        Map<String, Integer> priorities = new ConcurrentHashMap<>();
        List<Member> members = cluster.members();
        cluster.nodes.forEach(
                (name, node) -> {
                    node.placement.members = members;
                    node.placement.priorities = priorities;
                    node.placement.onTransfer = cluster::lead;
                    node.api.complete(cluster.api(name, node));
                });
        cluster.lead("pd1");
        return cluster;
    }

    private HttpApi api(String name, Node node) {
        MetricRegistry metrics = new MetricRegistry();
        ProcessMetrics.register(metrics);
        NodeMetrics.register(metrics, node.consensus, "3.6.0");
        NodeMetrics.registerPd(metrics, node.placement, "9.0.0");
        NodeInfo info = new NodeInfo(name, "9.0.0", "c0ffee", "2026-01-02", START_SECONDS);
        HealthChecks checks = new HealthChecks(node.consensus, node.kv, () -> alarms);
        return new HttpApi(
                AccessRules.open(),
                new EtcdPages(checks, metrics),
                call -> CompletableFuture.completedFuture(HttpReply.empty(418)),
                Optional.of(
                        new PdApi(
                                node.placement,
                                new ScriptedMembers(this::remove),
                                info,
                                () -> 3,
                                timer,
                                Optional.empty())));
    }

    /** Takes a member out of everyone's list; false when nobody has that id. */
    private boolean remove(long id) {
        boolean found = false;
        for (Node node : nodes.values()) {
            List<Member> left = new ArrayList<>(node.placement.members);
            found |= left.removeIf(member -> member.id() == id);
            node.placement.members = left;
        }
        return found;
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        nodes.forEach(
                (name, node) ->
                        members.add(
                                new Member(
                                        // Beyond 2^53 and 2^63.
                                        0x9000_0000_0000_0001L + members.size(),
                                        name,
                                        List.of("http://127.0.0.1:1238" + members.size()),
                                        List.of(url(node)),
                                        false)));
        return members;
    }

    private static String url(Node node) {
        return "http://127.0.0.1:" + node.port.addresses().get(0).getPort();
    }

    InetSocketAddress address(String name) {
        return nodes.get(name).port.addresses().get(0);
    }

    List<String> urls(String name) {
        return List.of(url(nodes.get(name)));
    }

    ScriptedPlacement placement(String name) {
        return nodes.get(name).placement;
    }

    void bootstrap() {
        nodes.values()
                .forEach(
                        node -> {
                            node.placement.bootstrapped = true;
                            node.placement.bootstrapTimeNanos = BOOTSTRAP_NANOS;
                        });
    }

    /** Makes a member the leader everywhere; an unknown name leaves nobody leading. */
    void lead(String leader) {
        Optional<Member> member =
                members().stream().filter(candidate -> candidate.name().equals(leader)).findFirst();
        nodes.forEach(
                (name, node) -> {
                    node.placement.serving = name.equals(leader);
                    node.placement.leader = member;
                    node.placement.raftLeader = member;
                });
    }

    /** Puts this cluster's values for the placeholders of the recordings. */
    String fill(String recorded) {
        String text =
                recorded.replace(
                                "\"<CLUSTER_ID>\"",
                                Long.toUnsignedString(placement("pd1").clusterId))
                        .replace("\"<UNIX_SEC>\"", String.valueOf(START_SECONDS))
                        .replace("<TIME>", "2023-11-14T22:13:20.1234567Z")
                        .replace("<DEPLOY_DIR>", "/deploy")
                        .replace("<BUILD_TS>", "2026-01-02")
                        .replace("<GIT_HASH>", "c0ffee")
                        .replace("<ETCD_VERSION>", "3.6.0")
                        .replace("<VERSION>", "9.0.0");
        for (Member member : members()) {
            String name = member.name();
            String upper = name.toUpperCase(Locale.ROOT);
            text =
                    text.replace("\"<MEMBER_ID:" + name + ">\"", Long.toUnsignedString(member.id()))
                            .replace("<" + upper + "_URL>", member.clientUrls().get(0))
                            .replace("<" + upper + "_PEER_URL>", member.peerUrls().get(0));
        }
        return text;
    }

    @Override
    public void close() {
        nodes.values()
                .forEach(
                        node -> {
                            node.port.close();
                            node.api.join().close();
                        });
        timer.shutdownNow();
    }
}
