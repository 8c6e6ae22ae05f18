package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.check.TsoHistory;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberAddRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberPromoteRequest;

/** Members come and go under load: no acknowledged write is lost, no timestamp repeated. */
class MembershipProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int CALL_SECONDS = 5;
    private static final int END_SECONDS = 30;
    private static final int FOUNDERS = 3;
    private static final int REMOVED = 11;
    private static final int CLIENTS = 3;

    @TempDir Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, NodeProcess> nodes = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<TsoClient> clients = new ArrayList<>();
    private PdEndpoints endpoints;
    private KvWriter writer;

    @AfterEach
    void stop() {
        clients.forEach(TsoClient::close);
        if (writer != null) {
            writer.close();
        }
        nodes.values().forEach(NodeProcess::close);
        endpoints.close();
    }

    @Test
    void threeBecomeFiveAndThreeAgain() {
        start();
        join("pd4");
        addLearner("pd5");
        awaitLoad("five members");
        assertEquals(5, list().size());

        replaceAfterLoss("pd2");
        awaitLoad("a replaced member");

        String leader = leader().orElseThrow();
        remove(leader);
        assertEquals(REMOVED, nodes.get(leader).await(END_SECONDS), nodes.get(leader).output());
        await("another leader", () -> leader().filter(name -> !name.equals(leader)).isPresent());
        awaitLoad("a new leader");
        String follower =
                list().stream()
                        .map(Member::getName)
                        .filter(name -> !leader().orElse(name).equals(name))
                        .findFirst()
                        .orElseThrow();
        remove(follower);
        assertEquals(REMOVED, nodes.get(follower).await(END_SECONDS), nodes.get(follower).output());
        awaitLoad("three members");
        assertEquals(3, list().size());

        clients.forEach(TsoClient::close);
        writer.close();
        assertEquals(
                List.of(),
                TsoHistory.violations(clients.stream().map(TsoClient::history).toList()));
        await("a leader to read from", () -> leader().isPresent());
        assertEquals(List.of(), writer.lost());
    }

    private void start() {
        int first = Ports.free(2 * 5);
        for (int i = 0; i < 5; i++) {
            ports.put("pd" + (i + 1), first + 2 * i);
        }
        endpoints = new PdEndpoints(ports.keySet().stream().map(this::clientUrl).toList());
        String founders =
                ports.keySet().stream()
                        .limit(FOUNDERS)
                        .map(name -> name + "=" + peerUrl(name))
                        .collect(Collectors.joining(","));
        ports.keySet().stream()
                .limit(FOUNDERS)
                .forEach(name -> node(name, "file", "--initial-cluster=" + founders).start());
        await("a leader", () -> leader().isPresent());
        writer = new KvWriter(endpoints).start();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new TsoClient(endpoints, i).start());
        }
        await("the names of the founders", () -> started() == FOUNDERS);
        awaitLoad("three members");
    }

    private void join(String name) {
        node(name, "h2", "--join=" + clientUrl("pd1")).start();
        await(name + " among the members", () -> named(name).isPresent());
    }

    /** As etcd's operators do it; it is promoted only once it has caught up. */
    private void addLearner(String name) {
        await("a cluster healthy enough", () -> answered(() -> add(name)));
        long id =
                list().stream()
                        .filter(m -> m.getPeerURLsList().contains(peerUrl(name)))
                        .findFirst()
                        .orElseThrow()
                        .getID();
        StatusRuntimeException refused =
                assertThrows(StatusRuntimeException.class, () -> promote(id));
        assertTrue(refused.getMessage().contains("in sync with leader"), refused.getMessage());

        String all =
                list().stream()
                        .map(m -> (m.getID() == id ? name : m.getName()) + "=" + m.getPeerURLs(0))
                        .collect(Collectors.joining(","));
        node(name, "file", "--initial-cluster=" + all, "--initial-cluster-state=existing").start();
        await(name + " in sync", () -> answered(() -> promote(id)));
        await(
                name + " among the voters",
                () -> named(name).filter(m -> !m.getIsLearner()).isPresent());
    }

    /** Its disk is gone: it may not come back as itself, only as a new member. */
    private void replaceAfterLoss(String name) {
        NodeProcess lost = nodes.get(name);
        lost.kill();
        wipe(name);
        lost.start();
        assertEquals(1, lost.await(END_SECONDS), lost.output());
        assertTrue(lost.output().contains("has already been bootstrapped"), lost.output());

        wipe(name);
        remove(name);
        join(name);
    }

    // ---- steps

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        LocalCluster.await(what, PATIENCE, condition);
    }

    /** Every client gets an answer that it asked for after this call. */
    private void awaitLoad(String with) {
        int writes = writer.acknowledged() + 50;
        for (TsoClient client : clients) {
            int answers = client.answered() + 200;
            await(
                    "timestamps with " + with + ", last error " + client.lastError(),
                    () -> client.answered() >= answers);
        }
        await("writes with " + with, () -> writer.acknowledged() >= writes);
    }

    private String clientUrl(String name) {
        return "http://127.0.0.1:" + ports.get(name);
    }

    private String peerUrl(String name) {
        return "http://127.0.0.1:" + (ports.get(name) + 1);
    }

    private Path dataDir(String name) {
        return directory.resolve(name).resolve("data");
    }

    private NodeProcess node(String name, String storage, String... flags) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--name=" + name,
                                "--data-dir=" + dataDir(name),
                                "--client-urls=" + clientUrl(name),
                                "--peer-urls=" + peerUrl(name),
                                "--storage=" + storage));
        arguments.addAll(List.of(flags));
        NodeProcess node = new NodeProcess(name, arguments, directory.resolve(name + ".log"));
        nodes.put(name, node);
        return node;
    }

    private void wipe(String name) {
        try (Stream<Path> paths = Files.walk(dataDir(name))) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Name of the PD leader, as it says itself. */
    private Optional<String> leader() {
        return ports.keySet().stream()
                .filter(
                        name ->
                                endpoints
                                        .members(clientUrl(name))
                                        .filter(m -> m.getLeader().getName().equals(name))
                                        .isPresent())
                .findFirst();
    }

    private ClusterGrpc.ClusterBlockingStub members() {
        List<String> url = new ArrayList<>();
        await(
                "a PD leader",
                () -> {
                    endpoints.leaderUrl().ifPresent(url::add);
                    return !url.isEmpty();
                });
        return ClusterGrpc.newBlockingStub(endpoints.channel(url.get(0)))
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    private List<Member> list() {
        MemberListRequest request = MemberListRequest.newBuilder().setLinearizable(true).build();
        List<Member> list = new ArrayList<>();
        await(
                "the list of members",
                () -> answered(() -> list.addAll(members().memberList(request).getMembersList())));
        return list;
    }

    private Optional<Member> named(String name) {
        return list().stream().filter(m -> m.getName().equals(name)).findFirst();
    }

    private long started() {
        return list().stream().filter(m -> !m.getName().isEmpty()).count();
    }

    private void add(String name) {
        MemberAddRequest request =
                MemberAddRequest.newBuilder().addPeerURLs(peerUrl(name)).setIsLearner(true).build();
        assertTrue(members().memberAdd(request).getMember().getIsLearner());
    }

    private void promote(long id) {
        assertEquals(
                list().size(),
                members()
                        .memberPromote(MemberPromoteRequest.newBuilder().setID(id).build())
                        .getMembersCount());
    }

    private static boolean answered(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException notNow) {
            return false;
        }
    }

    /** Through PD's HTTP API, once the others are connected for long enough. */
    private void remove(String name) {
        await("a removal of " + name, () -> removed(name));
        assertTrue(named(name).isEmpty());
    }

    private boolean removed(String name) {
        String url = endpoints.leaderUrl().orElse(clientUrl(name)) + "/pd/api/v1/members/name/";
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + name))
                        .timeout(Duration.ofSeconds(CALL_SECONDS))
                        .DELETE()
                        .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                assertEquals("\"removed, pd: " + name + "\"\n", answer.body());
            }
            // The answer to an earlier call may have been late.
            return answer.statusCode() == 200 || answer.statusCode() == 404;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
