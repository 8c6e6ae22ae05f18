package org.pdtoolkit.tests.discovery;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.server.config.ConfigLoader;
import org.pdtoolkit.server.config.LoadResult;
import org.pdtoolkit.server.discovery.Discovery;
import org.pdtoolkit.server.runtime.InitialCluster;

/** Asks as a node without data does that is started with some flags. */
final class Asker {
    private final Path directory;

    /**
     * @param directory where data dirs may be, which nobody creates
     */
    Asker(Path directory) {
        this.directory = directory;
    }

    /**
     * Blocks until the founders are known.
     *
     * @param peerPort on the loopback address; it is not opened
     */
    InitialCluster ask(String name, int peerPort, String... flags) {
        return discovery(name, peerPort, flags).initialCluster();
    }

    /** Peer URLs of the founders, to one who is none of them. Blocks until they are known. */
    List<String> lookOn(String... flags) {
        return discovery("proxy", 1, flags).peerUrls();
    }

    private Discovery discovery(String name, int peerPort, String... flags) {
        List<String> all = new ArrayList<>(List.of(flags));
        all.add("--name=" + name);
        all.add("--data-dir=" + directory.resolve(name));
        all.add("--peer-urls=http://127.0.0.1:" + peerPort);
        LoadResult result = ConfigLoader.load(all.toArray(String[]::new), Map.of());
        if (result instanceof LoadResult.Exit exit) {
            throw new IllegalArgumentException(exit.stderrText());
        }
        return new Discovery(((LoadResult.Start) result).config());
    }
}
