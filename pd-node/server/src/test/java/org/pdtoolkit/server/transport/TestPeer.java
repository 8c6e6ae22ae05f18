package org.pdtoolkit.server.transport;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.server.support.Ports;

/** A member with nothing but its transport: keeps what it is told in queues. */
final class TestPeer implements PeerHandler, AutoCloseable {
    static final long CLUSTER = 0xC1A57E4L;

    /** A name that no server answers for. */
    static final String SLOW_HOST = "slow.invalid";

    static final Snapshot SNAPSHOT =
            new Snapshot(77, 5, ConfState.ofVoters(List.of(1L, 2L)), new byte[0]);

    private static final int PATIENCE_SECONDS = 20;
    private static final int PORT_TRIES = 50;

    /** What became of a snapshot: the message, what arrived, and whether it was completed. */
    record Received(Message message, byte[] content, boolean complete) {}

    record SnapshotReport(long peer, boolean success) {}

    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    final Map<Long, Integer> promises = new ConcurrentHashMap<>();
    final BlockingQueue<Long> knownTo = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> unreachable = new LinkedBlockingQueue<>();
    final BlockingQueue<SnapshotReport> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<Message> snapshotsBegun = new LinkedBlockingQueue<>();
    final BlockingQueue<Received> snapshots = new LinkedBlockingQueue<>();
    final Set<Long> members = ConcurrentHashMap.newKeySet();
    final Set<Long> removed = ConcurrentHashMap.newKeySet();
    final CountDownLatch ownRemoval = new CountDownLatch(1);
    final Set<Long> published = ConcurrentHashMap.newKeySet();
    final CountDownLatch slowLookups = new CountDownLatch(1);
    final PeerTransport transport;
    final long id;
    private final InetSocketAddress address;

    /** Pieces of a snapshot to send. */
    volatile Supplier<Iterator<byte[]>> content = () -> List.<byte[]>of().iterator();

    /** After so many bytes an arriving snapshot finds its disk full. */
    volatile int roomBytes = Integer.MAX_VALUE;

    volatile long incarnation;

    /** What this peer answers to {@code GET /members}. */
    volatile List<Member> list = List.of();

    volatile LongFunction<CompletableFuture<List<Member>>> promotion =
            learner -> CompletableFuture.failedFuture(new KvException(KvError.NOT_LEADER));

    TestPeer(long id, PeerTransport.Patience patience, Long... members) {
        this(id, patience, null, members);
    }

    /**
     * @param at where to listen, {@code null} for any free port
     */
    TestPeer(long id, PeerTransport.Patience patience, InetSocketAddress at, Long... members) {
        this.id = id;
        this.members.addAll(List.of(members));
        transport =
                new PeerTransport(
                        new PeerIdentity(CLUSTER, id), this, null, patience, this::lookUp);
        address = at == null ? listenAnywhere() : listen(at);
    }

    private InetAddress lookUp(String host) throws UnknownHostException {
        if (host.equals(SLOW_HOST)) {
            slowLookups.countDown();
            try {
                new CountDownLatch(1).await(); // until the transport is closed
            } catch (InterruptedException closed) {
                throw new UnknownHostException(host);
            }
        }
        return InetAddress.getByName(host);
    }

    private InetSocketAddress listenAnywhere() {
        for (int i = 0; i < PORT_TRIES; i++) {
            InetSocketAddress candidate = Ports.candidate();
            try {
                transport.listen(candidate);
                return candidate;
            } catch (BindException taken) {
                continue;
            }
        }
        return fail("no free port");
    }

    private InetSocketAddress listen(InetSocketAddress at) {
        try {
            transport.listen(at);
            return at;
        } catch (BindException e) {
            return fail(e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + address.getPort());
    }

    void connect(TestPeer... others) {
        Map<Long, List<URI>> urls = new ConcurrentHashMap<>();
        for (TestPeer other : others) {
            urls.put(other.id, List.of(other.url()));
        }
        transport.setPeers(urls);
    }

    void send(Message message) {
        transport.send(List.of(message));
        transport.flush();
    }

    /** Repeats a message until it has arrived, which says that its stream is up. */
    void sendUntilReceived(Message message, TestPeer receiver) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            send(message);
            if (receiver.messages.poll(20, TimeUnit.MILLISECONDS) != null) {
                return;
            }
        }
        fail(message.type() + " does not arrive");
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(value, "nothing came");
        return value;
    }

    void assertNoMessage() {
        assertNull(messages.peek());
    }

    @Override
    public void onMessage(Message message) {
        messages.add(message);
    }

    @Override
    public void onUnreachable(long peer) {
        unreachable.add(peer);
    }

    @Override
    public void onSnapshotSent(long peer, boolean success) {
        reports.add(new SnapshotReport(peer, success));
    }

    @Override
    public int promiseMillis() {
        return (int) (100 * id);
    }

    @Override
    public void onPromise(long peer, int millis) {
        promises.put(peer, millis);
    }

    @Override
    public void onKnownTo(long peer) {
        knownTo.add(peer);
    }

    @Override
    public boolean isMember(long member) {
        return members.contains(member);
    }

    @Override
    public boolean isDismissed(long member) {
        return removed.contains(member);
    }

    @Override
    public void onRemoved(long peer) {
        ownRemoval.countDown();
    }

    @Override
    public List<String> ownUrls() {
        return address == null ? List.of() : List.of(url().toString());
    }

    @Override
    public List<Member> members() {
        return list;
    }

    @Override
    public CompletableFuture<List<Member>> promote(long learner) {
        return promotion.apply(learner);
    }

    @Override
    public boolean hasPublished(long member) {
        return published.contains(member);
    }

    @Override
    public long incarnation() {
        return incarnation;
    }

    @Override
    public SnapshotSink receiveSnapshot(Message message) {
        snapshotsBegun.add(message);
        return new Sink(message);
    }

    private final class Sink implements SnapshotSink {
        private final Message message;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean complete;

        Sink(Message message) {
            this.message = message;
        }

        @Override
        public OutputStream stream() {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] source, int from, int length) throws IOException {
                    if (bytes.size() + length > roomBytes) {
                        throw new IOException("no space left");
                    }
                    bytes.write(source, from, length);
                }
            };
        }

        @Override
        public void complete() {
            complete = true;
        }

        @Override
        public void close() {
            snapshots.add(new Received(message, bytes.toByteArray(), complete));
        }
    }

    @Override
    public SnapshotSource openSnapshot() {
        Iterator<byte[]> pieces = content.get();
        return new SnapshotSource() {
            @Override
            public Snapshot snapshot() {
                return SNAPSHOT;
            }

            @Override
            public byte[] next() {
                return pieces.hasNext() ? pieces.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        transport.close();
    }
}
