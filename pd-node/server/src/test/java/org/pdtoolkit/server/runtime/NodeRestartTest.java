package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.pdtoolkit.server.runtime.TestCluster.error;
import static org.pdtoolkit.server.runtime.TestCluster.get;
import static org.pdtoolkit.server.runtime.TestCluster.local;
import static org.pdtoolkit.server.runtime.TestCluster.put;
import static org.pdtoolkit.server.runtime.TestCluster.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;

/** Members that stop, come back, come back with nothing, or with what is not theirs. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class NodeRestartTest {
    private static final Set<String> OUR_THREADS =
            Set.of("consensus", "apply", "timer", "peer", "snapshot-in", "snapshot-out");

    @TempDir Path directory;

    @Test
    void aMemberThatComesBackIsWhoItWasAndCatchesUp() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            String name = cluster.nameOf(cluster.followers().get(0));
            long id = cluster.node(name).consensus().memberId();
            long clusterId = cluster.node(name).raftClusterId();
            put(cluster.leader(), "before", "1");
            cluster.stop(name);
            put(cluster.leader(), "meanwhile", "2");
            NodeRuntime back = cluster.start(name);
            assertEquals(id, back.consensus().memberId());
            assertEquals(clusterId, back.raftClusterId());
            assertEquals("2", read(back, "meanwhile"));
            assertEquals("1", local(back, "before"));
            cluster.settle();
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesTheEndOfAllMembers() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            long revision = 0;
            for (int i = 0; i < 50; i++) {
                revision = put(cluster.nodes().get(i % 3), "k" + i, "v" + i).revision();
            }
            for (String name : List.of("m1", "m2", "m3")) {
                cluster.stop(name);
            }
            cluster.startAll();
            for (int i = 0; i < 50; i++) {
                assertEquals("v" + i, read(cluster.nodes().get(i % 3), "k" + i));
            }
            assertTrue(put(cluster.leader(), "k", "v").revision() > revision);
        }
    }

    @Test
    void aSingleMemberLeadsAtOnceEachTime() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 10)) {
            for (int run = 0; run < 3; run++) {
                NodeRuntime node = cluster.start("m1");
                cluster.await(() -> node.consensus().leading());
                assertEquals(run == 0 ? null : "run " + (run - 1), read(node, "key"));
                for (int i = 0; i < 25; i++) {
                    put(node, "key", "run " + run);
                }
                cluster.stop("m1");
            }
        }
    }

    @Test
    void aMemberFarBehindIsSentASnapshot() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory, 20)) {
            String name = cluster.nameOf(cluster.followers().get(0));
            put(cluster.leader(), "gone", "soon");
            read(cluster.node(name), "gone");
            cluster.stop(name);
            NodeRuntime leader = cluster.leader();
            get(leader.kv().delete(Op.Delete.of(Bytes.utf8("gone"))));
            for (int i = 0; i < 200; i++) {
                put(leader, "k" + i, "v".repeat(2_000) + i);
            }
            NodeRuntime back = cluster.start(name);
            assertEquals("v".repeat(2_000) + 199, read(back, "k199"));
            for (int i = 0; i < 200; i++) {
                assertEquals("v".repeat(2_000) + i, local(back, "k" + i));
            }
            assertNull(local(back, "gone"));
            assertEquals(leader.consensus().members(), back.consensus().members());
            cluster.settle();

            // It is a full member again: it can lead, and start from what it was sent.
            get(cluster.leader().consensus().transferLeader(back.consensus().memberId()));
            put(back, "after", "the snapshot");
            cluster.stop(name);
            try (Storage files = StorageChoice.of("file").open(cluster.dataDir(name))) {
                assertTrue(files.snapshots().latest().isPresent(), "no snapshot was sent");
                assertTrue(files.log().firstIndex() > 100, "the log was never cut");
            }
            NodeRuntime again = cluster.start(name);
            assertEquals("the snapshot", read(again, "after"));
            assertEquals("v".repeat(2_000) + 3, local(again, "k3"));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aMemberThatLostItsDataIsRefused() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            cluster.await(
                    () ->
                            cluster.nodes().stream()
                                    .flatMap(n -> n.consensus().members().stream())
                                    .noneMatch(m -> m.clientUrls().isEmpty()));
            String name = cluster.nameOf(cluster.followers().get(0));
            String id = Long.toHexString(cluster.node(name).consensus().memberId());
            cluster.stop(name);
            delete(cluster.dataDir(name));
            for (int attempt = 0; attempt < 2; attempt++) {
                NodeStartException refusal =
                        assertThrows(NodeStartException.class, () -> cluster.start(name));
                String text = refusal.getMessage();
                assertTrue(text.contains(id + " (" + name + ")"), text);
                assertTrue(text.contains("already been bootstrapped"), text);
            }
            cluster.settle();
        }
    }

    @Test
    void aMemberThatLostItsDataStopsWhenOneThatKnowsItComesLater() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            cluster.await(
                    () ->
                            cluster.nodes().stream()
                                    .flatMap(n -> n.consensus().members().stream())
                                    .noneMatch(m -> m.clientUrls().isEmpty()));
            List.of("m1", "m2", "m3").forEach(cluster::stop);
            delete(cluster.dataDir("m1"));
            cluster.start("m1"); // nobody answers its question
            cluster.start("m2");
            Throwable reason = cluster.awaitFatal();
            assertTrue(reason instanceof NodeStartException, reason.toString());
            assertTrue(reason.getMessage().contains("already been bootstrapped"));
            cluster.stop("m1");
            cluster.fatal.clear();
        }
    }

    @Test
    void aMemberWithDataDoesNotAskWhatItsClusterIs() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            put(cluster.leader(), "key", "value");
            long id = cluster.node("m1").consensus().memberId();
            cluster.stop("m1");
            ColdStart nothing = () -> fail("asked for an initial cluster");
            NodeRuntime again = cluster.start("m1", nothing);
            assertEquals(id, again.consensus().memberId());
            assertEquals("value", read(again, "key"));
        }
    }

    @Test
    void aDataDirIsOpenedByOneOnly() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 1_000)) {
            NodeRuntime node = cluster.start("m1");
            StorageException refusal =
                    assertThrows(
                            StorageException.Locked.class,
                            () -> cluster.open("m1", TestCluster.TOKEN));
            String where = cluster.dataDir("m1").toString();
            assertTrue(refusal.getMessage().contains(where), refusal.getMessage());
            cluster.await(() -> node.consensus().leading());
        }
    }

    @Test
    void aNameOutsideTheClusterIsRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 1_000)) {
            NodeOptions good = cluster.options("m1");
            NodeOptions other =
                    new NodeOptions(
                            "m9",
                            good.dataDir(),
                            good.storage(),
                            good.peerListen(),
                            good.advertisePeerUrls(),
                            good.advertiseClientUrls(),
                            good.reconfiguration(),
                            false,
                            good.runtime(),
                            null);
            NodeStartException refusal =
                    assertThrows(
                            NodeStartException.class,
                            () ->
                                    NodeRuntime.open(
                                            other,
                                            () -> cluster.founding(TestCluster.TOKEN),
                                            cluster.fatal::add));
            assertTrue(refusal.getMessage().contains("\"m9\""), refusal.getMessage());
        }
    }

    private static Set<Thread> ourThreads() {
        Set<Thread> ours = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            String name = thread.getName();
            if (OUR_THREADS.stream()
                    .anyMatch(our -> name.equals(our) || name.startsWith(our + "-"))) {
                ours.add(thread);
            }
        }
        return ours;
    }

    @Test
    void closingEndsEveryThreadAndEveryCall() throws Exception {
        Set<Thread> before = ourThreads();
        TestCluster cluster = TestCluster.started(directory);
        NodeRuntime last = cluster.leader();
        for (NodeRuntime follower : cluster.followers()) {
            cluster.stop(cluster.nameOf(follower));
        }
        assertFalse(ourThreads().isEmpty());
        // Nobody can answer these any more: no quorum.
        CompletableFuture<?> put = last.kv().put(Op.Put.of(Bytes.utf8("k"), Bytes.EMPTY));
        CompletableFuture<?> read = last.kv().range(Op.Range.of(Bytes.utf8("k")));
        long self = last.consensus().memberId();
        cluster.close();
        // The put may have been refused already, if the leader had noticed.
        Set<KvError> ends = Set.of(KvError.STOPPED, KvError.NO_LEADER);
        assertTrue(ends.contains(error(put)));
        assertEquals(KvError.STOPPED, error(read));
        assertEquals(
                KvError.STOPPED, error(last.kv().put(Op.Put.of(Bytes.utf8("k"), Bytes.EMPTY))));
        assertEquals(KvError.STOPPED, error(last.kv().range(Op.Range.of(Bytes.utf8("k")))));
        assertEquals(KvError.STOPPED, error(last.kv().leaseGrant(0, 5)));
        assertEquals(KvError.STOPPED, error(last.kv().leaseKeepAlive(1)));
        assertEquals(KvError.STOPPED, error(last.consensus().transferLeader(self)));
        last.close();

        Set<Thread> left = ourThreads();
        left.removeAll(before);
        for (Thread thread : left) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
            assertFalse(thread.isAlive(), thread.getName());
        }
    }
}
