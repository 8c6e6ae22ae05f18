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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The services of the client port, callable inside the process, with the threads that translate for
 * the {@link JsonGateway}.
 *
 * <p>Thread: any. A call runs on the thread that makes it, as calls of the network do on their
 * loops; its answers come on the threads here.
 */
public final class LocalServices implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 30;

    private final Server server;
    private final ManagedChannel channel;
    private final ThreadPoolExecutor executor;

    private LocalServices(Server server, ManagedChannel channel, ThreadPoolExecutor executor) {
        this.server = server;
        this.channel = channel;
        this.executor = executor;
    }

    public static LocalServices open(
            List<BindableService> services, List<? extends ServerStreamTracer.Factory> tracers) {
        // The queue is bounded by the connections of the port: each has one request at a time.
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, "json-gateway");
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.allowCoreThreadTimeOut(true);
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
                server, InProcessChannelBuilder.forName(name).executor(executor).build(), executor);
    }

    public Channel channel() {
        return channel;
    }

    public Executor executor() {
        return executor;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        executor.shutdown();
    }
}
