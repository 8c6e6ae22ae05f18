package org.pdtoolkit.server;

import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocketFactory;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.server.auth.JwtTokens;
import org.pdtoolkit.server.auth.PasswordHasher;
import org.pdtoolkit.server.auth.SimpleTokens;
import org.pdtoolkit.server.auth.TokenService;
import org.pdtoolkit.server.bootstrap.ColdStarts;
import org.pdtoolkit.server.config.AuthToken;
import org.pdtoolkit.server.config.AutoCompaction;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.gateway.JsonGateway;
import org.pdtoolkit.server.gateway.LocalServices;
import org.pdtoolkit.server.grpc.etcd.EtcdAccess;
import org.pdtoolkit.server.grpc.etcd.EtcdBackend;
import org.pdtoolkit.server.grpc.etcd.EtcdServices;
import org.pdtoolkit.server.http.AccessRules;
import org.pdtoolkit.server.http.EtcdPages;
import org.pdtoolkit.server.http.HealthChecks;
import org.pdtoolkit.server.http.HttpApi;
import org.pdtoolkit.server.http.PdApi;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.observe.NodeMetrics;
import org.pdtoolkit.server.observe.ProcessMetrics;
import org.pdtoolkit.server.observe.RpcMetrics;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.NodeInfo;
import org.pdtoolkit.server.port.PortContent;
import org.pdtoolkit.server.port.PortLimits;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.proxy.ProxyNode;
import org.pdtoolkit.server.runtime.CompactionPolicy;
import org.pdtoolkit.server.runtime.NodeOptions;
import org.pdtoolkit.server.runtime.NodeRuntime;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.runtime.ReconfigurationRules;
import org.pdtoolkit.server.runtime.RuntimeOptions;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.wire.Version;

/**
 * A whole node: the Raft group below, placement on top of it, the client port in front.
 *
 * <p>Thread: {@link #start} and {@link #close} by the owner of the process.
 */
final class PdNode implements AutoCloseable {
    /** Default of replication.max-replicas, which cannot be set yet. */
    private static final int MAX_REPLICAS = 3;

    /**
     * Messages up to this many times the bound are read, so that the refusal can say how large they
     * are; above it the connection's own bound refuses them.
     */
    private static final int MESSAGE_MARGIN = 4;

    /** Calls on one connection of an etcd client: watches, most of all. */
    private static final int ETCD_STREAMS_MAX = 100_000;

    /** Builds are reproducible and carry no commit. */
    private static final String NO_HASH = "";

    private final NodeRuntime runtime;
    private final ScheduledExecutorService cluster;
    private final Optional<PlacementPart> placement;
    private final Front front;

    /** The client port with what answers behind it. */
    private record Front(ClientPort port, EtcdServices etcd, HttpApi http, LocalServices local)
            implements AutoCloseable {
        @Override
        public void close() {
            port.close();
            http.close();
            local.close();
            etcd.close();
        }
    }

    private PdNode(
            NodeRuntime runtime,
            ScheduledExecutorService cluster,
            Optional<PlacementPart> placement,
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
     * @throws org.pdtoolkit.server.discovery.ClusterFullException others are the founders; an
     *     unused data dir is as it was
     * @throws NodeStartException saying what else is wrong and what to do
     */
    static PdNode start(NodeConfig config, Consumer<Throwable> onFatal) {
        Optional<TlsFiles> tls = tls(config);
        probe(config);
        NodeOptions options = options(config, tls);
        SSLSocketFactory peerTls = options.peerTls() == null ? null : options.peerTls().sockets();
        ColdStarts coldStarts = new ColdStarts(config, tls, peerTls);
        if (config.discovery().isPresent()
                && ProxyNode.usage(config.dataDir()) == ProxyNode.Usage.NONE) {
            coldStarts.lookAhead();
        }
        NodeRuntime runtime = NodeRuntime.open(options, coldStarts, onFatal);
        ScheduledExecutorService cluster =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "cluster"));
        try {
            MetricRegistry metrics = new MetricRegistry();
            Optional<PlacementPart> placement =
                    config.etcdOnly()
                            ? Optional.empty()
                            : Optional.of(
                                    new PlacementPart(
                                            config,
                                            runtime,
                                            cluster,
                                            () -> MAX_REPLICAS,
                                            metrics,
                                            tls,
                                            onFatal));
            placement.ifPresent(part -> runtime.incarnation(part.placement()::clusterId));
            Front front = openPort(config, tls, runtime, placement, cluster, metrics);
            try {
                runtime.start();
            } catch (BindException | RuntimeException e) {
                front.close();
                throw e;
            }
            placement.ifPresent(PlacementPart::start);
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

    static Optional<TlsFiles> tls(NodeConfig config) {
        NodeConfig.Security files = config.security();
        return files.cert()
                .map(cert -> new TlsFiles(cert, files.key().orElseThrow(), files.caCert()));
    }

    /** TLS of the client port: none if its URLs say http, whatever files there are. */
    static Optional<TlsFiles> portTls(NodeConfig config) {
        return tls(config).filter(files -> secure(config.clientUrls()));
    }

    private static boolean secure(List<URI> urls) {
        return urls.stream().anyMatch(url -> url.getScheme().equals("https"));
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
                        compaction(config.autoCompaction()),
                        config.corruptCheckMillis(),
                        config.quotaBackendBytes());
        return new NodeOptions(
                config.name(),
                config.dataDir(),
                new StorageChoice(config.storage(), config.storageOptions()),
                addresses(config.peerUrls()),
                texts(config.advertisePeerUrls()),
                texts(config.advertiseClientUrls()),
                new ReconfigurationRules(config.strictReconfigCheck(), config.maxLearners()),
                config.forceNewCluster(),
                numbers,
                tls.filter(files -> secure(config.peerUrls()))
                        .map(PeerTlsContexts::of)
                        .orElse(null));
    }

