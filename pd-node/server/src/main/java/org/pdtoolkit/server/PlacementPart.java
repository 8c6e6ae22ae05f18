package org.pdtoolkit.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.BindableService;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.driver.PlacementDriver;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.grpc.pd.PdServices;
import org.pdtoolkit.server.grpc.pd.TsoCounters;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.runtime.NodeRuntime;
import org.pdtoolkit.wire.Version;
import org.pdtoolkit.wire.pdpb.Member;

/**
 * What makes a node more than an etcd: placement on top of the store, and PD's gRPC services. A
 * node with {@code --etcd-only} has none of it.
 *
 * <p>Thread: the owner of the process.
 */
final class PlacementPart implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(PlacementPart.class);
    private static final int TICK_MILLIS = 10;
    private static final int STEP_DOWN_SECONDS = 2;

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

    private final PlacementDriver driver;
    private final PdServices services;
    private final ScheduledExecutorService cluster;
    private final Consumer<Throwable> onFatal;

    /**
     * @param cluster runs placement
     * @param maxReplicas replication.max-replicas, for bootstrap
     * @param metrics gets the counters of timestamps
     * @param tls files of this node, with which it asks the leader
     */
    PlacementPart(
            NodeConfig config,
            NodeRuntime runtime,
            ScheduledExecutorService cluster,
            IntSupplier maxReplicas,
            MetricRegistry metrics,
            Optional<TlsFiles> tls,
            Consumer<Throwable> onFatal) {
        this.cluster = cluster;
        this.onFatal = onFatal;
        driver = driver(config, runtime);
        TsoCounters timestamps = new TsoCounters();
        timestamps.register(metrics);
        services =
                new PdServices(
                        driver,
                        runtime.consensus().memberId(),
                        runtime.kv(),
                        maxReplicas,
                        cluster,
                        timestamps,
                        tls);
    }

    private PlacementDriver driver(NodeConfig config, NodeRuntime runtime) {
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
                        PlacementPart::memberIdOf,
                        deployPath(),
                        Version.SERVER,
                        NO_HASH,
                        new SecureRandom()::nextLong);
        return new PlacementDriver(
                settings,
                runtime.kv(),
                runtime.consensus(),
                CLOCKS,
                this::post,
                PlacementPart::log);
    }

    Placement placement() {
        return driver;
    }

    List<BindableService> services() {
        return services.services();
    }

    /** Takes part in elections from now on. */
    void start() {
        driver.start();
        cluster.scheduleWithFixedDelay(
                guarded(driver::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Gives up the PD leadership; waits a bounded time. */
    void stepDown() {
        try {
            driver.stop().get(STEP_DOWN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the PD leadership was not given up cleanly: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the connections to leaders. */
    @Override
    public void close() {
        services.close();
    }

    /** What arrives while the node stops has nobody left to do it. */
    private void post(Runnable task) {
        try {
            cluster.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("the cluster thread has stopped");
        }
    }

    /** A failure leaves the election in a state that nobody foresaw: the node must stop. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                onFatal.accept(e);
            }
        };
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

    private static List<String> texts(List<URI> urls) {
        return urls.stream().map(URI::toString).toList();
    }
}
