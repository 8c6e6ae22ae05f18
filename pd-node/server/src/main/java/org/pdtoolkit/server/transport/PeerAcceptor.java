package org.pdtoolkit.server.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/** The called side of one peer connection: checks the caller, then passes its messages on. */
final class PeerAcceptor extends SimpleChannelInboundHandler<PeerFrame> {
    private static final Logger LOG = LogManager.getLogger(PeerAcceptor.class);

    /** Name of the pipeline's handler that ends connections which stay silent. */
    static final String HANDSHAKE_TIMEOUT = "handshake-timeout";

    private static final byte[] HTTP_ANSWER =
            ("HTTP/1.1 421 Misdirected Request\r\n"
                            + "Content-Type: text/plain; charset=utf-8\r\n"
                            + "Connection: close\r\n\r\n"
                            + "This is the peer port of a pd-node. Clients use the client port"
                            + " (client-urls, 2379 by default).\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private final PeerIdentity self;
    private final PeerHandler handler;
    private final Executor snapshotExecutor;
    private final LogLimiter limiter;
    private Hello hello;

    PeerAcceptor(
            PeerIdentity self, PeerHandler handler, Executor snapshotExecutor, LogLimiter limiter) {
        super(false);
        this.self = self;
        this.handler = handler;
        this.snapshotExecutor = snapshotExecutor;
        this.limiter = limiter;
    }

    static ReadTimeoutHandler handshakeTimeout() {
        return new ReadTimeoutHandler(3);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, PeerFrame frame) {
        if (hello == null) {
            try {
                greet(context, frame);
            } finally {
                frame.payload().release();
            }
        } else if (hello.stream() == PeerFrame.Stream.SNAPSHOT) {
            context.fireChannelRead(frame);
        } else {
            try {
                receive(frame);
            } finally {
                frame.payload().release();
            }
        }
    }

    private void greet(ChannelHandlerContext context, PeerFrame frame) {
        if (frame.type() != PeerFrame.Type.HELLO) {
            throw new IllegalArgumentException("first frame is " + frame.type() + ", not HELLO");
        }
        Hello caller = Hello.decode(frame.payload());
        Refusal refusal = judge(caller);
        if (refusal != null) {
            refuse(context, caller, refusal);
            return;
        }
        hello = caller;
        context.pipeline().remove(HANDSHAKE_TIMEOUT);
        if (caller.stream() == PeerFrame.Stream.SNAPSHOT) {
            context.pipeline().addLast(new SnapshotReceiver(handler, caller, snapshotExecutor));
        }
        int flags = handler.hasPublished(caller.from()) ? 1 : 0;
        context.writeAndFlush(
                PeerFrame.encode(
                        context.alloc(), PeerFrame.Type.WELCOME, out -> out.writeByte(flags)));
    }

    private Refusal judge(Hello caller) {
        if (caller.clusterId() != self.clusterId()) {
            return Refusal.WRONG_CLUSTER;
        }
        if (caller.to() != self.memberId()) {
            return Refusal.WRONG_MEMBER;
        }
        if (!handler.isMember(caller.from())) {
            return Refusal.NOT_A_MEMBER;
        }
        long mine = handler.incarnation();
        if (mine != 0 && caller.incarnation() != 0 && mine != caller.incarnation()) {
            return Refusal.WRONG_DATA;
        }
        return null;
    }

    private void refuse(ChannelHandlerContext context, Hello caller, Refusal refusal) {
        if (limiter.allow(refusal.name() + caller.from())) {
            LOG.warn(
                    "peer connection refused: reason={} from={} cluster={} remote={}",
                    refusal,
                    Long.toHexString(caller.from()),
                    Long.toHexString(caller.clusterId()),
                    context.channel().remoteAddress());
        }
        context.writeAndFlush(
                        PeerFrame.encode(
                                context.alloc(),
                                PeerFrame.Type.REFUSED,
                                out -> out.writeByte(refusal.ordinal())))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void receive(PeerFrame frame) {
        if (frame.type() != PeerFrame.Type.MESSAGE) {
            throw new IllegalArgumentException("a " + frame.type() + " frame on a message stream");
        }
        Message message = MessageCodec.decode(frame.payload());
        if (message.to() != self.memberId() || message.from() != hello.from()) {
            // A forwarded read or transfer keeps its first sender; everything else is the caller's.
            boolean forwarded =
                    message.to() == self.memberId()
                            && handler.isMember(message.from())
                            && (message.type() == MessageType.READ_INDEX
                                    || message.type() == MessageType.TRANSFER_LEADER
                                    || message.type() == MessageType.PROP);
            if (!forwarded) {
                throw new IllegalArgumentException(
                        "a message from "
                                + Long.toHexString(message.from())
                                + " to "
                                + Long.toHexString(message.to())
                                + " on the stream of "
                                + Long.toHexString(hello.from()));
            }
        }
        handler.onMessage(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        if (limiter.allow("accept-" + root.getClass().getSimpleName())) {
            LOG.warn(
                    "peer connection closed: remote={} cause=\"{}\"",
                    context.channel().remoteAddress(),
                    root instanceof ReadTimeoutException ? "no HELLO within 3 s" : root.toString());
        }
        if (root instanceof PeerFrameDecoder.NotAPeer stranger && stranger.http()) {
            context.writeAndFlush(Unpooled.wrappedBuffer(HTTP_ANSWER))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            context.close();
        }
    }
}
