package org.pdtoolkit.server.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * First handler of each connection: tells HTTP/2 from HTTP/1.1 by the first bytes and lets go.
 *
 * <p>HTTP/2 with prior knowledge begins with a fixed preface that no HTTP/1.1 request can begin
 * with. gRPC takes over only when the preface and the header of the client's first SETTINGS frame
 * are here, so that one deadline covers clients that send nothing, garbage, or half a greeting.
 * Whatever begins otherwise gets the HTTP/1.1 pipeline, whose parser answers garbage with 400.
 *
 * <p>Behind TLS the bytes decide as well; ALPN has then already told the client what to send.
 *
 * <p>Thread: the connection's network loop.
 */
final class ProtocolSniffer extends ByteToMessageDecoder {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAME_HEADER_BYTES = 9;

    private static final ByteBuf PLAIN_ON_TLS =
            Unpooled.unreleasableBuffer(
                    Unpooled.copiedBuffer(
                            "HTTP/1.0 400 Bad Request\r\n\r\n"
                                    + "Client sent an HTTP request to an HTTPS server.\n",
                            StandardCharsets.US_ASCII));

    private final ConnectionSetup setup;
    private final Consumer<ChannelHandlerContext> startGrpc;
    private Future<?> deadline;

    ProtocolSniffer(ConnectionSetup setup, Consumer<ChannelHandlerContext> startGrpc) {
        this.setup = setup;
        this.startGrpc = startGrpc;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        setup.open().add(ctx.channel());
        if (setup.open().size() > setup.limits().connectionsMax()) {
            ctx.close();
            return;
        }
        if (setup.gate().isDone()) {
            begin(ctx);
        } else {
            ctx.channel().config().setAutoRead(false);
            setup.gate().whenComplete((done, failure) -> ctx.executor().execute(() -> begin(ctx)));
        }
    }

    /** Listens to the client, who has to begin within a time. */
    private void begin(ChannelHandlerContext ctx) {
        deadline =
                ctx.executor()
                        .schedule(
                                () -> ctx.close(),
                                setup.limits().handshake().toMillis(),
                                TimeUnit.MILLISECONDS);
        setup.tls().ifPresent(tls -> ctx.pipeline().addFirst(new TlsGate(tls)));
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int compared = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < compared; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                startHttp(ctx);
                return;
            }
        }
        if (in.readableBytes() >= PREFACE.length + FRAME_HEADER_BYTES) {
            startGrpc.accept(ctx);
            // Removal hands the bytes read so far to the handler behind.
            ctx.pipeline().remove(this);
        }
    }

    private void startHttp(ChannelHandlerContext ctx) {
        ChannelPipeline pipeline = ctx.pipeline();
        // grpc's own last handler would hold back whatever is written through the channel.
        while (pipeline.last() != this) {
            pipeline.removeLast();
        }
        HttpConnection.install(pipeline, setup);
        pipeline.remove(this);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A failed handshake or a reset connection: nobody is left to tell.
        ctx.close();
    }

    /** Starts TLS, or tells a client that speaks HTTP in the clear what is wrong. */
    private static final class TlsGate extends OptionalSslHandler {
        TlsGate(SslContext tls) {
            super(tls);
        }

        @Override
        protected ChannelHandler newNonSslHandler(ChannelHandlerContext ctx) {
            return new PlainClientRefusal();
        }
    }

    /** Answers once in the clear and closes. */
    private static final class PlainClientRefusal extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            ctx.writeAndFlush(PLAIN_ON_TLS.duplicate()).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
