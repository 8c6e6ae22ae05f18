package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.tests.check.TsoHistory;

/** {@code pd-node storage} as a process, on the data dirs of real nodes. */
class OfflineToolTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TOOL_SECONDS = 60;
    private static final int IN_USE = 4;

    @TempDir private Path directory;

    private int commands;

    static List<String> backends() {
        return List.copyOf(StorageChoice.available().keySet());
    }

    private NodeProcess tool(Object... words) {
        List<String> arguments = new ArrayList<>(List.of("storage"));
        List.of(words).forEach(word -> arguments.add(word.toString()));
        Path log = directory.resolve("tool" + commands++ + ".log");
        return new NodeProcess("storage", arguments, log);
    }

    private String run(int code, Object... words) {
        try (NodeProcess tool = tool(words)) {
            tool.start();
            assertEquals(code, tool.await(TOOL_SECONDS), tool.output());
            return tool.output();
        }
    }

    /**
     * The node goes on from a copy in another backend: its writes are there, and its timestamps
     * only grow.
     */
    @ParameterizedTest
    @MethodSource("backends")
    void aNodeGoesOnFromACopyInAnotherBackend(String backend) {
        String original =
                backends().stream().filter(b -> !b.equals(backend)).findFirst().orElse(backend);
        List<String> flags = List.of("--snapshot-count=50", "--snapshot-catchup-entries=10");
        Path data = directory.resolve("pd1").resolve("data");
        try (LocalCluster cluster = new LocalCluster(List.of(original), directory, flags)) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            long clusterId = cluster.endpoints().clusterId();
            KvWriter writer = write(cluster, 200);
            TsoHistory before = timestamps(cluster, 0);
            String refusal = run(IN_USE, "verify", data);
            assertTrue(refusal.contains("process " + cluster.node("pd1").pid()), refusal);
            assertEquals(0, cluster.node("pd1").stop());

            Path copy = copied(data, backend);
            String copied = digest(run(0, "verify", copy));
            List<String> arguments = new ArrayList<>(cluster.arguments(0));
            arguments.removeIf(a -> a.startsWith("--data-dir=") || a.startsWith("--storage="));
            arguments.addAll(List.of("--data-dir=" + copy, "--storage=" + backend));
            try (NodeProcess node =
                    new NodeProcess("pd1", arguments, directory.resolve("copy.log"))) {
                node.start();
                cluster.awaitLeader(PATIENCE);
                assertEquals(clusterId, cluster.endpoints().clusterId());
                assertEquals(List.of(), writer.lost());
                TsoHistory after = timestamps(cluster, 1);
                assertEquals(List.of(), TsoHistory.violations(List.of(before, after)));
                write(cluster, 20);
                assertEquals(0, node.stop(), node.output());
            }
            assertNotEquals(copied, digest(run(0, "verify", copy)));
        }
    }

    /** Looks into a data dir and takes it to another backend both ways. */
    private Path copied(Path data, String backend) {
        Path copy = directory.resolve("copy");
        Path export = directory.resolve("node.export");
        String verified = run(0, "verify", data);
        assertTrue(verified.contains("no damage"), verified);
        String inspected = run(0, "inspect", data);
        assertTrue(inspected.contains("name pd1"), inspected);
        run(0, "export", data, "--output", export);
        run(0, "import", export, "--data-dir", copy, "--to", backend);
        assertEquals(digest(verified), digest(run(0, "verify", copy)));
        Path converted = directory.resolve("converted");
        run(0, "convert", data, "--to", backend, "--output", converted);
        assertEquals(digest(verified), digest(run(0, "verify", converted)));
        return copy;
    }

    private static String digest(String output) {
        return output.replaceAll("(?s).*digest ([0-9a-f]{64}).*", "$1");
    }

    private static KvWriter write(LocalCluster cluster, int count) {
        KvWriter writer = new KvWriter(cluster.endpoints()).start();
        try {
            LocalCluster.await("writes", PATIENCE, () -> writer.acknowledged() >= count);
        } finally {
            writer.close();
        }
        return writer;
    }

    private static TsoHistory timestamps(LocalCluster cluster, long seed) {
        TsoClient client = new TsoClient(cluster.endpoints(), seed).start();
        try {
            LocalCluster.await("timestamps", PATIENCE, () -> client.answered() >= 100);
        } finally {
            client.close();
        }
        return client.history();
    }

    /** The import reads from a pipe that gives all but the end, so it is killed in the middle. */
    @ParameterizedTest
    @MethodSource("backends")
    void aKilledImportLeavesNoDirectoryAndCanBeRepeated(String backend)
            throws IOException, InterruptedException {
        Path export = export();
        Path copy = directory.resolve("copy");
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        byte[] stream = Files.readAllBytes(export);
        try (NodeProcess killed = tool("import", pipe, "--data-dir", copy, "--to", backend)) {
            killed.start();
            try (OutputStream out = Files.newOutputStream(pipe)) {
                out.write(stream, 0, stream.length - 1);
                Path unfinished = directory.resolve("copy.importing").resolve("data");
                LocalCluster.await("a begun import", PATIENCE, () -> Files.exists(unfinished));
                String running = run(IN_USE, "import", export, "--data-dir", copy, "--to", backend);
                assertTrue(running.contains("another import"), running);
                assertTrue(killed.isAlive(), "it ended by itself: " + killed.output());
                killed.kill();
            }
        }
        assertFalse(Files.exists(copy));
        assertTrue(Files.exists(directory.resolve("copy.importing").resolve("data")));

        run(0, "import", export, "--data-dir", copy, "--to", backend);

        run(0, "verify", copy);
        assertFalse(Files.exists(directory.resolve("copy.importing")));
    }

    @Test
    void anExportOntoAFullDeviceFailsAndLeavesTheDevice() throws IOException {
        export();
        Path data = directory.resolve("pd1").resolve("data");

        String output = run(1, "export", data, "--output", "/dev/full");

        assertTrue(output.contains("No space left"), output);
        assertTrue(Files.exists(Path.of("/dev/full")));
    }

    /** An export of a node with some writes, at {@code node.export}; it has stopped. */
    private Path export() {
        Path export = directory.resolve("node.export");
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            write(cluster, 300);
            assertEquals(0, cluster.node("pd1").stop());
        }
        run(0, "export", directory.resolve("pd1").resolve("data"), "--output", export);
        return export;
    }
}
