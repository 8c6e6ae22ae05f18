package org.pdtoolkit.server.discovery;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.config.DiscoverySettings.Times;
import org.pdtoolkit.server.config.DiscoverySettings.Transport;
import org.pdtoolkit.server.runtime.NodeStartException;

/** One endpoint of a registry, connected to on first use. */
final class RegistryEndpoint implements AutoCloseable {
    private final String text;
    private final ManagedChannel channel;

    private RegistryEndpoint(String text, ManagedChannel channel) {
        this.text = text;
        this.channel = channel;
    }

    static List<RegistryEndpoint> all(DiscoverySettings.Registry settings) {
        return settings.endpoints().stream()
                .map(text -> open(text, settings.transport(), settings.times()))
                .toList();
    }

    private static RegistryEndpoint open(String text, Transport transport, Times times) {
        String scheme = transport.plainText() ? "http://" : "https://";
        URI uri = URI.create(text.contains("://") ? text : scheme + text);
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                        .withOption(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(times.dialMillis()))
                        .keepAliveTime(times.keepaliveMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(times.keepaliveTimeout(), TimeUnit.MILLISECONDS);
        if (uri.getScheme().equals("https")) {
            builder.sslContext(tls(transport));
        } else {
            builder.usePlaintext();
        }
        return new RegistryEndpoint(text, builder.build());
    }

    private static SslContext tls(Transport transport) {
        SslContextBuilder context = GrpcSslContexts.forClient();
        transport.authorities().ifPresent(file -> context.trustManager(file.toFile()));
        if (transport.acceptAnyCertificate()) {
            context.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        transport
                .cert()
                .ifPresent(
                        cert ->
                                context.keyManager(
                                        cert.toFile(), transport.key().orElseThrow().toFile()));
        try {
            return context.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new NodeStartException(
                    "cannot speak TLS to the discovery endpoints with discovery-cacert,"
                            + " discovery-cert and discovery-key: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The connection; one that failed is tried at once, not after gRPC's own pause. */
    ManagedChannel channel() {
        channel.resetConnectBackoff();
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    @Override
    public String toString() {
        return text;
    }
}
