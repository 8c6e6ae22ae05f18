package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.pdtoolkit.server.runtime.TestCluster.put;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class CorruptionCheckTest {
    @TempDir Path directory;

    /** Changes the last byte of the last value, checksums of the storage and all. */
    private static void plantDifference(Path dataDir) {
        try (Storage storage = StorageChoice.of("file").open(dataDir)) {
            OrderedStore store = storage.ordered();
            OrderedStore.Pair last;
            try (OrderedStore.View view = store.view()) {
                last = view.scanBackward(Space.HISTORY, null, null).next();
            }
            byte[] value = last.value().toArray();
            value[value.length - 1] ^= 1;
            store.commit(
                    new Batch().put(Space.HISTORY, last.key(), Bytes.wrap(value)), store.applied());
            store.sync();
        }
    }

    private static List<Alarm> alarms(NodeRuntime node) {
        return node.maintenance().progress().alarms();
    }

    @Test
    void aMemberThatHoldsSomethingElseIsFoundWhenItComesBack() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            put(cluster.leader(), "k", "v");
            cluster.settle();
            String name = cluster.nameOf(cluster.followers().get(0));
            long id = cluster.node(name).consensus().memberId();
            cluster.stop(name);
            plantDifference(cluster.dataDir(name));
            cluster.start(name);

            List<Alarm> expected = List.of(new Alarm(id, Alarm.Type.CORRUPT, false));
            cluster.await(() -> cluster.nodes().stream().allMatch(n -> !alarms(n).isEmpty()));
            cluster.nodes().forEach(node -> assertEquals(expected, alarms(node)));
        }
    }

    @Test
    void membersThatAgreeRaiseNothing() throws Exception {
        try (TestCluster cluster = TestCluster.started(directory)) {
            put(cluster.leader(), "k", "v");
            String name = cluster.nameOf(cluster.followers().get(0));
            cluster.stop(name);
            put(cluster.leader(), "meanwhile", "v");
            long before = cluster.leader().appliedIndex();
            NodeRuntime back = cluster.start(name);
            // A question and three answers.
            cluster.await(() -> back.appliedIndex() >= before + 4);
            cluster.settle();
            cluster.nodes().forEach(node -> assertEquals(List.of(), alarms(node)));
        }
    }

    @Test
    void aReportIsReadAsItWasWritten() {
        CorruptionCheck.Report report = new CorruptionCheck.Report(7, -3, 9, -1, -5);
        assertEquals(report, CorruptionCheck.Report.decode(report.encode()));
        assertEquals(36, report.encode().size());
        for (int size : new int[] {0, 35, 37}) {
            Bytes wrong = Bytes.wrap(new byte[size]);
            assertThrows(
                    IllegalArgumentException.class, () -> CorruptionCheck.Report.decode(wrong));
        }
    }
}
