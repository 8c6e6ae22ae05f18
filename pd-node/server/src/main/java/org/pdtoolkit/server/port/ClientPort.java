package org.pdtoolkit.server.port;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The open client port: gRPC and HTTP/1.1 on the same addresses (design D2).
 *
 * <p>gRPC services run on the network loops (direct executor), since a hop to another thread
 * doubles the price of a timestamp. Hence the one rule for every service and {@link HttpHandler}:
 * never block; what may block goes to an executor of its own.
 *
 * <p>Thread: any; {@link #close} blocks for at most the grace of the limits.
 */
public final class ClientPort implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int PERMITTED_PING_SECONDS = 5;
    private static final int PING_AFTER_IDLE_HOURS = 2;
    private static final int PING_TIMEOUT_SECONDS = 20;
    private static final int RESETS_PER_WINDOW = 10_000;
    private static final int RESET_WINDOW_SECONDS = 10;

    private final Server server;
    private final EventLoops loops;
    private final PortLimits limits;
    private final ChannelGroup open;

    private ClientPort(Server server, EventLoops loops, PortLimits limits, ChannelGroup open) {
        this.server = server;
        this.loops = loops;
        this.limits = limits;
        this.open = open;
    }

    /** {@link #start(List, Optional, List, HttpHandler, PortLimits)} with the default limits. */
    public static ClientPort start(
            List<InetSocketAddress> listen,
            Optional<TlsFiles> tls,
            List<BindableService> services,
            HttpHandler http) {
        return start(listen, tls, services, http, PortLimits.defaults());
    }

    /** Listens on every address and serves at once. See the method with a gate. */
    public static ClientPort start(
            List<InetSocketAddress> listen,
            Optional<TlsFiles> tls,
            List<BindableService> services,
            HttpHandler http,
            PortLimits limits) {
        return start(listen, tls, services, http, limits, CompletableFuture.completedFuture(null));
    }

    /**
     * Listens on every address.
     *
     * @param listen at least one; port 0 chooses a free one, see {@link #addresses}
     * @param gate until it completes, clients can connect but get no answer
     * @throws PortException an address is in use or cannot be resolved, or a TLS file is unusable;
     *     nothing listens then
     */
    public static ClientPort start(
            List<InetSocketAddress> listen,
            Optional<TlsFiles> tls,
            List<BindableService> services,
            HttpHandler http,
            PortLimits limits,
            CompletableFuture<?> gate) {
        return start(listen, tls, PortContent.of(services, http), limits, gate);
    }

    /** {@link #start(List, Optional, List, HttpHandler, PortLimits, CompletableFuture)}. */
    public static ClientPort start(
            List<InetSocketAddress> listen,
            Optional<TlsFiles> tls,
            PortContent content,
            PortLimits limits,
            CompletableFuture<?> gate) {
        Optional<SslContext> context = tls.map(TlsContexts::server);
        ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ConnectionSetup setup = new ConnectionSetup(context, limits, content.http(), open, gate);
        EventLoops loops = EventLoops.open(limits.ioThreads());
        Server server = build(listen, content, setup, loops);
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            server.shutdownNow();
            loops.close();
            throw new PortException(explain(listen, e), e);
        }
        return new ClientPort(server, loops, limits, open);
    }

    private static Server build(
            List<InetSocketAddress> listen,
            PortContent content,
            ConnectionSetup setup,
            EventLoops loops) {
        PortLimits limits = setup.limits();
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(listen.get(0), PortNegotiator.credentials(setup))
                        .channelType(loops.channelType())
                        .bossEventLoopGroup(loops.boss())
                        .workerEventLoopGroup(loops.workers())
                        .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
                        .withChildOption(ChannelOption.TCP_NODELAY, true)
                        .directExecutor()
                        // The sniffer has its own deadline; this one would end HTTP connections.
                        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS)
                        // Clients ping every 10 s, some without a call; the default calls it abuse.
                        .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .keepAliveTime(PING_AFTER_IDLE_HOURS, TimeUnit.HOURS)
                        .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .maxInboundMessageSize(limits.messageBytesMax())
                        .maxInboundMetadataSize(limits.headerBytesMax())
                        .maxConcurrentCallsPerConnection(limits.streamsMax())
                        .maxRstFramesPerWindow(RESETS_PER_WINDOW, RESET_WINDOW_SECONDS);
        listen.subList(1, listen.size()).forEach(builder::addListenAddress);
        UnknownMethods unknown = new UnknownMethods();
        for (BindableService service : content.services()) {
            ServerServiceDefinition definition = service.bindService();
            unknown.add(definition.getServiceDescriptor().getName());
            builder.addService(definition);
        }
        content.tracers().forEach(builder::addStreamTracerFactory);
        content.filters().forEach(builder::addTransportFilter);
        return builder.fallbackHandlerRegistry(content.others().orElse(unknown)).build();
    }

    /** Addresses that are listened on, in the order of the request, with the real ports. */
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (SocketAddress address : server.getListenSockets()) {
            addresses.add((InetSocketAddress) address);
        }
        return List.copyOf(addresses);
    }

    /** Connections that are open now, of all protocols. */
    public int openConnections() {
        return open.size();
    }

    /** Stops listening at once, lets calls under way end for the grace, then cuts them. */
    @Override
    public void close() {
        server.shutdown();
        boolean interrupted = false;
        try {
            if (!server.awaitTermination(limits.closeGrace().toMillis(), TimeUnit.MILLISECONDS)) {
                open.forEach(ClientPort::cut);
                server.awaitTermination(limits.closeGrace().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        server.shutdownNow();
        loops.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closes a connection without a word. The server's own way would reset each stream as
     * cancelled, which etcd clients take for the end of a watch; a lost connection makes them come
     * back.
     */
    private static void cut(Channel channel) {
        ChannelHandlerContext outermost = channel.pipeline().firstContext();
        if (outermost == null) {
            channel.close();
        } else {
            outermost.close();
        }
    }

    /** Names the addresses that cannot be listened on: the cause names them badly or not at all. */
    private static String explain(List<InetSocketAddress> listen, Exception failure) {
        List<String> problems = new ArrayList<>();
        for (InetSocketAddress address : listen) {
            if (address.isUnresolved()) {
                problems.add(text(address) + ": unknown host");
                continue;
            }
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(address);
            } catch (IOException e) {
                problems.add(text(address) + ": " + e.getMessage());
            }
        }
        if (problems.isEmpty()) {
            problems.add(
                    String.join(", ", listen.stream().map(ClientPort::text).toList())
                            + ": "
                            + failure.getMessage());
        }
        return "cannot listen on " + String.join("; ", problems);
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
