package org.pdtoolkit.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.driver.PlacementDriver;
import org.pdtoolkit.server.config.AutoCompaction;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.grpc.etcd.EtcdBackend;
import org.pdtoolkit.server.grpc.etcd.EtcdServices;
import org.pdtoolkit.server.grpc.pd.PdServices;
import org.pdtoolkit.server.grpc.pd.TsoCounters;
import org.pdtoolkit.server.http.HttpApi;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.observe.NodeMetrics;
import org.pdtoolkit.server.observe.ProcessMetrics;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.NodeInfo;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.runtime.CompactionPolicy;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeOptions;
import org.pdtoolkit.server.runtime.NodeRuntime;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.runtime.RuntimeOptions;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.wire.Version;
import org.pdtoolkit.wire.pdpb.Member;

/**
 * A whole node: the Raft group below, placement on top of it, the client port in front.
 *
 * <p>Thread: {@link #start} and {@link #close} by the owner of the process.
 */
final class PdNode implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(PdNode.class);
    private static final int PLACEMENT_TICK_MILLIS = 10;
    private static final int STEP_DOWN_SECONDS = 2;

    /** Default of replication.max-replicas, which cannot be set yet. */
    private static final int MAX_REPLICAS = 3;

    /** Builds are reproducible and carry no commit. */
    private static final String NO_HASH = "";

    private static final TimeSource CLOCKS =
            new TimeSource() {
                @Override
                public long monotonicNanos() {
                    return System.nanoTime();
                }

                @Override
                public long wallMillis() {
                    return System.currentTimeMillis();
                }
            };

    private final NodeRuntime runtime;
    private final ScheduledExecutorService cluster;
    private final PlacementDriver placement;
    private final Front front;

    /** The client port with what answers behind it. */
    private record Front(ClientPort port, PdServices services, EtcdServices etcd, HttpApi http)
            implements AutoCloseable {
        @Override
        public void close() {
            port.close();
            http.close();
            services.close();
            etcd.close();
        }
    }

    private PdNode(
            NodeRuntime runtime,
            ScheduledExecutorService cluster,
            PlacementDriver placement,
            Front front) {
        this.runtime = runtime;
        this.cluster = cluster;
        this.placement = placement;
        this.front = front;
    }

    /**
     * Opens the data dir and both ports and starts to serve what needs no quorum.
     *
     * @param onFatal told once when the node cannot go on
     * @throws NodeStartException saying what is wrong and what to do
     */
    static PdNode start(NodeConfig config, Consumer<Throwable> onFatal) {
        Optional<TlsFiles> tls = tls(config);
        probe(config);
        NodeOptions options = options(config, tls);
        NodeRuntime runtime =
                NodeRuntime.open(options, () -> configuredCluster(config, options), onFatal);
        ScheduledExecutorService cluster =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "cluster"));
        try {
            PlacementDriver placement = placement(config, runtime, cluster, onFatal);
            runtime.incarnation(placement::clusterId);
            Front front = openPort(config, tls, runtime, placement, cluster);
            try {
                runtime.start();
            } catch (BindException | RuntimeException e) {
                front.close();
                throw e;
            }
            placement.start();
            cluster.scheduleWithFixedDelay(
                    guarded(placement::tick, onFatal),
                    PLACEMENT_TICK_MILLIS,
                    PLACEMENT_TICK_MILLIS,
                    TimeUnit.MILLISECONDS);
            return new PdNode(runtime, cluster, placement, front);
        } catch (BindException e) {
            throw stopped(cluster, runtime, new NodeStartException(e.getMessage(), e));
        } catch (RuntimeException e) {
            throw stopped(cluster, runtime, e);
        }
    }

    private static RuntimeException stopped(
            ScheduledExecutorService cluster, NodeRuntime runtime, RuntimeException reason) {
        cluster.shutdownNow();
        runtime.close();
        return reason;
    }

    private static Optional<TlsFiles> tls(NodeConfig config) {
        NodeConfig.Security files = config.security();
        return files.cert()
                .map(cert -> new TlsFiles(cert, files.key().orElseThrow(), files.caCert()));
    }

    private static NodeOptions options(NodeConfig config, Optional<TlsFiles> tls) {
        RuntimeOptions numbers =
                new RuntimeOptions(
                        config.tickMillis(),
                        config.heartbeatTicks(),
                        config.electionTicks(),
                        config.preVote(),
                        config.snapshotCount(),
                        config.snapshotCatchUpEntries(),
                        config.maxRequestBytes(),
                        compaction(config.autoCompaction()));
        return new NodeOptions(
                config.name(),
                config.dataDir(),
                new StorageChoice(config.storage(), config.storageOptions()),
                addresses(config.peerUrls()),
                texts(config.advertisePeerUrls()),
                texts(config.advertiseClientUrls()),
                config.initialCluster(),
                config.initialClusterToken(),
                numbers,
                tls.map(PeerTlsContexts::of).orElse(null));
    }

    private static InitialCluster configuredCluster(NodeConfig config, NodeOptions options) {
        List<String> problems = config.bootstrapProblems();
        if (!problems.isEmpty()) {
            throw new NodeStartException(String.join("; ", problems));
        }
        return options.configuredCluster();
    }

    private static CompactionPolicy compaction(AutoCompaction wanted) {
        return new CompactionPolicy(
                wanted.mode() == AutoCompaction.Mode.PERIODIC, wanted.retention());
    }

    private static Front openPort(
            NodeConfig config,
            Optional<TlsFiles> tls,
            NodeRuntime runtime,
            PlacementDriver placement,
            ScheduledExecutorService cluster) {
        NodeInfo info =
                new NodeInfo(
                        config.name(),
                        Version.SERVER,
                        NO_HASH,
                        "",
                        System.currentTimeMillis() / 1000,
                        Version.ETCD_SERVER);
        MetricRegistry metrics = new MetricRegistry();
        TsoCounters timestamps = new TsoCounters();
        timestamps.register(metrics);
        ProcessMetrics.register(metrics);
        NodeMetrics.register(
                metrics, runtime.consensus(), placement, Version.SERVER, Version.ETCD_SERVER);
        PdServices services =
                new PdServices(
                        placement,
                        runtime.consensus().memberId(),
                        runtime.kv(),
                        () -> MAX_REPLICAS,
                        cluster,
                        timestamps,
                        tls);
        HttpApi http =
                new HttpApi(
                        placement,
                        runtime.consensus(),
                        runtime.kv(),
                        info,
                        () -> MAX_REPLICAS,
                        metrics,
                        cluster,
                        tls);
        EtcdServices etcd = new EtcdServices(backend(config, runtime), cluster);
        List<BindableService> all = new ArrayList<>(services.services());
        all.addAll(etcd.services());
        ClientPort port = ClientPort.start(addresses(config.clientUrls()), tls, all, http);
        return new Front(port, services, etcd, http);
    }

    private static EtcdBackend backend(NodeConfig config, NodeRuntime runtime) {
        return new EtcdBackend(
                runtime.etcd(),
                runtime.consensus(),
                runtime.raftClusterId(),
                config.maxRequestBytes(),
                Duration.ofMillis((long) config.electionTicks() * config.tickMillis()));
    }

    private static PlacementDriver placement(
            NodeConfig config,
            NodeRuntime runtime,
            ScheduledExecutorService cluster,
            Consumer<Throwable> onFatal) {
        Member self =
                Member.newBuilder()
                        .setName(config.name())
                        .setMemberId(runtime.consensus().memberId())
                        .addAllPeerUrls(texts(config.advertisePeerUrls()))
                        .addAllClientUrls(texts(config.advertiseClientUrls()))
                        .build();
        PlacementConfig settings =
                new PlacementConfig(
                        config.leaseSeconds(),
                        config.tsoSaveIntervalMillis(),
                        config.tsoUpdateIntervalMillis(),
                        config.leaderPriorityCheckMillis(),
                        Bytes.wrap(self.toByteArray()),
                        PdNode::memberIdOf,
                        deployPath(),
                        Version.SERVER,
                        NO_HASH,
                        new SecureRandom()::nextLong);
        return new PlacementDriver(
                settings,
                runtime.kv(),
                runtime.consensus(),
                CLOCKS,
                task -> post(cluster, guarded(task, onFatal)),
                PdNode::log);
    }

    private static OptionalLong memberIdOf(Bytes leaderValue) {
        try {
            long id = Member.parseFrom(leaderValue.asByteBuffer()).getMemberId();
            return id == 0 ? OptionalLong.empty() : OptionalLong.of(id);
        } catch (InvalidProtocolBufferException e) {
            return OptionalLong.empty();
        }
    }

    private static void log(PlacementEvent event) {
        switch (event.severity()) {
            case DEBUG -> LOG.debug("placement: {}", event.text());
            case INFO -> LOG.info("placement: {}", event.text());
            case WARN -> LOG.warn("placement: {}", event.text());
        }
    }

    private static String deployPath() {
        return Path.of("").toAbsolutePath().toString();
    }

    /** A failure leaves the election in a state that nobody foresaw: the node must stop. */
    private static Runnable guarded(Runnable task, Consumer<Throwable> onFatal) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                onFatal.accept(e);
            }
        };
    }

    /** What arrives while the node stops has nobody left to do it. */
    private static void post(ScheduledExecutorService cluster, Runnable task) {
        try {
            cluster.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the cluster thread has stopped");
        }
    }

    /** Finds an address in use before anything is written to the data dir. */
    private static void probe(NodeConfig config) {
        for (List<URI> urls : List.of(config.clientUrls(), config.peerUrls())) {
            for (InetSocketAddress address : addresses(urls)) {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(address);
                } catch (IOException e) {
                    throw new NodeStartException(
                            "cannot listen on "
                                    + address.getHostString()
                                    + ":"
                                    + address.getPort()
                                    + ": "
                                    + e.getMessage()
                                    + ". Another process has it, or it is not an address of this"
                                    + " machine: stop that process or choose another port with"
                                    + " --client-urls and --peer-urls",
                            e);
                }
            }
        }
    }

    private static List<InetSocketAddress> addresses(List<URI> urls) {
        return urls.stream().map(u -> new InetSocketAddress(u.getHost(), u.getPort())).toList();
    }

    private static List<String> texts(List<URI> urls) {
        return urls.stream().map(URI::toString).toList();
    }

    /** Steps down, hands over the Raft leadership, then closes ports and disk. */
    @Override
    public void close() {
        try {
            placement.stop().get(STEP_DOWN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the PD leadership was not given up cleanly: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cluster.shutdown();
        runtime.close();
        front.close();
    }
}
