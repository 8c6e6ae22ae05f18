package org.pdtoolkit.server.grpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * gRPC connections to the client ports of other members, one for each URL, opened on first use.
 *
 * <p>Thread: any; never blocks.
 */
public final class MemberChannels implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
    private static final int PING_SECONDS = 10;
    private static final int PING_TIMEOUT_SECONDS = 3;
    private static final int IDLE_MINUTES = 5;

    private final Optional<TlsFiles> tls;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    public MemberChannels(Optional<TlsFiles> tls) {
        this.tls = tls;
    }

    /**
     * @param clientUrl a member's advertised client URL
     * @throws IllegalArgumentException the URL has no host or port
     */
    public ManagedChannel to(String clientUrl) {
        return channels.computeIfAbsent(clientUrl, this::open);
    }

    private ManagedChannel open(String clientUrl) {
        URI uri = URI.create(clientUrl);
        if (uri.getHost() == null || uri.getPort() < 0) {
            throw new IllegalArgumentException("no host or port in " + clientUrl);
        }
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                        .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .directExecutor();
        if (!"https".equals(uri.getScheme())) {
            return builder.usePlaintext().build();
        }
        try {
            SslContextBuilder context = GrpcSslContexts.forClient();
            tls.ifPresent(
                    files -> {
                        context.keyManager(files.certificate().toFile(), files.key().toFile());
                        files.authority().ifPresent(path -> context.trustManager(path.toFile()));
                    });
            return builder.sslContext(context.build()).build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("cannot speak TLS to " + clientUrl, e);
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
