package org.pdtoolkit.server.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.raft.Message;

/**
 * The calling side of one stream to one peer; dials again for as long as it is open.
 *
 * <p>Thread: {@link #send} and {@link #flush} from consensus, the rest on the link's event loop.
 * What cannot be sent now is lost and reported: Raft repeats itself.
 */
final class PeerLink {
    private static final Logger LOG = LogManager.getLogger(PeerLink.class);
    private static final long BACKOFF_MIN_MILLIS = 20;
    private static final long BACKOFF_MAX_MILLIS = 1_000;
    private static final int HANDSHAKE_SECONDS = 3;
    private static final String HANDSHAKE_TIMEOUT = "handshake-timeout";

    private final PeerFrame.Stream stream;
    private final PeerIdentity self;
    private final long peer;
    private final PeerHandler handler;
    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final LogLimiter limiter;
    private volatile List<URI> urls;
    private volatile Channel ready;
    private volatile long readyNanos;
    private volatile boolean closed;
    private Channel dialling;
    private long backoffMillis = BACKOFF_MIN_MILLIS;
    private int attempt;

    /** Frames between {@link #send} and {@link #flush}. Thread: consensus. */
    private final List<ByteBuf> unsent = new ArrayList<>();

    private long unsentBytes;

    PeerLink(
            PeerFrame.Stream stream,
            PeerIdentity self,
            long peer,
            PeerHandler handler,
            Dialler dialler,
            LogLimiter limiter) {
        this.stream = stream;
        this.self = self;
        this.peer = peer;
        this.handler = handler;
        this.limiter = limiter;
        this.loop = dialler.group().next();
        this.bootstrap = dialler.bootstrap(loop);
        this.ssl = dialler.ssl();
    }

    private final SslContext ssl;

    /** What every link needs to dial. */
    record Dialler(EventLoopGroup group, Bootstrap template, SslContext ssl) {
        Bootstrap bootstrap(EventLoop loop) {
            return template.clone(loop);
        }
    }

    void open(List<URI> peerUrls) {
        urls = peerUrls;
        loop.execute(this::dial);
    }

    void update(List<URI> peerUrls) {
        urls = peerUrls;
    }

    boolean isUp() {
        return ready != null;
    }

    /** For how long it has been up; negative while it is not. */
    long upMillis() {
        return isUp() ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - readyNanos) : -1;
    }

    /** Queues a message; {@link #flush} sends it. Returns whether it may arrive. */
    boolean send(Message message) {
        Channel channel = ready;
        if (channel == null || channel.bytesBeforeUnwritable() <= unsentBytes) {
            return false;
        }
        ByteBuf frame =
                PeerFrame.encode(
                        channel.alloc(),
                        PeerFrame.Type.MESSAGE,
                        out -> MessageCodec.encode(message, out));
        unsent.add(frame);
        unsentBytes += frame.readableBytes();
        return true;
    }

    /** All that is queued leaves at once: each write from here wakes the loop up. */
    void flush() {
        if (unsent.isEmpty()) {
            return;
        }
        ByteBuf all = Unpooled.wrappedBuffer(unsent.toArray(ByteBuf[]::new));
        unsent.clear();
        unsentBytes = 0;
        Channel channel = ready;
        if (channel == null) {
            all.release();
        } else {
            channel.writeAndFlush(all, channel.voidPromise());
        }
    }

    void close() {
        closed = true;
        loop.execute(
                () -> {
                    if (dialling != null) {
                        dialling.close();
                    }
                });
    }

    private void dial() {
        if (closed) {
            return;
        }
        URI url = urls.get(Math.floorMod(attempt++, urls.size()));
        ChannelFuture future =
                bootstrap
                        .clone()
                        .handler(new Initializer(url))
                        .connect(InetSocketAddress.createUnresolved(url.getHost(), url.getPort()));
        dialling = future.channel();
        future.addListener(done -> onDialled(url, done.isSuccess(), done.cause()));
        dialling.closeFuture().addListener(done -> onClosed());
    }

    private void onDialled(URI url, boolean success, Throwable cause) {
        if (!success && !closed && limiter.allow("dial-" + stream + peer)) {
            LOG.info(
                    "peer not reachable yet: peer={} url={} cause=\"{}\"",
                    Long.toHexString(peer),
                    url,
                    cause.getMessage());
        }
    }

    private void onClosed() {
        boolean wasUp = ready != null;
        ready = null;
        if (closed) {
            return;
        }
        if (wasUp) {
            handler.onUnreachable(peer);
            if (limiter.allow("lost-" + stream + peer)) {
                LOG.info("peer stream lost: peer={} stream={}", Long.toHexString(peer), stream);
            }
        }
        loop.schedule(this::dial, backoffMillis, TimeUnit.MILLISECONDS);
        backoffMillis = Math.min(BACKOFF_MAX_MILLIS, backoffMillis * 2);
    }

    private void onWelcome(Channel channel) {
        backoffMillis = BACKOFF_MIN_MILLIS;
        readyNanos = System.nanoTime();
        ready = channel;
        LOG.debug("peer stream up: peer={} stream={}", Long.toHexString(peer), stream);
    }

    private void onRefused(int reason) {
        backoffMillis = BACKOFF_MAX_MILLIS;
        if (reason == Refusal.REMOVED.ordinal()) {
            handler.onRemoved(peer);
            return;
        }
        if (limiter.allow("refused-" + peer + reason)) {
            LOG.error(
                    "peer refuses this member: peer={} reason=\"it {}\" hint=\"check"
                            + " --initial-cluster, --initial-cluster-token and that the"
                            + " data dir belongs to this cluster\"",
                    Long.toHexString(peer),
                    Refusal.describe(reason));
        }
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        private final URI url;

        Initializer(URI url) {
            this.url = url;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (ssl != null) {
                channel.pipeline()
                        .addLast(ssl.newHandler(channel.alloc(), url.getHost(), url.getPort()));
            }
            channel.pipeline()
                    .addLast(HANDSHAKE_TIMEOUT, new ReadTimeoutHandler(HANDSHAKE_SECONDS))
                    .addLast(new PeerFrameDecoder())
                    .addLast(new Caller());
        }
    }

    private final class Caller extends SimpleChannelInboundHandler<PeerFrame> {
        Caller() {
            super(false);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Hello hello =
                    new Hello(
                            stream,
                            self.clusterId(),
                            handler.incarnation(),
                            self.memberId(),
                            peer,
                            handler.promiseMillis(),
                            handler.ownUrls());
            context.write(context.alloc().buffer(8).writeBytes(PeerFrame.PREFACE));
            context.writeAndFlush(
                    PeerFrame.encode(context.alloc(), PeerFrame.Type.HELLO, hello::encode));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, PeerFrame frame) {
            try {
                switch (frame.type()) {
                    case WELCOME -> {
                        context.pipeline().remove(HANDSHAKE_TIMEOUT);
                        if (frame.payload().readUnsignedByte() != 0) {
                            handler.onKnownTo(peer);
                        }
                        handler.onPromise(peer, frame.payload().readInt());
                        onWelcome(context.channel());
                    }
                    case REFUSED -> {
                        onRefused(frame.payload().readUnsignedByte());
                        context.close();
                    }
                    default -> throw new IllegalArgumentException("unexpected " + frame.type());
                }
            } finally {
                frame.payload().release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("peer stream failed: peer={} cause={}", peer, cause.toString());
            context.close();
        }
    }
}
