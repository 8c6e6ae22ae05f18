package org.pdtoolkit.server;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.config.ConfigLoader;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.config.LoadResult;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.discovery.ClusterFullException;
import org.pdtoolkit.server.observe.LogFileException;
import org.pdtoolkit.server.observe.Logging;
import org.pdtoolkit.server.offline.SnapshotCommand;
import org.pdtoolkit.server.offline.StorageCommand;
import org.pdtoolkit.server.port.PortException;
import org.pdtoolkit.server.proxy.ProxyNode;
import org.pdtoolkit.server.runtime.MemberRemovedException;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.storage.StorageException;

/**
 * The pd-node command.
 *
 * <p>With {@code storage} or {@code snapshot} as its first word, an offline tool ({@link
 * StorageCommand}, {@link SnapshotCommand}), which has exit codes of its own. Otherwise it runs a
 * node. Exit codes: 0 stopped by a signal, or help and the like; 1 could not start or had to stop;
 * 2 bad configuration; 10 asks for what does not exist yet; 11 this member was removed from its
 * cluster.
 */
public final class Main {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_REMOVED = 11;

    private static final AtomicBoolean ENDING = new AtomicBoolean();

    private Main() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("storage")) {
            String[] rest = Arrays.copyOfRange(args, 1, args.length);
            System.exit(StorageCommand.run(rest, System.in, System.out, System.err));
            return;
        }
        if (args.length > 0 && args[0].equals("snapshot")) {
            String[] rest = Arrays.copyOfRange(args, 1, args.length);
            System.exit(SnapshotCommand.run(rest, System.in, System.out, System.err));
            return;
        }
        LoadResult loaded = ConfigLoader.load(args, System.getenv());
        if (loaded instanceof LoadResult.Exit exit) {
            System.out.print(exit.stdoutText());
            System.out.flush();
            System.err.print(exit.stderrText());
            System.exit(exit.code());
            return;
        }
        run((LoadResult.Start) loaded);
    }

    private static void run(LoadResult.Start start) {
        try {
            Logging.start(start.config());
        } catch (LogFileException e) {
            refuse(e.getMessage());
            return;
        }
        Logger log = LogManager.getLogger(Main.class);
        start.warnings().forEach(warning -> log.warn("configuration: {}", warning));
        AtomicReference<AutoCloseable> node = new AtomicReference<>();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> stop(log, Optional.ofNullable(node.get())), "stop"));
        try {
            node.set(start(start.config()));
        } catch (NodeStartException | PortException | StorageException e) {
            log.debug("start failed", e);
            refuse(e.getMessage());
            return;
        } catch (MemberRemovedException e) {
            System.err.println("pd-node: not started: " + e.getMessage());
            end(EXIT_REMOVED);
            return;
        } catch (RuntimeException e) {
            log.error("start failed", e);
            refuse("internal error, please report it with the log: " + e);
            return;
        }
    }

    /**
     * A node that is still being started, which can take long, is left as a crash would leave it.
     */
    private static void stop(Logger log, Optional<AutoCloseable> node) {
        log.info("stopping");
        node.ifPresent(Main::close);
        log.info("stopped");
        // A JVM that is told to stop would answer 143 otherwise.
        end(0);
    }

    /** A data directory that has been used stays what it is, whatever the configuration says. */
    private static AutoCloseable start(NodeConfig config) {
        boolean wanted = config.proxy().mode() != NodeConfig.ProxyMode.OFF;
        ProxyNode.Usage usage = ProxyNode.usage(config.dataDir());
        boolean proxy =
                switch (usage) {
                    case NONE -> wanted;
                    case MEMBER -> false;
                    case PROXY -> true;
                };
        if (proxy != wanted) {
            LogManager.getLogger(Main.class)
                    .warn(
                            "{} has been used by a {}, so --proxy does not count",
                            config.dataDir(),
                            proxy ? "proxy" : "member");
        }
        if (proxy) {
            return ProxyNodes.start(config);
        }
        try {
            return PdNode.start(config, Main::fatal);
        } catch (ClusterFullException full) {
            boolean fallsBack =
                    usage == ProxyNode.Usage.NONE
                            && config.discovery().orElseThrow()
                                    instanceof DiscoverySettings.TokenUrl registry
                            && registry.fallBackToProxy();
            if (!fallsBack) {
                throw full;
            }
            LogManager.getLogger(Main.class)
                    .warn(
                            "going on as a proxy, as --discovery-fallback says: {}",
                            full.getMessage());
            List<String> peers = full.founders().values().stream().flatMap(List::stream).toList();
            return ProxyNodes.start(config, () -> peers);
        }
    }

    private static void close(AutoCloseable node) {
        try {
            node.close();
        } catch (Exception e) {
            LogManager.getLogger(Main.class).error("not stopped cleanly", e);
        }
    }

    private static void refuse(String reason) {
        System.err.println("pd-node: not started: " + reason);
        end(EXIT_FAILED);
    }

    /** The node cannot go on: say why and end at once; the disk is as a crash would leave it. */
    private static void fatal(Throwable cause) {
        if (!ENDING.compareAndSet(false, true)) {
            return;
        }
        if (cause instanceof MemberRemovedException) {
            System.err.println("pd-node: stopped: " + cause.getMessage());
            end(EXIT_REMOVED);
        } else {
            LogManager.getLogger(Main.class).fatal("the node must stop", cause);
            System.err.println("pd-node: stopped: " + cause.getMessage());
            end(EXIT_FAILED);
        }
    }

    private static void end(int code) {
        Logging.stop();
        Runtime.getRuntime().halt(code);
    }
}
