package org.pdtoolkit.server.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

/** Carries Raft messages between members over TCP. The handler is called on network threads. */
public final class PeerTransport implements PeerNetwork {
    private static final Logger LOG = LogManager.getLogger(PeerTransport.class);
    private static final int CONNECTIONS_MAX = 1_000;
    private static final int STOP_SECONDS = 2;

    /** Anybody of this cluster may call; far more than members that one has not heard of. */
    private static final int STRANGERS_MAX = 64;

    /**
     * TLS of the peer port.
     *
     * @param server demands a client certificate
     * @param client dials
     * @param sockets dials too, for blocking connections
     */
    public record PeerTls(SslContext server, SslContext client, SSLSocketFactory sockets) {}

    /**
     * How long the other side of a connection is waited for.
     *
     * @param handshakeMillis from an accepted connection to its HELLO
     * @param snapshotMillis for each step of sending a snapshot
     */
    record Patience(int handshakeMillis, int snapshotMillis) {
        static final Patience DEFAULT = new Patience(3_000, 10_000);
    }

    private record Peer(List<URI> urls, PeerLink control, PeerLink bulk) {}

    private final PeerIdentity self;
    private final PeerHandler handler;
    private final PeerTls tls;
    private final Patience patience;
    private final EventLoopGroup group;
    private final ExecutorService snapshotReceivers;
    private final ExecutorService snapshotSenders;
    private final NameLookup names;
    private final PeerLink.Dialler dialler;
    private final LogLimiter limiter = new LogLimiter();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Channel> listeners = new ArrayList<>();
    private final Map<Long, Peer> peers = new ConcurrentHashMap<>();

    /** Those of the peers that are not on this member's list, or not yet. */
    private final Set<Long> strangers = new HashSet<>();

    /** Asks the leader what only it can answer; seldom. */
    private final ExecutorService requests =
            Executors.newSingleThreadExecutor(new DefaultThreadFactory("peer-request", true));

    /** Accepted connections. The end of an event loop alone may leave them open. */
    private final ChannelGroup callers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private volatile boolean closed;

    /** Snapshots on their way out. */
    private final Set<PeerCall> sending = ConcurrentHashMap.newKeySet();

    /**
     * @param tls {@code null} for plain text
     */
    public PeerTransport(PeerIdentity self, PeerHandler handler, PeerTls tls) {
        this(self, handler, tls, Patience.DEFAULT, InetAddress::getByName);
    }

