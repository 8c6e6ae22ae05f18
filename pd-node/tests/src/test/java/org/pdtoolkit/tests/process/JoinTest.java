package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberAddRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberRemoveRequest;

/** The cases of PD's {@code --join}, one by one, with real processes. */
class JoinTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int END_SECONDS = 60;
    private static final int REMOVED = 11;

    @TempDir Path directory;

    private LocalCluster cluster;
    private String clientUrl;
    private final List<NodeProcess> joined = new ArrayList<>();

    @BeforeEach
    void startTheFirst() {
        cluster = new LocalCluster(List.of("file"), directory, List.of());
        cluster.start();
        cluster.awaitLeader(PATIENCE);
        clientUrl = cluster.clientUrls().get(0);
        await("the first member's name", () -> named("pd1"));
    }

    @AfterEach
    void stop() {
        joined.forEach(NodeProcess::close);
        cluster.close();
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        LocalCluster.await(what, PATIENCE, condition);
    }

    private ClusterGrpc.ClusterBlockingStub members() {
        ManagedChannel channel = cluster.endpoints().channel(clientUrl);
        return ClusterGrpc.newBlockingStub(channel);
    }

    private List<Member> list() {
        return members().memberList(MemberListRequest.getDefaultInstance()).getMembersList();
    }

    private boolean named(String name) {
        return list().stream().anyMatch(m -> m.getName().equals(name));
    }

    private Path dataDir(String name) {
        return directory.resolve(name).resolve("data");
    }

    /** A member that joins what {@code join} says. */
    private NodeProcess member(String name, int port, String join) {
        NodeProcess node =
                new NodeProcess(
                        name,
                        new ArrayList<>(
                                List.of(
                                        "--name=" + name,
                                        "--data-dir=" + dataDir(name),
                                        "--client-urls=http://127.0.0.1:" + port,
                                        "--peer-urls=http://127.0.0.1:" + (port + 1),
                                        "--join=" + join)),
                        directory.resolve(name + ".log"));
        joined.add(node);
        return node;
    }

    private NodeProcess startedMember(String name) {
        NodeProcess node = member(name, Ports.free(2), clientUrl);
        node.start();
        await(name + " among the members", () -> named(name));
        return node;
    }

    private static void refused(NodeProcess node, String because) {
        assertEquals(1, node.await(END_SECONDS), node.output());
        assertTrue(node.output().contains(because), node.output());
    }

    private void wipe(String name) throws IOException {
        try (Stream<Path> paths = Files.walk(dataDir(name))) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void remove(String name) {
        long id =
                list().stream()
                        .filter(m -> m.getName().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .getID();
        await("a cluster healthy enough", () -> removed(id));
    }

    private boolean removed(long id) {
        try {
            members().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
            return true;
        } catch (io.grpc.StatusRuntimeException tooYoung) {
            return false;
        }
    }

    @Test
    void joiningOneselfIsForbidden() {
        int port = Ports.free(2);
        NodeProcess node = member("pd2", port, "http://127.0.0.1:" + port);
        node.start();
        refused(node, "join self is forbidden");
    }

    /** One member becomes two, then three; the first goes on without a restart. */
    @Test
    void newMembersJoinOneAfterTheOther() {
        long pid = cluster.nodes().get(0).pid();
        startedMember("pd2");
        startedMember("pd3");
        assertEquals(3, list().size());
        assertEquals(pid, cluster.nodes().get(0).pid());
        assertTrue(cluster.nodes().get(0).isAlive());
    }

    /** Added, but it failed before its first entry: the file in its data dir tells the way. */
    @Test
    void whoFailedAfterBeingAddedGoesOn() throws IOException {
        int port = Ports.free(2);
        String peerUrl = "http://127.0.0.1:" + (port + 1);
        members().memberAdd(MemberAddRequest.newBuilder().addPeerURLs(peerUrl).build());
        String first =
                list(false).stream()
                        .filter(m -> m.getName().equals("pd1"))
                        .findFirst()
                        .orElseThrow()
                        .getPeerURLs(0);
        Files.createDirectories(dataDir("pd2"));
        Files.writeString(dataDir("pd2").resolve("join"), "pd1=" + first + ",pd2=" + peerUrl);
        NodeProcess node = member("pd2", port, clientUrl);
        node.start();
        await(
                "pd2 among the members",
                () -> list(false).stream().anyMatch(m -> m.getName().equals("pd2")));
        assertEquals(2, list().size());
    }

    /** The same without that file: nobody can tell whose place it is. */
    @Test
    void anotherMemberThatHasNotStartedKeepsNewOnesOut() {
        members()
                .memberAdd(
                        MemberAddRequest.newBuilder()
                                .setIsLearner(true)
                                .addPeerURLs("http://127.0.0.1:1")
                                .build());
        NodeProcess node = member("pd2", Ports.free(2), clientUrl);
        node.start();
        refused(node, "there is a member that has not joined successfully");
    }

    @Test
    void whoLostItsDataIsRefusedUntilItIsRemoved() throws IOException {
        NodeProcess node = startedMember("pd2");
        startedMember("pd3");
        node.kill();
        wipe("pd2");
        node.start();
        refused(node, "missing data or join a duplicated pd");

        remove("pd2");
        node.start();
        await("pd2 among the members again", () -> named("pd2"));
    }

    @Test
    void whoWasDeletedRejoinsAsANewMemberOnly() throws IOException {
        NodeProcess node = startedMember("pd2");
        startedMember("pd3");
        remove("pd2");
        assertEquals(REMOVED, node.await(END_SECONDS), node.output());
        assertTrue(node.output().contains("was removed from the cluster"), node.output());
        node.start();
        assertEquals(REMOVED, node.await(END_SECONDS), node.output());

        wipe("pd2");
        node.start();
        await("pd2 among the members again", () -> named("pd2"));
    }

    @Test
    void withDataNobodyIsAskedAnything() {
        NodeProcess node = startedMember("pd2");
        node.stop();
        NodeProcess again =
                new NodeProcess(
                        "again",
                        new ArrayList<>(
                                List.of(
                                        "--name=pd2",
                                        "--data-dir=" + dataDir("pd2"),
                                        "--client-urls=http://127.0.0.1:" + Ports.free(1),
                                        "--peer-urls=" + peerUrl("pd2"),
                                        "--join=http://127.0.0.1:1")),
                        directory.resolve("again.log"));
        joined.add(again);
        again.start();
        cluster.awaitLeader(PATIENCE);
        assertTrue(again.isAlive(), again.output());
    }

    private String peerUrl(String name) {
        return list(false).stream()
                .filter(m -> m.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getPeerURLs(0);
    }

    private List<Member> list(boolean linearizable) {
        return members()
                .memberList(MemberListRequest.newBuilder().setLinearizable(linearizable).build())
                .getMembersList();
    }

    @Test
    void thePeerPortIsTheWrongOne() {
        NodeProcess node = member("pd2", Ports.free(2), peerUrl("pd1"));
        node.start();
        refused(node, "is a peer URL");
        assertTrue(node.output().contains(clientUrl), node.output());
    }
}
