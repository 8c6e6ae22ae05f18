package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.runtime.TestCluster.error;
import static org.pdtoolkit.server.runtime.TestCluster.get;
import static org.pdtoolkit.server.runtime.TestCluster.local;
import static org.pdtoolkit.server.runtime.TestCluster.put;
import static org.pdtoolkit.server.runtime.TestCluster.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/** Three members in one JVM that do their work. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class NodeRuntimeTest {
    @TempDir Path directory;

    /** Keeps the events of a watch as {@code TYPE key=value@revision}. */
    private static final class Recorder implements WatchListener {
        final List<String> events = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<Long> deleted = new CompletableFuture<>();

        @Override
        public void onEvents(long revision, List<Event> batch) {
            for (Event event : batch) {
                KeyValue pair = event.pair();
                String text = pair.key().toUtf8() + "=" + pair.value().toUtf8();
                events.add(text + "@" + pair.modRevision());
                if (event.type() == EventType.DELETE) {
                    deleted.complete(System.nanoTime());
                }
            }
        }

        @Override
        public void onCompacted(long compactRevision) {
            events.add("compacted at " + compactRevision);
        }
    }

    private static Recorder watch(NodeRuntime node, String prefix) {
        Recorder recorder = new Recorder();
        KeyRange range = KeyRange.prefix(Bytes.utf8(prefix));
        node.kv().watch(new WatchRequest(range, 0, false), recorder);
        return recorder;
    }

    /** A fence rests on what the least patient voter promises, not on the leader's own timeout. */
    @Test
    void theFenceEndsWithTheShortestPromise() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3, 10_000)) {
            cluster.electionTicks("m1", 50);
            cluster.startAll();
            NodeRuntime patient = cluster.node("m1");
            NodeRuntime leader = cluster.leader();
            if (leader != patient) {
                TestCluster.get(leader.consensus().transferLeader(patient.consensus().memberId()));
            }
            cluster.await(() -> TestCluster.leads(patient));
            long promised = cluster.numbers().promiseMillis() * 1_000_000L;
            long left = patient.consensus().quorumDeadlineNanos() - System.nanoTime();
            assertTrue(left <= promised, left + " ns left of " + promised);
        }
    }

    @Test
    void everyMemberWritesAndReadsWhatWasAcknowledgedAnywhere() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            List<NodeRuntime> nodes = cluster.nodes();
            long revision = 0;
            for (int i = 0; i < 60; i++) {
                NodeRuntime writer = nodes.get(i % 3);
                NodeRuntime reader = nodes.get((i + 1 + i / 3 % 2) % 3);
                long made = put(writer, "key", "value " + i).revision();
                assertTrue(made > revision, "revision " + made + " after " + revision);
                revision = made;
                assertEquals("value " + i, read(reader, "key"));
            }
            NodeRuntime leader = cluster.leader();
            assertTrue(leader.consensus().quorumDeadlineNanos() > System.nanoTime());
            assertTrue(leader.consensus().diskDeadlineNanos() > System.nanoTime());
            for (NodeRuntime follower : cluster.followers()) {
                assertEquals(leader.consensus().memberId(), follower.consensus().leaderId());
                assertEquals(leader.consensus().term(), follower.consensus().term());
                assertEquals(Long.MIN_VALUE, follower.consensus().quorumDeadlineNanos());
            }
        }
    }

    @Test
    void membersTellEachOtherTheirNamesAndClientUrls() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            cluster.await(
                    () ->
                            cluster.nodes().stream()
                                    .flatMap(n -> n.consensus().members().stream())
                                    .noneMatch(m -> m.clientUrls().isEmpty()));
            List<Member> members = cluster.nodes().get(0).consensus().members();
            assertEquals(3, members.size());
            for (NodeRuntime node : cluster.nodes()) {
                assertEquals(members, node.consensus().members());
                String name = cluster.nameOf(node);
                Member self =
                        members.stream()
                                .filter(m -> m.id() == node.consensus().memberId())
                                .findFirst()
                                .orElseThrow();
                assertEquals(name, self.name());
                assertEquals(List.of("http://client.of." + name + ":2379"), self.clientUrls());
            }
        }
    }

    @Test
    void leadershipIsHandedOver() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime old = cluster.leader();
            NodeRuntime next = cluster.followers().get(0);
            put(old, "key", "before");
            assertEquals(
                    KvError.NOT_LEADER,
                    error(next.consensus().transferLeader(old.consensus().memberId())));
            get(old.consensus().transferLeader(old.consensus().memberId()));
            assertTrue(old.consensus().leading());

            get(old.consensus().transferLeader(next.consensus().memberId()));
            assertFalse(old.consensus().leading());
            assertEquals(Long.MIN_VALUE, old.consensus().quorumDeadlineNanos());
            assertEquals(next.consensus().memberId(), old.consensus().leaderId());
            cluster.await(() -> next.consensus().leading());
            assertSame(next, cluster.leader());
            assertEquals("before", local(next, "key"));
            put(old, "key", "after");
            assertEquals("after", read(next, "key"));
        }
    }

    @Test
    void aTransferThatFailsCostsAnElectionAndNoMore() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime leader = cluster.leader();
            String gone = cluster.nameOf(cluster.followers().get(0));
            long goneId = cluster.node(gone).consensus().memberId();
            cluster.stop(gone);
            long term = leader.consensus().term();
            assertEquals(KvError.TIMEOUT, error(leader.consensus().transferLeader(goneId)));
            cluster.settle();
            // The order may still lie in a socket; the term it belongs to is over.
            assertTrue(cluster.leader().consensus().term() > term);
        }
    }

    @Test
    void aLeaderWithoutQuorumStopsLeading() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime leader = cluster.leader();
            ReplicatedKv.Lease lease = get(leader.kv().leaseGrant(0, 60));
            for (NodeRuntime follower : cluster.followers()) {
                cluster.stop(cluster.nameOf(follower));
            }
            cluster.await(() -> !leader.consensus().leading());
            assertEquals(Long.MIN_VALUE, leader.consensus().quorumDeadlineNanos());
            assertEquals(KvError.NOT_LEADER, error(leader.kv().leaseKeepAlive(lease.id())));
            cluster.await(() -> leader.consensus().leaderId() == 0);
            assertEquals(
                    KvError.NO_LEADER,
                    error(leader.kv().put(Op.Put.of(Bytes.utf8("k"), Bytes.EMPTY))));
        }
    }

    @Test
    void aLeaseThatIsNotKeptAliveTakesItsKeysWithIt() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime leader = cluster.leader();
            NodeRuntime follower = cluster.followers().get(0);
            ReplicatedKv.Lease lease = get(follower.kv().leaseGrant(0, 1));
            assertTrue(lease.id() > 0);
            long ttl = lease.ttl();
            Op.Put leased = Op.Put.of(Bytes.utf8("leased"), Bytes.utf8("v"), lease.id());
            get(follower.kv().put(leased));
            put(leader, "other", "stays");
            assertEquals(KvError.NOT_LEADER, error(follower.kv().leaseKeepAlive(lease.id())));
            assertEquals(0, get(leader.kv().leaseKeepAlive(lease.id() ^ 1)).ttl());

            Recorder recorder = watch(follower, "leased");
            assertEquals(ttl, get(leader.kv().leaseKeepAlive(lease.id())).ttl());
            long renewed = System.nanoTime();
            long gone = get(recorder.deleted);
            long millis = TimeUnit.NANOSECONDS.toMillis(gone - renewed);
            // The renewal is a little older than the instant at which its answer was seen.
            assertTrue(millis > ttl * 1_000 - 500, "gone after " + millis + " ms of " + ttl + " s");
            assertNull(read(leader, "leased"));
            assertEquals("stays", read(follower, "other"));
            assertEquals(KvError.LEASE_NOT_FOUND, error(leader.kv().put(leased)));
        }
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            for (NodeRuntime node : cluster.nodes()) {
                Bytes large = Bytes.wrap(new byte[TestCluster.REQUEST_BYTES_MAX]);
                assertEquals(
                        KvError.REQUEST_TOO_LARGE,
                        error(node.kv().put(Op.Put.of(Bytes.utf8("large"), large))));
                Bytes fits = Bytes.wrap(new byte[TestCluster.REQUEST_BYTES_MAX - 100]);
                get(node.kv().put(Op.Put.of(Bytes.utf8("large"), fits)));
            }
        }
    }

    @Test
    void aWatchSeesEverythingInOrderAcrossChangesOfTheLeader() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            NodeRuntime first = cluster.leader();
            NodeRuntime watched = cluster.followers().get(0);
            NodeRuntime second = cluster.followers().get(1);
            Recorder recorder = watch(watched, "k/");
            List<String> expected = new ArrayList<>();
            writeSome(first, expected);
            get(first.consensus().transferLeader(second.consensus().memberId()));
            cluster.await(() -> second.consensus().leading());
            writeSome(second, expected);
            writeSome(first, expected);
            cluster.stop(cluster.nameOf(second));
            cluster.settle();
            assertNotEquals(second.consensus().memberId(), watched.consensus().leaderId());
            writeSome(watched, expected);
            put(cluster.leader(), "other", "not watched");
            read(watched, "other");
            cluster.await(() -> recorder.events.size() >= expected.size());
            assertEquals(expected, recorder.events);
        }
    }

    private static void writeSome(NodeRuntime node, List<String> expected) throws Exception {
        for (int i = 0; i < 20; i++) {
            String key = "k/" + expected.size() % 7;
            long revision = put(node, key, "v" + expected.size()).revision();
            expected.add(key + "=v" + expected.size() + "@" + revision);
        }
    }
}
