package org.pdtoolkit.server.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/**
 * Called side of a snapshot stream: the Raft message, the content in chunks, the end.
 *
 * <p>Disk work happens on {@code executor}, one thread; the network loop reads no further
 * meanwhile.
 */
final class SnapshotReceiver extends SimpleChannelInboundHandler<PeerFrame> {
    private static final Logger LOG = LogManager.getLogger(SnapshotReceiver.class);

    private final PeerHandler handler;
    private final Hello hello;
    private final Executor executor;

    /** Only touched on the executor. */
    private PeerHandler.SnapshotSink sink;

    /** Complete or failed: frames that were read before the connection ended change nothing. */
    private boolean ended;

    SnapshotReceiver(PeerHandler handler, Hello hello, Executor executor) {
        super(false);
        this.handler = handler;
        this.hello = hello;
        this.executor = executor;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, PeerFrame frame) {
        context.channel().config().setAutoRead(false);
        executor.execute(
                () -> {
                    try {
                        if (!ended) {
                            take(context, frame);
                        }
                        context.channel().config().setAutoRead(true);
                    } catch (IOException | RuntimeException e) {
                        end();
                        fail(context, e);
                    } finally {
                        frame.payload().release();
                    }
                });
    }

    private void take(ChannelHandlerContext context, PeerFrame frame) throws IOException {
        switch (frame.type()) {
            case MESSAGE -> begin(frame);
            case CHUNK -> content(frame);
            case END -> complete(context);
            default ->
                    throw new IllegalArgumentException(
                            "a " + frame.type() + " frame on a snapshot stream");
        }
    }

    private void begin(PeerFrame frame) {
        Message message = MessageCodec.decode(frame.payload());
        if (sink != null
                || message.type() != MessageType.SNAP
                || message.from() != hello.from()
                || message.to() != hello.to()) {
            throw new IllegalArgumentException(
                    "a snapshot stream must begin with one SNAP message of its sender, got "
                            + message.type());
        }
        sink = handler.receiveSnapshot(message);
    }

    private void content(PeerFrame frame) throws IOException {
        if (sink == null) {
            throw new IllegalArgumentException("content before the SNAP message");
        }
        frame.payload().readBytes(sink.stream(), frame.payload().readableBytes());
    }

    private void complete(ChannelHandlerContext context) {
        if (sink == null) {
            throw new IllegalArgumentException("end before the SNAP message");
        }
        sink.complete();
        end();
        context.writeAndFlush(PeerFrame.empty(context.alloc(), PeerFrame.Type.ACCEPTED));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        executor.execute(this::end);
        context.fireChannelInactive();
    }

    private void end() {
        ended = true;
        if (sink != null) {
            sink.close();
            sink = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        LOG.warn(
                "snapshot stream failed: from={} cause=\"{}\"",
                Long.toHexString(hello.from()),
                cause.toString());
        context.close();
    }
}
