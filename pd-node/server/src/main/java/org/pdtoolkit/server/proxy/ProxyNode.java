package org.pdtoolkit.server.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.observe.ProcessMetrics;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.PortContent;
import org.pdtoolkit.server.port.PortException;
import org.pdtoolkit.server.port.PortLimits;

/**
 * A node in proxy mode: a client port in front of the members of a cluster.
 *
 * <p>Thread: {@link #start} and {@link #close} by the owner of the process.
 */
public final class ProxyNode implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ProxyNode.class);

    /** What only the data directory of a member holds. */
    private static final String MEMBER_MARK = "FORMAT";

    private final ClientPort port;
    private final MemberWatch members;
    private final ScheduledExecutorService timer;

    private ProxyNode(ClientPort port, MemberWatch members, ScheduledExecutorService timer) {
        this.port = port;
        this.members = members;
        this.timer = timer;
    }

    /** What a data directory has been used for. */
    public enum Usage {
        NONE,
        MEMBER,
        PROXY
    }

    /**
     * Looks at a data directory.
     *
     * @throws PortException it has been used for both
     */
    public static Usage usage(Path dataDir) {
        boolean member = Files.exists(dataDir.resolve(MEMBER_MARK));
        if (!ClusterFile.present(dataDir)) {
            return member ? Usage.MEMBER : Usage.NONE;
        }
        if (member) {
            throw new PortException(
                    dataDir
                            + " holds the data of a member and of a proxy. Move the directory"
                            + " \"proxy\" away to start the member",
                    null);
        }
        return Usage.PROXY;
    }

    /**
     * Opens the port; requests are refused until a member has been found.
     *
     * @param initialPeerUrls asked for only on the first start and unless endpoints are named
     * @throws PortException the port cannot be opened or the data directory cannot be used
     */
    public static ProxyNode start(ProxySettings settings, Supplier<List<String>> initialPeerUrls) {
        ClusterFile file = new ClusterFile(settings.dataDir());
        List<String> peers = peers(settings, file, initialPeerUrls);
        Endpoints endpoints =
                new Endpoints(settings.times().failureWait(), System::nanoTime, new Random());
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "proxy-timer");
                            thread.setDaemon(true);
                            return thread;
                        });
        MetricRegistry metrics = new MetricRegistry();
        ProcessMetrics.register(metrics);
        metrics.gauge(
                "pd_proxy_endpoints",
                "Members that may be tried now.",
                () -> endpoints.available().size());
        MemberHttp client = new MemberHttp(settings.times().dial(), settings.tls());
        HttpForwarder http = new HttpForwarder(endpoints, settings.times(), client, timer);
        GrpcForwarder grpc = new GrpcForwarder(endpoints, settings);
        PortContent content =
                PortContent.forwarding(
                        grpc,
                        grpc.connections(),
                        new ProxyApi(endpoints, http, metrics, timer, settings.readOnly()));
        PortLimits limits = PortLimits.defaults();
        MemberWatch members = new MemberWatch(settings, file, endpoints, client, peers);
        // Finding the members takes about as long as opening the port.
        members.start();
        ClientPort port;
        try {
            port =
                    ClientPort.start(
                            settings.listen(),
                            settings.portTls(),
                            content,
                            limits.forMessages(limits.messageBytesMax(), Integer.MAX_VALUE),
                            CompletableFuture.completedFuture(null));
        } catch (PortException e) {
            members.close();
            timer.shutdownNow();
            throw e;
        }
        LOG.info(
                "passing {} on to the members, listening on {}",
                settings.readOnly() ? "reads" : "requests",
                port.addresses());
        return new ProxyNode(port, members, timer);
    }

    private static List<String> peers(
            ProxySettings settings, ClusterFile file, Supplier<List<String>> initial) {
        try {
            List<String> saved = file.read();
            if (!saved.isEmpty() || !settings.endpoints().isEmpty()) {
                return saved;
            }
            List<String> first = initial.get();
            file.write(first);
            return first;
        } catch (IOException e) {
            throw new PortException("cannot use " + file + ": " + e.getMessage(), e);
        }
    }

    ClientPort port() {
        return port;
    }

    @Override
    public void close() {
        members.close();
        port.close();
        timer.shutdownNow();
    }
}
