package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pdtoolkit.server.runtime.TestCluster.get;
import static org.pdtoolkit.server.runtime.TestCluster.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;

/** Leadership moves because somebody wants it to: no write through a member that stays fails. */
@Timeout(120)
class HandoverTest {
    private static final int WRITERS = 4;

    @TempDir Path directory;

    /** Writes through one member, several at a time, each as soon as the one before is done. */
    private static final class Load {
        private final NodeRuntime node;
        private final String name;
        private final AtomicInteger written = new AtomicInteger();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<CompletableFuture<Void>> ends = new ArrayList<>();
        private volatile boolean stopped;

        Load(NodeRuntime node, String name) {
            this.node = node;
            this.name = name;
            for (int i = 0; i < WRITERS; i++) {
                CompletableFuture<Void> end = new CompletableFuture<>();
                ends.add(end);
                write(i, 0, end);
            }
        }

        private void write(int writer, int number, CompletableFuture<Void> end) {
            if (stopped) {
                end.complete(null);
                return;
            }
            Bytes key = Bytes.utf8(name + "/" + writer);
            node.etcd()
                    .put(Op.Put.of(key, Bytes.utf8("" + number)))
                    .whenCompleteAsync((put, failure) -> next(writer, number, end, put, failure));
        }

        private void next(
                int writer,
                int number,
                CompletableFuture<Void> end,
                OpResult.Put put,
                Throwable failure) {
            if (put == null) {
                failures.add(name + "/" + writer + " at " + number + ": " + failure);
            } else {
                written.incrementAndGet();
            }
            write(writer, number + 1, end);
        }

        /** Waits until it has gone on for a while. */
        void awaitMore(TestCluster cluster) throws Exception {
            int before = written.get();
            cluster.await(() -> written.get() > before + 5 * WRITERS);
        }

        void stop() throws Exception {
            stopped = true;
            for (CompletableFuture<Void> end : ends) {
                get(end);
            }
            assertEquals(List.of(), List.copyOf(failures));
        }
    }

    private static void awaitMore(TestCluster cluster, List<Load> loads) throws Exception {
        for (Load load : loads) {
            load.awaitMore(cluster);
        }
    }

    @Test
    void noWriteFailsWhenLeadershipIsTransferred() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            List<Load> loads = new ArrayList<>();
            for (NodeRuntime node : cluster.nodes()) {
                loads.add(new Load(node, cluster.nameOf(node)));
            }
            for (int i = 0; i < 12; i++) {
                awaitMore(cluster, loads);
                NodeRuntime heir = cluster.followers().get(i % 2);
                get(cluster.leader().consensus().transferLeader(heir.consensus().memberId()));
            }
            awaitMore(cluster, loads);
            for (Load load : loads) {
                load.stop();
            }
        }
    }

    @Test
    void noWriteFailsWhenTheLeaderIsRemoved() throws Exception {
        TestCluster cluster = new TestCluster(directory, 5, 10_000);
        cluster.startAll();
        List<Load> loads =
                List.of(new Load(cluster.node("m1"), "m1"), new Load(cluster.node("m2"), "m2"));
        for (String name : List.of("m3", "m4", "m5")) {
            awaitMore(cluster, loads);
            lead(cluster, name);
            awaitMore(cluster, loads);
            NodeRuntime leader = cluster.node(name);
            get(cluster.node("m1").members().remove(leader.consensus().memberId()));
            cluster.awaitFatal();
            cluster.stop(name);
            cluster.fatal.clear();
        }
        awaitMore(cluster, loads);
        for (Load load : loads) {
            load.stop();
        }
        assertEquals(read(cluster.node("m1"), "m2/0"), read(cluster.node("m2"), "m2/0"));
        cluster.close();
    }

    private static void lead(TestCluster cluster, String name) throws Exception {
        NodeRuntime heir = cluster.node(name);
        if (!TestCluster.leads(heir)) {
            get(cluster.leader().consensus().transferLeader(heir.consensus().memberId()));
            cluster.await(() -> TestCluster.leads(heir));
        }
    }
}
