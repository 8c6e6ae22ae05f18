package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators and strangers get wrong: a clear answer, the right status, nothing lost. */
class BadInputTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int GARBAGE_CONNECTIONS = 10_000;

    @TempDir Path directory;

    @Test
    void aFlagTypoNamesTheFlagMeant() {
        NodeProcess node = run("typo", List.of("--data-dirr=" + directory.resolve("x")));
        assertEquals(2, node.await(30));
        refusedCleanly(node, "--data-dir");
        assertFalse(Files.exists(directory.resolve("x")));
    }

    @Test
    void aPortInUseIsNamedAndTheDataDirStaysUntouched() throws IOException {
        LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of());
        URI url = URI.create(cluster.clientUrls().get(0));
        try (ServerSocket holder = new ServerSocket()) {
            holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), url.getPort()));
            cluster.start();
            NodeProcess node = cluster.nodes().get(0);
            assertEquals(1, node.await(30));
            refusedCleanly(node, "127.0.0.1:" + url.getPort());
            assertFalse(Files.exists(directory.resolve("pd1").resolve("data")));
        } finally {
            cluster.close();
        }
    }

    @Test
    void twoNodesOnOneDataDirAreRefused() {
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            int port = Ports.free(2);
            NodeProcess second =
                    run(
                            "second",
                            List.of(
                                    "--name=pd1",
                                    "--data-dir=" + directory.resolve("pd1").resolve("data"),
                                    "--client-urls=http://127.0.0.1:" + port,
                                    "--peer-urls=http://127.0.0.1:" + (port + 1)));
            assertEquals(1, second.await(30));
            refusedCleanly(second, directory.resolve("pd1").resolve("data").toString());
            assertTrue(cluster.leader().isPresent(), "the first node must not notice");
        }
    }

    /** As in etcd: once a data dir holds a member, nobody can talk it into being another one. */
    @Test
    void aDataDirKeepsItsMemberWhateverTheFlagsSay() {
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            NodeProcess node = cluster.nodes().get(0);
            node.stop();
            int port = Ports.free(2);
            try (PdEndpoints endpoints = new PdEndpoints(List.of("http://127.0.0.1:" + port));
                    NodeProcess other =
                            run(
                                    "other",
                                    List.of(
                                            "--name=pd1",
                                            "--data-dir="
                                                    + directory.resolve("pd1").resolve("data"),
                                            "--client-urls=http://127.0.0.1:" + port,
                                            "--peer-urls=http://127.0.0.1:" + (port + 1),
                                            "--initial-cluster-token=other",
                                            "--initial-cluster-state=existing"))) {
                LocalCluster.await("a leader", PATIENCE, () -> endpoints.leaderUrl().isPresent());
                assertTrue(other.isAlive());
            }
            cluster.start();
            cluster.awaitLeader(PATIENCE);
        }
    }

    @Test
    void aWipedMemberIsRefusedInsteadOfVotingWithAnEmptyMemory() throws IOException {
        try (LocalCluster cluster =
                new LocalCluster(List.of("file", "file", "file"), directory, List.of())) {
            cluster.start();
            String leader = cluster.awaitLeader(PATIENCE);
            NodeProcess victim =
                    cluster.nodes().stream()
                            .filter(n -> !n.name().equals(leader))
                            .findFirst()
                            .orElseThrow();
            String url = cluster.clientUrl(victim.name());
            LocalCluster.await(
                    "the member's client URLs at the leader",
                    PATIENCE,
                    () ->
                            cluster.endpoints()
                                    .members(cluster.endpoints().leaderUrl().orElse(url))
                                    .map(
                                            m ->
                                                    m.getMembersList().stream()
                                                            .allMatch(
                                                                    x ->
                                                                            x.getClientUrlsCount()
                                                                                    == 1))
                                    .orElse(false));
            victim.kill();
            deleteTree(directory.resolve(victim.name()).resolve("data"));
            victim.start();
            assertEquals(1, victim.await(30));
            refusedCleanly(victim, "has already been bootstrapped");
        }
    }

    @Test
    void tenThousandGarbageConnectionsOnBothPortsHurtNobody() throws IOException {
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            URI client = URI.create(cluster.clientUrls().get(0));
            SplittableRandom random = new SplittableRandom(7);
            try (TsoClient load = new TsoClient(cluster.endpoints(), 1).start()) {
                LocalCluster.await("timestamps", PATIENCE, () -> load.answered() > 100);
                for (int i = 0; i < GARBAGE_CONNECTIONS; i++) {
                    garbage(client.getPort() + i % 2, random);
                }
                int before = load.answered();
                LocalCluster.await("timestamps", PATIENCE, () -> load.answered() > before + 100);
            }
            assertTrue(cluster.nodes().get(0).isAlive());
            noStackTrace(cluster.nodes().get(0));
        }
    }

    private static void garbage(int port, SplittableRandom random) throws IOException {
        byte[] bytes = new byte[1 + random.nextInt(64)];
        random.nextBytes(bytes);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(bytes);
            // An abortive end: ten thousand sockets must not wait out their last state.
            socket.setSoLinger(true, 0);
        }
    }

    @Test
    void anHttpClientOnThePeerPortIsToldWhichPortItWants() throws IOException {
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            int peer = URI.create(cluster.clientUrls().get(0)).getPort() + 1;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), peer)) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
                String answer = new String(socket.getInputStream().readAllBytes());
                assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
                assertTrue(answer.contains("client port"), answer);
            }
        }
    }

    private NodeProcess run(String name, List<String> arguments) {
        NodeProcess node =
                new NodeProcess(name, new ArrayList<>(arguments), directory.resolve(name + ".log"));
        node.start();
        return node;
    }

    private static void refusedCleanly(NodeProcess node, String mention) {
        String output = node.output();
        assertTrue(output.contains("pd-node:"), output);
        assertTrue(output.contains(mention), output);
        noStackTrace(node);
    }

    private static void noStackTrace(NodeProcess node) {
        assertNotEquals(true, node.output().contains("\tat "), node.output());
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
