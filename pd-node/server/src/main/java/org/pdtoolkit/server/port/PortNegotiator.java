package org.pdtoolkit.server.port;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The one place that touches grpc-netty's internal interfaces.
 *
 * <p>grpc-netty gives each accepted connection to its protocol negotiator, which says when, and
 * with which attributes, the HTTP/2 handler may take over. Here the negotiator installs a {@link
 * ProtocolSniffer} instead and starts gRPC only once the client has shown that it speaks it. If the
 * hook goes away in a later grpc, this class and the sniffer are what has to be replaced.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    // Held: java.util.logging forgets levels of loggers that nobody refers to.
    private static final Logger CONNECTION_LOG =
            Logger.getLogger("io.grpc.netty.NettyServerTransport.connections");

    private static final Logger STREAM_LOG = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private static final Logger MESSAGE_LOG = Logger.getLogger("io.grpc.netty.NettyServerStream");

    static {
        // Without these a stack trace is printed for every malformed HTTP/2 frame of a stranger,
        // every client that leaves before it has read its answer, and every message too large.
        CONNECTION_LOG.setLevel(Level.WARNING);
        STREAM_LOG.setLevel(Level.SEVERE);
        MESSAGE_LOG.setLevel(Level.SEVERE);
    }

    private final ConnectionSetup setup;

    private PortNegotiator(ConnectionSetup setup) {
        this.setup = setup;
    }

    static ServerCredentials credentials(ConnectionSetup setup) {
        return InternalNettyServerCredentials.create(new PortNegotiator(setup));
    }

    @Override
    public AsciiString scheme() {
        return AsciiString.of(setup.tls().isPresent() ? "https" : "http");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
        return new ProtocolSniffer(setup, sniffed -> startGrpc(sniffed, grpc));
    }

    @Override
    public void close() {
        // Nothing is held per server.
    }

    /** Puts gRPC behind the sniffer and tells it who the client is. */
    private static void startGrpc(ChannelHandlerContext sniffer, GrpcHttp2ConnectionHandler grpc) {
        Attributes.Builder attributes =
                Attributes.newBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, sniffer.channel().remoteAddress())
                        .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, sniffer.channel().localAddress());
        SslHandler tls = sniffer.pipeline().get(SslHandler.class);
        if (tls != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, tls.engine().getSession());
        }
        sniffer.pipeline()
                .addAfter(
                        sniffer.name(),
                        null,
                        InternalProtocolNegotiators.grpcNegotiationHandler(grpc));
        sniffer.fireUserEventTriggered(
                InternalProtocolNegotiationEvent.withAttributes(
                        InternalProtocolNegotiationEvent.getDefault(), attributes.build()));
    }
}
