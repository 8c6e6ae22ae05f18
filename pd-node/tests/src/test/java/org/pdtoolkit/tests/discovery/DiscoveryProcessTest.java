package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.discovery.DnsStub.Target;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.PdEndpoints;
import org.pdtoolkit.tests.process.Ports;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.Member;

/** Real processes that are told where to find each other, not who they are. */
class DiscoveryProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int NODES = 4;

    @TempDir Path directory;
    private final int basePort = Ports.free(2 * NODES);
    private final List<NodeProcess> started = new ArrayList<>();
    private PdEndpoints endpoints;

    @BeforeEach
    void prepare() {
        endpoints = new PdEndpoints(List.of(clientUrl(1), clientUrl(2), clientUrl(3)));
    }

    @AfterEach
    void close() {
        started.forEach(NodeProcess::close);
        endpoints.close();
    }

    private String clientUrl(int number) {
        return "http://127.0.0.1:" + (basePort + 2 * number - 2);
    }

    private int peerPort(int number) {
        return basePort + 2 * number - 1;
    }

    private Path dataDir(int number) {
        return directory.resolve("pd" + number).resolve("data");
    }

    private NodeProcess start(int number, String... flags) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--name=pd" + number);
        arguments.add("--data-dir=" + dataDir(number));
        arguments.add("--client-urls=" + clientUrl(number));
        arguments.add("--peer-urls=http://127.0.0.1:" + peerPort(number));
        arguments.addAll(List.of(flags));
        NodeProcess node =
                new NodeProcess(
                        "pd" + number, arguments, directory.resolve("pd" + number).resolve("log"));
        started.add(node);
        node.start();
        return node;
    }

    /** Names of the members once all three have told theirs and one of them serves. */
    private Set<String> awaitCluster() {
        LocalCluster.await(
                "cluster of three with a leader",
                PATIENCE,
                () -> endpoints.leaderUrl().isPresent() && published().size() == 3);
        return published();
    }

    private Set<String> published() {
        return endpoints.members(clientUrl(1)).map(GetMembersResponse::getMembersList).stream()
                .flatMap(List::stream)
                .filter(member -> member.getClientUrlsCount() > 0)
                .map(Member::getName)
                .collect(Collectors.toSet());
    }

    @Test
    void threeThatKnowOnlyATokenAreOneClusterAndStayItWithoutTheRegistry() {
        NodeProcess second;
        String flag;
        try (KeysApiStub registry = new KeysApiStub()) {
            registry.put("/t/_config/size", "3");
            flag = "--discovery=" + registry.url("t");
            start(1, flag);
            second = start(2, flag);
            start(3, flag);
            assertEquals(Set.of("pd1", "pd2", "pd3"), awaitCluster());

            NodeProcess fourth = start(4, flag, "--discovery-fallback=exit");
            assertEquals(1, fourth.await(30), fourth.output());
            assertTrue(fourth.output().contains("discovery: cluster is full"), fourth.output());
            assertTrue(Files.notExists(dataDir(4)));

            NodeProcess proxy = start(4, flag);
            awaitProxy(proxy);
            proxy.kill();
        }
        awaitProxy(start(4, flag));
        second.kill();
        start(2, flag);
        LocalCluster.await(
                "second member back", PATIENCE, () -> endpoints.members(clientUrl(2)).isPresent());
        assertTrue(
                second.output().contains("discovery is ignored: the data dir holds a member"),
                second.output());
    }

    /** Until PD's members are seen through it. */
    private void awaitProxy(NodeProcess proxy) {
        LocalCluster.await(
                "three members behind the proxy; it says " + proxy.output(),
                PATIENCE,
                () ->
                        endpoints
                                .members(clientUrl(4))
                                .filter(members -> members.getMembersCount() == 3)
                                .isPresent());
    }

    @Test
    void threeThatDnsNamesAreOneCluster() {
        try (DnsStub dns = new DnsStub()) {
            dns.add(
                    "_etcd-server._tcp.pd.test",
                    new Target("localhost", peerPort(1)),
                    new Target("localhost", peerPort(2)),
                    new Target("localhost", peerPort(3)));
            String flag = "--discovery-srv=" + dns.domain("pd.test");
            start(1, flag);
            start(2, flag);
            start(3, flag);
            assertEquals(Set.of("pd1", "pd2", "pd3"), awaitCluster());

            NodeProcess stranger = start(4, flag);
            assertEquals(1, stranger.await(30), stranger.output());
            assertTrue(
                    stranger.output().contains("cannot find local etcd member \"pd4\""),
                    stranger.output());
            awaitProxy(start(4, flag, "--proxy=on"));
        }
    }

    @Test
    void twoSourcesAreRefusedBeforeTheDataDirIsTouched() {
        NodeProcess node =
                new NodeProcess(
                        "pd1",
                        List.of(
                                "--name=pd1",
                                "--data-dir=" + dataDir(1),
                                "--initial-cluster=pd1=http://127.0.0.1:2380",
                                "--discovery-srv=pd.test"),
                        directory.resolve("log"));
        started.add(node);
        node.start();
        assertEquals(2, node.await(30), node.output());
        assertTrue(
                node.output()
                        .contains(
                                "multiple discovery or bootstrap flags are set. Choose one of"
                                        + " \"initial-cluster\", \"discovery-endpoints\" or"
                                        + " \"discovery-srv\""),
                node.output());
        assertTrue(Files.notExists(dataDir(1)));
    }

    @Test
    void aNodeThatWaitsForTheOthersStopsWhenToldTo() {
        try (KeysApiStub registry = new KeysApiStub()) {
            registry.put("/t/_config/size", "3");
            NodeProcess node = start(1, "--discovery=" + registry.url("t"));
            LocalCluster.await(
                    "signing in",
                    PATIENCE,
                    () -> node.output().contains("waiting for the other founders: missing=2 of=3"));
            assertEquals(0, node.stop(), node.output());
        }
    }
}
