package org.pdtoolkit.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.check.TsoHistory;
import org.pdtoolkit.tests.crash.CrashPoint.Scene;
import org.pdtoolkit.tests.process.KvWriter;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.TsoClient;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberAddRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberRemoveRequest;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;

/** One cluster under load, ended member by member at every {@link CrashPoint}. */
class CrashPointTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Enough that a member that missed them needs a snapshot. */
    private static final int WRITES_BEHIND = 150;

    /** Small bounds, so that every rare step of the disk comes often. */
    private static final List<String> FLAGS =
            List.of(
                    "--snapshot-count=50",
                    "--snapshot-catchup-entries=10",
                    "--storage-options=segment-bytes=16384,rewrite-bytes=4096");

    @TempDir Path directory;

    @Test
    void nothingIsLostWhereAMemberUnderLoadEnds() throws IOException {
        nothingIsLost(EnumSet.of(Scene.LEADER, Scene.FOLLOWER));
    }

    @Test
    @Tag("long")
    void nothingIsLostWhereAMemberEndsAtARareEvent() throws IOException {
        nothingIsLost(EnumSet.complementOf(EnumSet.of(Scene.LEADER, Scene.FOLLOWER)));
    }

    /** No acknowledged write is lost and no timestamp given twice. */
    private void nothingIsLost(Set<Scene> scenes) throws IOException {
        Path jar = directory.resolve("agent.jar");
        CrashAgent.writeJar(jar);
        try (LocalCluster cluster =
                new LocalCluster(
                        List.of("file", "file", "file"),
                        directory,
                        FLAGS,
                        name -> List.of("-javaagent:" + jar + "=" + controlFile(name)))) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            KvWriter writer = new KvWriter(cluster.endpoints()).start();
            TsoClient client = new TsoClient(cluster.endpoints(), 0).start();
            try {
                for (CrashPoint point : CrashPoint.values()) {
                    if (scenes.contains(point.scene())) {
                        crash(cluster, writer, client, point);
                    }
                }
            } finally {
                writer.close();
                client.close();
            }
            cluster.awaitLeader(PATIENCE);
            assertEquals(List.of(), writer.lost());
            assertEquals(List.of(), TsoHistory.violations(List.of(client.history())));
            // The last one that ended may still be starting, and would end by the signal itself.
            for (NodeProcess node : cluster.nodes()) {
                String url = cluster.clientUrl(node.name());
                LocalCluster.await(
                        node.name() + " up",
                        PATIENCE,
                        () -> cluster.endpoints().members(url).isPresent());
            }
            cluster.nodes().forEach(node -> assertEquals(0, node.stop(), node.output()));
        }
    }

    /** Repeats {@code work} through any member until the victim is gone. */
    private static void until(NodeProcess victim, LocalCluster cluster, Consumer<Channel> work) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int turn = 0; victim.isAlive() && System.nanoTime() < deadline; turn++) {
            String url = cluster.clientUrls().get(turn % cluster.clientUrls().size());
            try {
                work.accept(cluster.endpoints().channel(url));
            } catch (StatusRuntimeException e) {
                // The member asked may be the victim, or lead no more: the next one is asked.
            }
        }
    }

    private static void overwriteAndCompact(Channel member) {
        KVGrpc.KVBlockingStub kv =
                KVGrpc.newBlockingStub(member).withDeadlineAfter(5, TimeUnit.SECONDS);
        PutRequest put =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("overwritten"))
                        .setValue(ByteString.copyFrom(new byte[1 << 10]))
                        .build();
        for (int i = 0; i < 20; i++) {
            long revision = kv.put(put).getHeader().getRevision();
            if (i == 19) {
                var unused =
                        kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
            }
        }
    }

    private static void addAndRemoveALearner(Channel member) {
        ClusterGrpc.ClusterBlockingStub cluster =
                ClusterGrpc.newBlockingStub(member).withDeadlineAfter(5, TimeUnit.SECONDS);
        List<Member> members =
                cluster.memberList(MemberListRequest.getDefaultInstance()).getMembersList();
        Optional<Member> learner = members.stream().filter(Member::getIsLearner).findAny();
        if (learner.isPresent()) {
            var unused =
                    cluster.memberRemove(
                            MemberRemoveRequest.newBuilder().setID(learner.get().getID()).build());
        } else {
            var unused =
                    cluster.memberAdd(
                            MemberAddRequest.newBuilder()
                                    .setIsLearner(true)
                                    .addPeerURLs("http://127.0.0.1:1")
                                    .build());
        }
    }

    private Path controlFile(String member) {
        return directory.resolve(member + ".crash");
    }

    private void crash(LocalCluster cluster, KvWriter writer, TsoClient client, CrashPoint point) {
        awaitProgress(cluster, writer, client);
        String leader = cluster.awaitLeader(PATIENCE);
        List<NodeProcess> others = new ArrayList<>(cluster.nodes());
        others.removeIf(node -> node.name().equals(leader));
        NodeProcess first = cluster.node(leader);
        NodeProcess second = others.get(point.ordinal() % 2);
        NodeProcess victim =
                switch (point.scene()) {
                    case LEADER, SENDS_SNAPSHOT -> first;
                    case FOLLOWER, ELECTION, TRANSFER, TAKES_SNAPSHOT, RESTART -> second;
                    case COMPACTION, MEMBERS -> point.ordinal() % 2 == 0 ? first : second;
                };
        switch (point.scene()) {
            case LEADER, FOLLOWER -> arm(victim, point);
            case ELECTION -> {
                first.kill();
                arm(victim, point);
            }
            case TRANSFER -> {
                arm(victim, point);
                transfer(cluster, first, second);
            }
            case COMPACTION -> {
                arm(victim, point);
                until(victim, cluster, CrashPointTest::overwriteAndCompact);
            }
            case MEMBERS -> {
                arm(victim, point);
                until(victim, cluster, CrashPointTest::addAndRemoveALearner);
            }
            case SENDS_SNAPSHOT, TAKES_SNAPSHOT -> {
                fallBehind(second, writer);
                arm(victim, point);
                second.start();
            }
            case RESTART -> {
                victim.kill();
                arm(victim, point);
                victim.start();
            }
        }
        LocalCluster.await("end at " + point, PATIENCE, () -> !victim.isAlive());
        assertEquals(CrashAgent.EXIT_CODE, victim.await(1), point + ": " + victim.output());
        disarm(victim);
        cluster.nodes().stream().filter(node -> !node.isAlive()).forEach(NodeProcess::start);
    }

    private static void fallBehind(NodeProcess member, KvWriter writer) {
        member.kill();
        int goal = writer.acknowledged() + WRITES_BEHIND;
        LocalCluster.await("writes", PATIENCE, () -> writer.acknowledged() >= goal);
    }

    /** Everybody is up and work gets done. */
    private static void awaitProgress(LocalCluster cluster, KvWriter writer, TsoClient client) {
        LocalCluster.await(
                "answers of all members",
                PATIENCE,
                () ->
                        cluster.clientUrls().stream()
                                .allMatch(url -> cluster.endpoints().members(url).isPresent()));
        int writes = writer.acknowledged() + 20;
        int timestamps = client.answered() + 20;
        LocalCluster.await(
                "progress, last error " + client.lastError(),
                PATIENCE,
                () -> writer.acknowledged() >= writes && client.answered() >= timestamps);
    }

    private static void transfer(LocalCluster cluster, NodeProcess from, NodeProcess to) {
        String url = cluster.clientUrl(from.name());
        try {
            HttpURLConnection call =
                    (HttpURLConnection)
                            URI.create(url + "/pd/api/v1/leader/transfer/" + to.name())
                                    .toURL()
                                    .openConnection();
            call.setRequestMethod("POST");
            assertTrue(call.getResponseCode() > 0);
        } catch (IOException e) {
            // The member that was asked to lead is gone: what this is about.
            assertTrue(!to.isAlive() || from.isAlive(), e.toString());
        }
    }

    private void arm(NodeProcess member, CrashPoint point) {
        try {
            Path whole = directory.resolve(member.name() + ".new");
            Files.writeString(whole, point.name());
            Files.move(whole, controlFile(member.name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void disarm(NodeProcess member) {
        try {
            Files.delete(controlFile(member.name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