    PeerTransport(
            PeerIdentity self,
            PeerHandler handler,
            PeerTls tls,
            Patience patience,
            NameLookup.Names names) {
        this.self = self;
        this.handler = handler;
        this.tls = tls;
        this.patience = patience;
        this.group =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("peer", true), NioIoHandler.newFactory());
        this.snapshotReceivers =
                Executors.newSingleThreadExecutor(new DefaultThreadFactory("snapshot-in", true));
        this.snapshotSenders =
                Executors.newSingleThreadExecutor(new DefaultThreadFactory("snapshot-out", true));
        this.names = new NameLookup(names);
        Bootstrap template =
                new Bootstrap()
                        .resolver(this.names)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 1_000)
                        .option(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(8 << 20, 16 << 20));
        this.dialler = new PeerLink.Dialler(group, template, tls == null ? null : tls.client());
    }

    @Override
    public void listen(InetSocketAddress address) throws BindException {
        ServerBootstrap server =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childHandler(new Accept());
        var bound = server.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            BindException failure =
                    new BindException(
                            "cannot listen for peers on "
                                    + address.getHostString()
                                    + ":"
                                    + address.getPort()
                                    + ": "
                                    + bound.cause().getMessage());
            failure.initCause(bound.cause());
            throw failure;
        }
        listeners.add(bound.channel());
    }

    private final class Accept extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            if (accepted.incrementAndGet() > CONNECTIONS_MAX || closed) {
                accepted.decrementAndGet();
                channel.close();
                return;
            }
            channel.closeFuture().addListener(done -> accepted.decrementAndGet());
            callers.add(channel);
            if (tls != null) {
                channel.pipeline().addLast(tls.server().newHandler(channel.alloc()));
            }
            channel.pipeline()
                    .addLast(new PeerFrameDecoder(new PeerHttp(self, handler)))
                    .addLast(
                            new PeerAcceptor(
                                    self,
                                    handler,
                                    snapshotReceivers,
                                    limiter,
                                    patience.handshakeMillis(),
                                    PeerTransport.this::onStranger));
        }
    }

    private void onStranger(Hello caller) {
        List<URI> urls = new ArrayList<>();
        for (String url : caller.urls()) {
            try {
                urls.add(new URI(url));
            } catch (URISyntaxException e) {
                LOG.debug("caller gives a bad URL: {}", e.toString());
            }
        }
        addPeer(caller.from(), urls);
    }

    @Override
    public synchronized void addPeer(long id, List<URI> urls) {
        boolean reachable = urls.stream().allMatch(u -> u.getHost() != null && u.getPort() > 0);
        if (id == self.memberId()
                || urls.isEmpty()
                || !reachable
                || closed
                || peers.containsKey(id)
                || strangers.size() >= STRANGERS_MAX) {
            return;
        }
        strangers.add(id);
        peers.put(id, open(id, urls));
    }

    @Override
    public synchronized void setPeers(Map<Long, List<URI>> members) {
        strangers.removeIf(id -> members.containsKey(id) || handler.isDismissed(id));
        for (Map.Entry<Long, Peer> known : peers.entrySet()) {
            if (!members.containsKey(known.getKey())
                    && !strangers.contains(known.getKey())
                    && peers.remove(known.getKey()) != null) {
                known.getValue().control().close();
                known.getValue().bulk().close();
            }
        }
        members.forEach(
                (id, urls) -> {
                    if (id == self.memberId() || urls.isEmpty()) {
                        return;
                    }
                    Peer known = peers.get(id);
                    if (known == null) {
                        peers.put(id, open(id, urls));
                    } else if (!known.urls().equals(urls)) {
                        known.control().update(urls);
                        known.bulk().update(urls);
                        peers.put(id, new Peer(urls, known.control(), known.bulk()));
                    }
                });
        // Whoever is connected and no member any more is to know it.
        callers.forEach(caller -> caller.pipeline().fireUserEventTriggered(PeerAcceptor.JUDGE));
    }

    private Peer open(long id, List<URI> urls) {
        PeerLink control =
                new PeerLink(PeerFrame.Stream.CONTROL, self, id, handler, dialler, limiter);
        PeerLink bulk = new PeerLink(PeerFrame.Stream.BULK, self, id, handler, dialler, limiter);
        control.open(urls);
        bulk.open(urls);
        return new Peer(urls, control, bulk);
    }

    @Override
    public long connectedMillis(long peer) {
        Peer known = peers.get(peer);
        return known == null ? -1 : known.control().upMillis();
    }

    @Override
    public CompletableFuture<Void> promote(long leader, long learner) {
        Peer peer = peers.get(leader);
        if (peer == null) {
            return CompletableFuture.failedFuture(new KvException(KvError.NO_LEADER));
        }
        return CompletableFuture.runAsync(
                () -> PeerHttpClient.promote(peer.urls(), learner, sockets()), requests);
    }

    private SSLSocketFactory sockets() {
        return tls == null ? null : tls.sockets();
    }

    @Override
    public int peersUp() {
        int up = 0;
        for (Peer peer : peers.values()) {
            up += peer.control().isUp() ? 1 : 0;
        }
        return up;
    }

    @Override
    public void send(List<Message> messages) {
        for (Message message : messages) {
            send(message);
        }
    }

    private void send(Message message) {
        Peer peer = peers.get(message.to());
        if (message.type() == MessageType.SNAP) {
            if (peer == null) {
                handler.onSnapshotSent(message.to(), false);
            } else {
                snapshotSenders.execute(() -> sendSnapshot(message, peer.urls()));
            }
            return;
        }
        if (peer == null) {
            return;
        }
        boolean bulk = !message.entries().isEmpty();
        boolean sent = (bulk ? peer.bulk() : peer.control()).send(message);
        if (!sent && message.type() == MessageType.APP) {
            handler.onUnreachable(message.to());
        }
    }

    @Override
    public void flush() {
        for (Peer peer : peers.values()) {
            peer.control().flush();
            peer.bulk().flush();
        }
    }

    private void sendSnapshot(Message message, List<URI> urls) {
        boolean success = false;
        long started = System.nanoTime();
        try (PeerHandler.SnapshotSource source = handler.openSnapshot();
                Watched watched = new Watched(call(urls.get(0), patience.snapshotMillis()))) {
            PeerCall call = watched.call;
            call.greet(hello(PeerFrame.Stream.SNAPSHOT, message.to()));
            Message actual = message.toBuilder().snapshot(source.snapshot()).build();
            call.send(PeerFrame.Type.MESSAGE, out -> MessageCodec.encode(actual, out));
            long bytes = 0;
            for (byte[] piece = source.next(); piece != null; piece = source.next()) {
                byte[] content = piece;
                bytes += content.length;
                call.send(PeerFrame.Type.CHUNK, out -> out.writeBytes(content));
            }
            call.send(PeerFrame.Type.END, out -> {});
            call.flush();
            call.receive(PeerFrame.Type.ACCEPTED);
            success = true;
            LOG.info(
                    "snapshot sent: peer={} index={} bytes={} took_ms={}",
                    Long.toHexString(message.to()),
                    source.snapshot().index(),
                    bytes,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "snapshot not sent: peer={} cause=\"{}\"",
                    Long.toHexString(message.to()),
                    e.toString());
        }
        handler.onSnapshotSent(message.to(), success);
    }

    /** Ends a call whose write hangs: its peer may be paused, and Java bounds reads only. */
    private final class Watched implements AutoCloseable {
        private final PeerCall call;
        private final Future<?> check;

        Watched(PeerCall call) {
            this.call = call;
            sending.add(call);
            if (closed) {
                call.abort();
            }
            long period = Math.max(1, patience.snapshotMillis() / 4);
            check = group.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
        }

        private void look() {
            long nanosMax = TimeUnit.MILLISECONDS.toNanos(patience.snapshotMillis());
            if (call.isStalled(System.nanoTime(), nanosMax)) {
                call.abort();
            }
        }

        @Override
        public void close() throws IOException {
            check.cancel(false);
            sending.remove(call);
            call.close();
        }
    }

    @Override
    public boolean probePublished(URI url, long peer, int timeoutMillis) throws IOException {
        try (PeerCall call = call(url, timeoutMillis)) {
            return call.greet(hello(PeerFrame.Stream.PROBE, peer)).published();
        }
    }

    private PeerCall call(URI url, int timeoutMillis) throws IOException {
        return PeerCall.connect(url, sockets(), timeoutMillis);
    }

    private Hello hello(PeerFrame.Stream stream, long to) {
        return new Hello(
                stream,
                self.clusterId(),
                handler.incarnation(),
                self.memberId(),
                to,
                handler.promiseMillis(),
                handler.ownUrls());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        listeners.forEach(Channel::close);
        peers.values()
                .forEach(
                        peer -> {
                            peer.control().close();
                            peer.bulk().close();
                        });
        names.close();
        requests.shutdownNow();
        snapshotSenders.shutdown();
        sending.forEach(PeerCall::abort);
        // Behind the tasks above: there is one loop, and it works in order.
        callers.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS + 1L, TimeUnit.SECONDS);
        // After the connections: each one that ends has its half of a snapshot discarded.
        snapshotReceivers.shutdown();
        awaitEnd(snapshotSenders);
        awaitEnd(snapshotReceivers);
    }

    /** They use the storage, which is closed next. */
    private static void awaitEnd(ExecutorService executor) {
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a snapshot is still under way while the node stops");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
