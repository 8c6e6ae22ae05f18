package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.runtime.TestCluster.error;
import static org.pdtoolkit.server.runtime.TestCluster.get;
import static org.pdtoolkit.server.runtime.TestCluster.local;
import static org.pdtoolkit.server.runtime.TestCluster.put;
import static org.pdtoolkit.server.runtime.TestCluster.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges.Changed;
import org.pdtoolkit.kv.Op;

/** Members come and go; the checks of their health are off except where they are the topic. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MembershipChangeTest {
    @TempDir Path directory;

    private static Member member(NodeRuntime at, String name) {
        return at.consensus().members().stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static long id(NodeRuntime node) {
        return node.consensus().memberId();
    }

    private static Changed added(TestCluster cluster, NodeRuntime at, String name, boolean learner)
            throws Exception {
        return get(at.members().add(cluster.reserve(name), learner));
    }

    @ParameterizedTest
    @CsvSource({"true, 10_000", "false, 10_000", "true, 10"})
    void aMemberJoinsWithAllThatWasWrittenBefore(boolean throughLeader, long snapshotCount)
            throws Exception {
        try (TestCluster cluster = TestCluster.started(directory, snapshotCount)) {
            for (int i = 0; i < 40; i++) {
                put(cluster.leader(), "k" + i, "v");
            }
            NodeRuntime at = throughLeader ? cluster.leader() : cluster.followers().get(0);
            Changed added = added(cluster, at, "m4", false);
            assertEquals(4, added.members().size());
            assertEquals("", added.member().name());

            NodeRuntime joined = cluster.join("m4", added);
            assertEquals(added.member().id(), id(joined));
            cluster.await(() -> member(at, "m4") != null);
            assertEquals("v", read(joined, "k39"));
            assertEquals("v", local(joined, "k0"));
            put(joined, "own", "1");
            assertEquals("1", read(at, "own"));
            cluster.stop("m4");
            NodeRuntime again = cluster.start("m4");
            assertEquals(id(joined), id(again));
            assertEquals("1", read(again, "own"));
        }
    }

    @Test
    void aLearnerIsPromotedOnlyOnceItHasCaughtUp() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            put(cluster.leader(), "k", "v");
            Changed added = added(cluster, cluster.leader(), "m4", true);
            assertTrue(added.member().learner());
            NodeRuntime follower = cluster.followers().get(0);
            long learner = added.member().id();
            assertEquals(
                    KvError.LEARNER_NOT_READY, error(cluster.leader().members().promote(learner)));
            assertEquals(KvError.LEARNER_NOT_READY, error(follower.members().promote(learner)));
            assertEquals(
                    KvError.TOO_MANY_LEARNERS,
                    error(follower.members().add(List.of("http://127.0.0.1:1"), true)));

            cluster.join("m4", added);
            cluster.await(() -> member(follower, "m4") != null);
            Changed promoted = get(follower.members().promote(learner));
            assertFalse(promoted.member().learner());
            assertEquals("m4", promoted.member().name());
            assertEquals(KvError.NOT_LEARNER, error(follower.members().promote(learner)));
            assertEquals(KvError.MEMBER_NOT_FOUND, error(follower.members().promote(5)));
        }
    }

    @Test
    void whoeverIsAskedToPromoteFindsTheLeaderWhileItChanges() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            for (int i = 0; i < 20; i++) {
                NodeRuntime heir = cluster.followers().get(i % 2);
                CompletableFuture<Void> moved =
                        cluster.leader().consensus().transferLeader(id(heir));
                do {
                    for (NodeRuntime node : cluster.nodes()) {
                        assertEquals(KvError.MEMBER_NOT_FOUND, error(node.members().promote(5)));
                    }
                } while (!moved.isDone());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRemovedMemberEndsAndNeverComesBack(boolean leaderGoes) throws Exception {
        TestCluster cluster = TestCluster.started(directory);
        NodeRuntime leader = cluster.leader();
        NodeRuntime follower = cluster.followers().get(0);
        NodeRuntime gone = leaderGoes ? leader : follower;
        NodeRuntime stays = leaderGoes ? follower : leader;
        String name = cluster.nameOf(gone);
        long id = id(gone);
        Changed removed = get(stays.members().remove(id));
        assertEquals(name, removed.member().name());
        assertEquals(2, removed.members().size());
        assertInstanceOf(MemberRemovedException.class, cluster.awaitFatal());
        assertFalse(TestCluster.leads(gone));
        assertEquals(
                KvError.STOPPED, error(gone.kv().put(Op.Put.of(Bytes.utf8("k"), Bytes.EMPTY))));
        cluster.stop(name);
        cluster.fatal.clear();

        cluster.await(() -> cluster.nodes().stream().anyMatch(TestCluster::leads));
        put(stays, "after", "1");
        assertEquals("1", read(stays, "after"));
        assertEquals(KvError.MEMBER_NOT_FOUND, error(stays.members().remove(id)));
        cluster.start(name);
        assertInstanceOf(MemberRemovedException.class, cluster.awaitFatal());
        cluster.stop(name);
        cluster.fatal.clear();
        cluster.close();
    }

    @Test
    void whoRemovesItselfStillAnswers() throws Exception {
        TestCluster cluster = TestCluster.started(directory);
        NodeRuntime leader = cluster.leader();
        assertEquals(2, get(leader.members().remove(id(leader))).members().size());
        cluster.awaitFatal();
        cluster.stop(cluster.nameOf(leader));
        cluster.fatal.clear();
        cluster.close();
    }

    /** It was down when it was removed: the others tell it. */
    @Test
    void aMemberRemovedInItsAbsenceIsToldSo() throws Exception {
        TestCluster cluster = TestCluster.started(directory);
        NodeRuntime absent = cluster.followers().get(0);
        String name = cluster.nameOf(absent);
        cluster.stop(name);
        get(cluster.leader().members().remove(id(absent)));
        cluster.start(name);
        assertInstanceOf(MemberRemovedException.class, cluster.awaitFatal());
        cluster.stop(name);
        cluster.fatal.clear();
        cluster.close();
    }

    /** All whom it knew are gone when it comes back; the members it has never heard of lead. */
    @Test
    void aMemberThatMissedAllChangesFindsItsClusterAgain() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 2, 10_000)) {
            cluster.startAll();
            String absent = cluster.nameOf(cluster.followers().get(0));
            NodeRuntime first = cluster.leader();
            String founder = cluster.nameOf(first);
            NodeRuntime third = cluster.join("m3", added(cluster, first, "m3", false));
            cluster.await(() -> member(first, "m3") != null);
            cluster.stop(absent);
            put(third, "k", "1");
            NodeRuntime fourth = cluster.join("m4", added(cluster, first, "m4", false));
            cluster.await(() -> member(third, "m4") != null);
            get(fourth.members().remove(id(first)));
            cluster.awaitFatal();
            cluster.stop(founder);
            cluster.fatal.clear();
            put(fourth, "k", "2");

            NodeRuntime back = cluster.start(absent);
            assertEquals("2", read(back, "k"));
            assertEquals(3, back.consensus().members().size());
            put(back, "k", "3");
            assertEquals("3", read(third, "k"));
        }
    }

    /** The core takes one at a time; the others wait for their turn, whoever passed them on. */
    @Test
    void changesAtTheSameTimeAllTakePlace() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            List<CompletableFuture<Changed>> changes = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                for (NodeRuntime node : cluster.nodes()) {
                    List<String> urls = member(node, cluster.nameOf(node)).peerUrls();
                    changes.add(node.members().update(id(node), urls));
                }
            }
            for (CompletableFuture<Changed> change : changes) {
                assertEquals(3, get(change).members().size());
            }
        }
    }

    @Test
    void peerUrlsAreReplaced() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime follower = cluster.followers().get(0);
            String name = cluster.nameOf(follower);
            String other = cluster.nameOf(cluster.followers().get(1));
            cluster.stop(name);
            List<String> taken = member(cluster.leader(), other).peerUrls();
            assertEquals(
                    KvError.PEER_URL_EXISTS,
                    error(cluster.leader().members().update(id(follower), taken)));
            assertEquals(
                    KvError.MEMBER_URLS_INVALID,
                    error(cluster.leader().members().update(id(follower), List.of())));
            List<String> urls = cluster.reserve(name);
            Changed moved = get(cluster.leader().members().update(id(follower), urls));
            assertEquals(urls, moved.member().peerUrls());
            assertEquals(name, moved.member().name());
            put(cluster.leader(), "k", "v");
            assertEquals("v", read(cluster.start(name), "k"));
        }
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 10_000)) {
            cluster.startAll();
            NodeRuntime node = cluster.leader();
            cluster.await(() -> member(node, "m1") != null);
            List<String> own = node.consensus().members().get(0).peerUrls();
            assertEquals(KvError.PEER_URL_EXISTS, error(node.members().add(own, false)));
            for (String bad :
                    List.of("127.0.0.1:1", "http://a", "ftp://a:1", "http://a:1/x", "http://a:b")) {
                assertEquals(
                        KvError.MEMBER_URLS_INVALID,
                        error(node.members().add(List.of(bad), false)),
                        bad);
            }
            assertEquals(KvError.MEMBER_URLS_INVALID, error(node.members().add(List.of(), false)));
            assertEquals(KvError.MEMBER_NOT_FOUND, error(node.members().remove(5)));
            assertEquals(
                    KvError.MEMBER_NOT_FOUND,
                    error(node.members().update(5, List.of("http://127.0.0.1:1"))));
            assertEquals(KvError.NOT_LEARNER, error(node.members().promote(id(node))));
            // The last voter: nobody could change anything ever after.
            assertEquals(KvError.NOT_ENOUGH_STARTED, error(node.members().remove(id(node))));
            assertEquals(1, get(node.members().list(true)).size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    URLS | HOST_LENGTH | TAKEN
                    64   | 253         | true
                    65   | 5           | false
                    6400 | 5           | false
                    1    | 300         | false
                    1    | 100000      | false
                    """)
    void theUrlsOfAMemberAreBounded(int urls, int hostLength, boolean taken) throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 10_000)) {
            cluster.startAll();
            NodeRuntime node = cluster.leader();
            String host = "h".repeat(hostLength);
            List<String> asked =
                    IntStream.rangeClosed(1, urls)
                            .mapToObj(port -> "http://" + host + ":" + port)
                            .toList();
            CompletableFuture<Changed> added = node.members().add(asked, true);
            if (taken) {
                assertEquals(urls, get(added).member().peerUrls().size());
            } else {
                assertEquals(KvError.MEMBER_URLS_INVALID, error(added));
                assertEquals(
                        KvError.MEMBER_URLS_INVALID, error(node.members().update(id(node), asked)));
            }
            put(node, "k", "v");
            assertEquals("v", read(node, "k"));
        }
    }

    @Test
    void aStrictClusterKeepsItsQuorum() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 10_000)) {
            cluster.reconfiguration(ReconfigurationRules.DEFAULT);
            cluster.startAll();
            NodeRuntime node = cluster.leader();
            cluster.await(() -> member(node, "m1") != null);
            assertEquals(KvError.NOT_ENOUGH_STARTED, error(node.members().remove(id(node))));
            Changed second = added(cluster, node, "m2", false);
            // Two voters, one of them not started: a third could cost the quorum.
            List<String> third = List.of("http://127.0.0.1:1");
            assertEquals(KvError.NOT_ENOUGH_STARTED, error(node.members().add(third, false)));
            cluster.join("m2", second);
            cluster.await(() -> member(node, "m2") != null);
            // Both are started, but the connection is younger than five seconds.
            assertEquals(KvError.UNHEALTHY, error(node.members().add(third, false)));
        }
    }

    @Test
    void aSurvivorGoesOnAlone() throws Exception {
        TestCluster cluster = TestCluster.started(directory);
        put(cluster.leader(), "k", "v");
        NodeRuntime survivor = cluster.followers().get(0);
        assertEquals("v", read(survivor, "k"));
        String name = cluster.nameOf(survivor);
        long clusterId = survivor.raftClusterId();
        List<Long> others =
                cluster.nodes().stream().filter(n -> n != survivor).map(n -> id(n)).toList();
        for (NodeRuntime node : cluster.nodes()) {
            cluster.stop(cluster.nameOf(node));
        }
        // Longer than the test waits: the only voter has nobody to wait for.
        cluster.electionTicks(name, 2_000);
        NodeRuntime alone = cluster.force(name);
        cluster.await(() -> TestCluster.leads(alone));
        assertEquals(clusterId, alone.raftClusterId());
        assertEquals(id(survivor), id(alone));
        assertEquals("v", read(alone, "k"));
        assertEquals(1, alone.consensus().members().size());
        for (long other : others) {
            assertEquals(KvError.MEMBER_NOT_FOUND, error(alone.members().remove(other)));
        }
        NodeRuntime fourth = cluster.join("m4", added(cluster, alone, "m4", false));
        assertEquals("v", read(fourth, "k"));
        cluster.close();
    }

    @Test
    void thereMustBeDataToForceAClusterWith() {
        try (TestCluster cluster = new TestCluster(directory, 1, 10_000)) {
            NodeStartException refused =
                    assertThrows(NodeStartException.class, () -> cluster.force("m1"));
            assertTrue(refused.getMessage().contains("force-new-cluster"), refused.getMessage());
        }
    }

    @Test
    void idsOfAddedMembersDependOnTheTime() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 10_000)) {
            cluster.startAll();
            NodeRuntime node = cluster.leader();
            List<String> urls = cluster.reserve("m2");
            Changed first = get(node.members().add(urls, true));
            get(node.members().remove(first.member().id()));
            assertNull(member(node, "m2"));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            Changed second = null;
            while (second == null) {
                assertTrue(System.nanoTime() < deadline);
                var again = node.members().add(urls, true);
                second = again.handle((changed, failure) -> changed).get();
            }
            assertNotEquals(first.member().id(), second.member().id());
        }
    }
}
