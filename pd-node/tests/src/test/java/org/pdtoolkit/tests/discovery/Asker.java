package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.server.config.ConfigLoader;
import org.pdtoolkit.server.config.LoadResult;
import org.pdtoolkit.server.discovery.Discovery;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;

/** Asks as nodes without data do that are started with some flags. Thread: any. */
final class Asker implements AutoCloseable {
    /** Peer port of whoever needs no other; nobody opens it. */
    static final int PORT = 20_001;

    private static final int PATIENCE_SECONDS = 60;

    private final Path directory;
    private final List<String> flags;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /**
     * @param directory where data dirs may be, which nobody creates
     * @param flags of every node
     */
    Asker(Path directory, String... flags) {
        this.directory = directory;
        this.flags = List.of(flags);
    }

    /**
     * Blocks until the founders are known.
     *
     * @param peerPort on the loopback address; it is not opened
     * @param more flags of this node
     */
    InitialCluster ask(String name, int peerPort, String... more) {
        return discovery(name, peerPort, more).initialCluster();
    }

    /** The same, while the test goes on; see {@link #within}. */
    Future<InitialCluster> asking(String name, int peerPort) {
        return CompletableFuture.supplyAsync(() -> ask(name, peerPort), threads);
    }

    /** Why the node is refused, which has to happen. */
    String refusal(String name, int peerPort, String... more) {
        return assertThrows(NodeStartException.class, () -> ask(name, peerPort, more)).getMessage();
    }

    /** Peer URLs of the founders, asked for by one who is none of them. */
    Future<List<String>> lookingOn() {
        return CompletableFuture.supplyAsync(() -> discovery("proxy", 1).peerUrls(), threads);
    }

    /** What has been asked for, once it is there. */
    static <T> T within(Future<T> answer) throws Exception {
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private Discovery discovery(String name, int peerPort, String... more) {
        List<String> all = new ArrayList<>(flags);
        all.addAll(List.of(more));
        all.add("--name=" + name);
        all.add("--data-dir=" + directory.resolve(name));
        all.add("--peer-urls=http://127.0.0.1:" + peerPort);
        LoadResult result = ConfigLoader.load(all.toArray(String[]::new), Map.of());
        if (result instanceof LoadResult.Exit exit) {
            throw new IllegalArgumentException(exit.stderrText());
        }
        return new Discovery(((LoadResult.Start) result).config());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
