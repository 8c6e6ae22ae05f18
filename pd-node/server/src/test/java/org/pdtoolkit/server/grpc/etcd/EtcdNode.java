package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.function.Executable;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.server.auth.PasswordHasher;
import org.pdtoolkit.server.auth.SimpleTokens;
import org.pdtoolkit.server.gateway.JsonGateway;
import org.pdtoolkit.server.gateway.LocalServices;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.runtime.CompactionPolicy;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeOptions;
import org.pdtoolkit.server.runtime.NodeRuntime;
import org.pdtoolkit.server.runtime.ReconfigurationRules;
import org.pdtoolkit.server.runtime.RuntimeOptions;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.server.support.Ports;

/**
 * A member of its own with etcd's services and their JSON form on a port: real store, real files,
 * real sockets.
 */
final class EtcdNode implements AutoCloseable {
    static final int REQUEST_BYTES_MAX = 1_572_864;
    static final int MESSAGE_BYTES_MAX = 2_097_152;

    static final long QUOTA_BYTES = 5 << 20;
    private static final int TICK_MILLIS = 20;
    private static final int ELECTION_TICKS = 10;

    final NodeRuntime runtime;
    final ManagedChannel channel;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final EtcdServices services;
    private final LocalServices local;
    private final ClientPort port;

    private static EtcdAccess access(AuthControl auth) {
        SimpleTokens tokens =
                new SimpleTokens(
                        300,
                        System::nanoTime,
                        () -> auth.local().revision(),
                        () -> 0,
                        index -> CompletableFuture.completedFuture(null));
        return new EtcdAccess(auth, tokens, new PasswordHasher(4), false);
    }

    private EtcdNode(NodeRuntime runtime, Optional<Consensus> consensus) {
        this.runtime = runtime;
        EtcdBackend backend =
                new EtcdBackend(
                        runtime.etcd(),
                        consensus.orElse(runtime.consensus()),
                        runtime.maintenance(),
                        runtime.members(),
                        runtime.raftClusterId(),
                        REQUEST_BYTES_MAX,
                        Duration.ofMillis(runtime.options().electionTimeoutMillis()),
                        Duration.ofMillis(runtime.options().requestTimeoutMillis()),
                        Duration.ofMillis(100),
                        QUOTA_BYTES,
                        access(runtime.auth()),
                        runtime.alarms());
        services = new EtcdServices(backend, timer, Optional.empty());
        local = LocalServices.open(services.services(), List.of());
        port = Ports.open(services.services(), new JsonGateway(local.channel(), local.executor()));
        channel =
                NettyChannelBuilder.forAddress(address())
                        .usePlaintext()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
    }

    InetSocketAddress address() {
        return port.addresses().get(0);
    }

    static EtcdNode start(Path directory) throws Exception {
        return start(directory, Optional.empty());
    }

    /**
     * @param consensus what the services see of the group instead of the real one
     */
    static EtcdNode start(Path directory, Optional<Consensus> consensus) throws Exception {
        InetSocketAddress peer = Ports.candidate();
        List<String> urls = List.of("http://127.0.0.1:" + peer.getPort());
        NodeOptions options =
                new NodeOptions(
                        "m1",
                        directory,
                        StorageChoice.of("file"),
                        List.of(peer),
                        urls,
                        List.of("http://127.0.0.1:2379"),
                        ReconfigurationRules.DEFAULT,
                        false,
                        new RuntimeOptions(
                                TICK_MILLIS,
                                1,
                                ELECTION_TICKS,
                                true,
                                10_000,
                                5_000,
                                REQUEST_BYTES_MAX,
                                CompactionPolicy.OFF,
                                0,
                                Long.MAX_VALUE),
                        null);
        NodeRuntime runtime =
                NodeRuntime.open(
                        options,
                        () -> new InitialCluster(Map.of("m1", urls), "etcd-node"),
                        fatal -> {
                            throw new IllegalStateException(fatal);
                        });
        runtime.start();
        runtime.ready().get(30, TimeUnit.SECONDS);
        return new EtcdNode(runtime, consensus);
    }

    /** What the call is refused with, as clients print it: code and text. */
    static String refusal(Executable call) {
        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, call);
        return refused.getStatus().getCode() + ": " + refused.getStatus().getDescription();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        port.close();
        local.close();
        services.close();
        timer.shutdownNow();
        runtime.close();
    }
}
