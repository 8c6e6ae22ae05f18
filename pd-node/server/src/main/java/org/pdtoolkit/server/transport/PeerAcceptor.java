package org.pdtoolkit.server.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/** The called side of one peer connection: checks the caller, then passes its messages on. */
final class PeerAcceptor extends SimpleChannelInboundHandler<PeerFrame> {
    /** Event: members have changed, so a caller that was welcome may not be any more. */
    static final Object JUDGE = new Object();

    private static final Logger LOG = LogManager.getLogger(PeerAcceptor.class);

    /** A snapshot stream on which nothing comes for so long would keep the next one out. */
    private static final int SNAPSHOT_SILENCE_SECONDS = 30;

    private final PeerIdentity self;
    private final PeerHandler handler;
    private final Executor snapshotExecutor;
    private final LogLimiter limiter;
    private final int handshakeMillis;
    private final Consumer<Hello> strangers;
    private Hello hello;

    /** Closing has begun: what was read with the offending frame no longer counts. */
    private boolean ended;

    /**
     * @param handshakeMillis time from the connection to its HELLO, TLS included
     * @param strangers told of a caller that is of this cluster but not on this member's list
     */
    PeerAcceptor(
            PeerIdentity self,
            PeerHandler handler,
            Executor snapshotExecutor,
            LogLimiter limiter,
            int handshakeMillis,
            Consumer<Hello> strangers) {
        super(false);
        this.strangers = strangers;
        this.self = self;
        this.handler = handler;
        this.snapshotExecutor = snapshotExecutor;
        this.limiter = limiter;
        this.handshakeMillis = handshakeMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // Counted from the connection, not from the last byte: a trickle is no handshake either.
        var deadline =
                context.executor()
                        .schedule(
                                () -> onHandshakeDeadline(context),
                                handshakeMillis,
                                TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> deadline.cancel(false));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        // HTTP has taken over, with a deadline of its own.
        ended = true;
    }

    private void onHandshakeDeadline(ChannelHandlerContext context) {
        if (hello == null && !ended) {
            exceptionCaught(context, ReadTimeoutException.INSTANCE);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, PeerFrame frame) {
        if (ended) {
            frame.payload().release();
        } else if (hello == null) {
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

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != JUDGE) {
            context.fireUserEventTriggered(event);
        } else if (hello != null && !ended && handler.isDismissed(hello.from())) {
            refuse(context, hello, Refusal.REMOVED);
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
        if (!handler.isMember(caller.from()) && caller.stream() != PeerFrame.Stream.PROBE) {
            // The cluster may have moved on while this member was away, and this may be its leader.
            strangers.accept(caller);
        }
        handler.onPromise(caller.from(), caller.promiseMillis());
        if (caller.stream() == PeerFrame.Stream.SNAPSHOT) {
            context.pipeline()
                    .addLast(new ReadTimeoutHandler(SNAPSHOT_SILENCE_SECONDS))
                    .addLast(new SnapshotReceiver(handler, caller, snapshotExecutor));
        }
        int flags = handler.hasPublished(caller.from()) ? 1 : 0;
        ChannelFuture welcomed =
                context.writeAndFlush(
                        PeerFrame.encode(
                                context.alloc(),
                                PeerFrame.Type.WELCOME,
                                out -> out.writeByte(flags).writeInt(handler.promiseMillis())));
        if (caller.stream() == PeerFrame.Stream.PROBE) {
            ended = true;
            welcomed.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private Refusal judge(Hello caller) {
        if (caller.clusterId() != self.clusterId()) {
            return Refusal.WRONG_CLUSTER;
        }
        if (caller.to() != self.memberId()) {
            return Refusal.WRONG_MEMBER;
        }
        if (handler.isDismissed(caller.from())) {
            return Refusal.REMOVED;
        }
        long mine = handler.incarnation();
        if (mine != 0 && caller.incarnation() != 0 && mine != caller.incarnation()) {
            return Refusal.WRONG_DATA;
        }
        return null;
    }

    private void refuse(ChannelHandlerContext context, Hello caller, Refusal refusal) {
        ended = true;
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
        if (message.type() == MessageType.SNAP) {
            throw new IllegalArgumentException("a snapshot outside of a snapshot stream");
        }
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
        if (ended) {
            return;
        }
        ended = true;
        Throwable root =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        if (limiter.allow("accept-" + root.getClass().getSimpleName())) {
            LOG.warn(
                    "peer connection closed: remote={} cause=\"{}\"",
                    context.channel().remoteAddress(),
                    root instanceof ReadTimeoutException
                            ? "no HELLO within " + handshakeMillis + " ms"
                            : root.toString());
        }
        context.close();
    }
}