    private static CompactionPolicy compaction(AutoCompaction wanted) {
        return new CompactionPolicy(
                wanted.mode() == AutoCompaction.Mode.PERIODIC, wanted.retention());
    }

    private static Front openPort(
            NodeConfig config,
            Optional<TlsFiles> tls,
            NodeRuntime runtime,
            Optional<PlacementPart> placement,
            ScheduledExecutorService cluster,
            MetricRegistry metrics) {
        NodeInfo info =
                new NodeInfo(
                        config.name(),
                        Version.SERVER,
                        NO_HASH,
                        "",
                        System.currentTimeMillis() / 1000);
        ProcessMetrics.register(metrics);
        NodeMetrics.register(metrics, runtime.consensus(), Version.ETCD_SERVER);
        NodeMetrics.registerStore(metrics, runtime.maintenance(), config.quotaBackendBytes());
        NodeMetrics.registerDisk(
                metrics, runtime.diskTimes().logWrites(), runtime.diskTimes().commits());
        placement.ifPresent(
                part -> NodeMetrics.registerPd(metrics, part.placement(), Version.SERVER));
        EtcdBackend backend = backend(config, runtime);
        Optional<TlsFiles> portTls = portTls(config);
        EtcdServices etcd = new EtcdServices(backend, cluster, tls);
        List<BindableService> services = new ArrayList<>(etcd.services());
        services.add(new HealthStatusManager().getHealthService());
        placement.ifPresent(part -> services.addAll(part.services()));
        RpcMetrics calls = new RpcMetrics(services, metrics);
        LocalServices local = LocalServices.open(services, List.of(calls));
        HttpApi http =
                new HttpApi(
                        new AccessRules(config.cors(), config.hostWhitelist(), portTls.isPresent()),
                        new EtcdPages(
                                new HealthChecks(
                                        runtime.consensus(),
                                        runtime.kv(),
                                        () -> alarmNames(runtime.alarms().local())),
                                metrics),
                        new JsonGateway(local.channel(), local.executor()),
                        placement.map(
                                part ->
                                        new PdApi(
                                                part.placement(),
                                                runtime.members(),
                                                info,
                                                () -> MAX_REPLICAS,
                                                cluster,
                                                tls)));
        // PD's clients want an answer from the first moment on; etcd's wait for the member.
        ClientPort port =
                ClientPort.start(
                        addresses(config.clientUrls()),
                        portTls,
                        PortContent.of(services, http).tracedBy(calls),
                        placement.isPresent()
                                ? PortLimits.defaults()
                                : PortLimits.defaults()
                                        .forMessages(
                                                MESSAGE_MARGIN * backend.messageBytesMax(),
                                                ETCD_STREAMS_MAX),
                        placement.isPresent()
                                ? CompletableFuture.completedFuture(null)
                                : runtime.ready());
        return new Front(port, etcd, http, local);
    }

    private static Set<String> alarmNames(List<Alarm> alarms) {
        return alarms.stream().map(alarm -> alarm.type().name()).collect(Collectors.toSet());
    }

    private static EtcdBackend backend(NodeConfig config, NodeRuntime runtime) {
        RuntimeOptions numbers = runtime.options();
        return new EtcdBackend(
                runtime.etcd(),
                runtime.consensus(),
                runtime.maintenance(),
                runtime.members(),
                runtime.raftClusterId(),
                config.maxRequestBytes(),
                Duration.ofMillis(numbers.electionTimeoutMillis()),
                Duration.ofMillis(numbers.requestTimeoutMillis()),
                config.watchProgressInterval(),
                config.quotaBackendBytes(),
                access(config, runtime),
                runtime.alarms());
    }

    private static EtcdAccess access(NodeConfig config, NodeRuntime runtime) {
        NodeConfig.Auth settings = config.auth();
        AuthControl auth = runtime.auth();
        TokenService tokens =
                settings.token().signed()
                        ? signedTokens(settings.token())
                        : new SimpleTokens(
                                settings.tokenTtlSeconds(),
                                System::nanoTime,
                                () -> auth.local().revision(),
                                runtime::appliedIndex,
                                runtime::awaitApplied);
        runtime.onAuthChange(tokens);
        return new EtcdAccess(
                auth,
                tokens,
                new PasswordHasher(settings.bcryptCost()),
                settings.certificateNames());
    }

    private static TokenService signedTokens(AuthToken token) {
        try {
            return JwtTokens.open(
                    token.signMethod(),
                    token.publicKey(),
                    token.privateKey(),
                    Duration.ofMillis(token.ttlMillis()));
        } catch (IllegalArgumentException e) {
            throw new NodeStartException(e.getMessage(), e);
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

    static List<InetSocketAddress> addresses(List<URI> urls) {
        return urls.stream().map(u -> new InetSocketAddress(u.getHost(), u.getPort())).toList();
    }

    static List<String> texts(List<URI> urls) {
        return urls.stream().map(URI::toString).toList();
    }

    /** Steps down, hands over the Raft leadership, then closes ports and disk. */
    @Override
    public void close() {
        placement.ifPresent(PlacementPart::stepDown);
        cluster.shutdown();
        runtime.close();
        front.close();
        placement.ifPresent(PlacementPart::close);
    }
}
