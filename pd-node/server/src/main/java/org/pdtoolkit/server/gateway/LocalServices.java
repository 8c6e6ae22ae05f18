package org.pdtoolkit.server.gateway;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import org.pdtoolkit.server.port.BackgroundPool;

/**
 * The services of the client port, callable inside the process, with the threads that translate for
 * the {@link JsonGateway}.
 *
 * <p>Thread: any. A call runs on the thread that makes it, as calls of the network do on their
 * loops; its answers come on the threads here.
 */
public final class LocalServices implements AutoCloseable {
    private static final int THREADS = 2;

    private final Server server;
    private final ManagedChannel channel;
    private final BackgroundPool threads;

    private LocalServices(Server server, ManagedChannel channel, BackgroundPool threads) {
        this.server = server;
        this.channel = channel;
        this.threads = threads;
    }

    public static LocalServices open(
            List<BindableService> services, List<? extends ServerStreamTracer.Factory> tracers) {
        // The queue is bounded by the connections of the port: each has one request at a time.
        BackgroundPool threads = new BackgroundPool("json-gateway", THREADS, Integer.MAX_VALUE);
        String name = InProcessServerBuilder.generateName();
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name).directExecutor();
        services.forEach(builder::addService);
        tracers.forEach(builder::addStreamTracerFactory);
        Server server = builder.build();
        try {
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException("a new name inside the process is taken", e);
        }
        return new LocalServices(
                server,
                InProcessChannelBuilder.forName(name).executor(threads.executor()).build(),
                threads);
    }

    public Channel channel() {
        return channel;
    }

    public Executor executor() {
        return threads.executor();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        threads.finish();
    }
}
