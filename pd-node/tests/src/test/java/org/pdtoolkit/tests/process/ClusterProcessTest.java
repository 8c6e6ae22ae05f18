package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.tests.bench.FailoverBench;
import org.pdtoolkit.tests.check.TsoHistory;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.Member;

/** Static clusters of real processes: cold start, restart, kill -9, transfer. */
class ClusterProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;

    /** Storage backend of each member: one kind, the other, and side by side. */
    static Stream<List<String>> clustersOfThree() {
        return Stream.of(
                List.of("file", "file", "file"),
                List.of("h2", "h2", "h2"),
                List.of("file", "h2", "file"));
    }

    static Stream<List<String>> clusters() {
        List<List<String>> others =
                List.of(List.of("file"), List.of("h2"), List.of("h2", "file", "h2", "file", "h2"));
        return Stream.concat(clustersOfThree(), others.stream());
    }

    @ParameterizedTest
    @MethodSource("clusters")
    void aStaticClusterStartsAndKeepsItsIdsThroughARestart(List<String> storages) {
        int size = storages.size();
        try (LocalCluster cluster = new LocalCluster(storages, directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            Set<Member> before = published(cluster, size);
            long id = cluster.endpoints().clusterId();
            assertNotEquals(0, id);
            cluster.nodes().forEach(node -> assertEquals(0, node.stop(), node.output()));
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            assertEquals(before, published(cluster, size));
            assertEquals(id, cluster.endpoints().clusterId());
        }
    }

    /** Members once all of them have published their client URLs. */
    private static Set<Member> published(LocalCluster cluster, int size) {
        String url = cluster.clientUrls().get(0);
        Set<Member> members = new HashSet<>();
        LocalCluster.await(
                "all members published",
                PATIENCE,
                () -> {
                    members.clear();
                    cluster.endpoints()
                            .members(url)
                            .map(GetMembersResponse::getMembersList)
                            .ifPresent(members::addAll);
                    return members.size() == size
                            && members.stream().allMatch(m -> m.getClientUrlsCount() == 1);
                });
        return members;
    }

    @ParameterizedTest
    @MethodSource("clustersOfThree")
    void killedAndMovedLeadersLoseNothingAndRepeatNothing(List<String> storages) {
        FailoverBench.Result result = FailoverBench.run(storages, directory, 3, 2);
        assertEquals(List.of(), result.violations());
        assertEquals(List.of(), result.writesLost());
        assertTrue(result.writesAcknowledged() > 0, "no write was acknowledged");
    }

    @ParameterizedTest
    @MethodSource("clustersOfThree")
    @Tag("long")
    void twentyKillsInARowLoseNothingAndRepeatNothing(List<String> storages) {
        FailoverBench.Result result = FailoverBench.run(storages, directory, 20, 10);
        assertEquals(List.of(), result.violations());
        assertEquals(List.of(), result.writesLost());
    }

    @Test
    void aLeaderThatWakesFromAPauseServesNothingStale() {
        List<String> storages = List.of("file", "file", "file");
        try (LocalCluster cluster = new LocalCluster(storages, directory, List.of())) {
            cluster.start();
            String paused = cluster.awaitLeader(PATIENCE);
            List<TsoClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(new TsoClient(cluster.endpoints(), i).start());
            }
            try {
                awaitAnswers(clients, 100);
                cluster.node(paused).pause();
                LocalCluster.await(
                        "another leader",
                        PATIENCE,
                        () -> cluster.leader().filter(name -> !name.equals(paused)).isPresent());
                awaitAnswers(clients, 200);
                cluster.node(paused).resume();
                awaitAnswers(clients, 500);
            } finally {
                clients.forEach(TsoClient::close);
            }
            assertEquals(
                    List.of(),
                    TsoHistory.violations(clients.stream().map(TsoClient::history).toList()));
        }
    }

    private static void awaitAnswers(List<TsoClient> clients, int count) {
        for (TsoClient client : clients) {
            int goal = client.answered() + count;
            LocalCluster.await(
                    "answers, last error " + client.lastError(),
                    PATIENCE,
                    () -> client.answered() >= goal);
        }
    }

    @ParameterizedTest
    @MethodSource("clustersOfThree")
    void aMemberThatFellFarBehindCatchesUpBySnapshot(List<String> storages) {
        List<String> flags = List.of("--snapshot-count=50", "--snapshot-catchup-entries=10");
        try (LocalCluster cluster = new LocalCluster(storages, directory, flags)) {
            cluster.start();
            String leader = cluster.awaitLeader(PATIENCE);
            published(cluster, 3);
            NodeProcess behind =
                    cluster.nodes().stream()
                            .filter(node -> !node.name().equals(leader))
                            .findFirst()
                            .orElseThrow();
            behind.kill();
            KvWriter writer = new KvWriter(cluster.endpoints()).start();
            LocalCluster.await("300 writes", PATIENCE, () -> writer.acknowledged() >= 300);
            writer.close();
            behind.start();
            LocalCluster.await(
                    "a snapshot installed",
                    PATIENCE,
                    () -> behind.output().contains("snapshot installed"));
            // With the third member gone, the one that was behind is needed for every write.
            NodeProcess third =
                    cluster.nodes().stream()
                            .filter(n -> n != behind && !n.name().equals(leader))
                            .findFirst()
                            .orElseThrow();
            third.kill();
            cluster.awaitLeader(PATIENCE);
            assertEquals(List.of(), writer.lost());
        }
    }
}
