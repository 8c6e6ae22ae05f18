package org.pdtoolkit.tests.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.server.transport.PeerHandler;
import org.pdtoolkit.server.transport.PeerNetwork;

/**
 * Links between the nodes. Fault model: any message may be lost, delayed by up to seconds, repeated
 * or overtaken; each direction of each link may be cut. What arrives is what was sent.
 *
 * <p>Forwarded proposals are never repeated: TCP does not, and nothing above tells a second one
 * from another request.
 */
final class Network {
    private static final long DELAY_MIN = 50 * World.MICRO;
    private static final long DELAY_MAX = 2 * World.MILLI;
    private static final long LATE_MAX = 2 * World.SECOND;
    private static final long PROMOTION_PATIENCE = 5 * World.SECOND;
    private static final long SNAPSHOT_PATIENCE = 10 * World.SECOND;

    private final World world;
    private final Invariants invariants;
    private final Map<Long, Node> byMember = new TreeMap<>();
    private final TreeMap<Integer, Integer> cut = new TreeMap<>();

    /** When each link that was ever cut became whole again. */
    private final Map<Integer, Long> wholeSince = new HashMap<>();

    double loss;
    double repeat;
    double late;

    Network(World world, Invariants invariants) {
        this.world = world;
        this.invariants = invariants;
    }

    void heal() {
        loss = 0;
        repeat = 0;
        late = 0;
        cut.keySet().forEach(link -> wholeSince.put(link, world.now()));
        cut.clear();
    }

    private static int link(Node from, Node to) {
        return from.number << 16 | to.number;
    }

    /** Cuts one direction for a while; cuts of the same link add up. */
    void cut(Node from, Node to, long nanos) {
        cut.merge(link(from, to), 1, Integer::sum);
        world.at(
                nanos,
                "link",
                () -> {
                    cut.computeIfPresent(link(from, to), (l, n) -> n == 1 ? null : n - 1);
                    if (!isCut(from, to)) {
                        wholeSince.put(link(from, to), world.now());
                    }
                });
    }

    boolean isCut(Node from, Node to) {
        return cut.containsKey(link(from, to));
    }

    long delay() {
        return late > 0 && world.chance(late)
                ? world.magnitude(DELAY_MIN, LATE_MAX)
                : world.between(DELAY_MIN, DELAY_MAX);
    }

    /** {@code node} connects to the others anew: whoever knows that it was removed says so. */
    void greet(Node node) {
        long id = node.memberId();
        for (Node other : List.copyOf(byMember.values())) {
            if (other != node
                    && other.isRunning()
                    && !other.isPaused()
                    && !isCut(node, other)
                    && !isCut(other, node)
                    && other.handler.isDismissed(id)) {
                node.handler.onRemoved(other.memberId());
            }
        }
    }

    /** What one run of a node sees of the network. */
    PeerNetwork port(Node self, long memberId, PeerHandler handler) {
        byMember.put(memberId, self);
        return new Port(self, self.life(), memberId, handler);
    }

    private final class Port implements PeerNetwork {
        private final Node self;
        private final int life;
        private final long memberId;
        private Map<Long, List<URI>> peers = Map.of();

        Port(Node self, int life, long memberId, PeerHandler handler) {
            this.self = self;
            this.life = life;
            this.memberId = memberId;
            self.handler = handler;
        }

        @Override
        public void listen(InetSocketAddress address) {
            // Reached by its member id.
        }

        @Override
        public void setPeers(Map<Long, List<URI>> members) {
            peers = members;
        }

        @Override
        public void addPeer(long id, List<URI> urls) {
            // Whoever has a number can be reached.
        }

        @Override
        public long connectedMillis(long peer) {
            Node to = byMember.get(peer);
            if (to == null || !to.isRunning() || isCut(self, to) || isCut(to, self)) {
                return -1;
            }
            long since = Math.max(self.startedAt(), to.startedAt());
            since = Math.max(since, wholeSince.getOrDefault(link(self, to), 0L));
            since = Math.max(since, wholeSince.getOrDefault(link(to, self), 0L));
            return (world.now() - since) / World.MILLI;
        }

        @Override
        public CompletableFuture<Void> promote(long leader, long learner) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            Node to = byMember.get(leader);
            world.at(
                    PROMOTION_PATIENCE,
                    "promotion patience",
                    () ->
                            self.enter(
                                    life,
                                    () ->
                                            answer.completeExceptionally(
                                                    new KvException(KvError.TIMEOUT))));
            if (to != null && !isCut(self, to) && !world.chance(loss)) {
                world.at(delay(), "promotion", () -> to.arrive(() -> promote(to, learner, answer)));
            }
            return answer;
        }

        private void promote(Node to, long learner, CompletableFuture<Void> answer) {
            var unused =
                    to.handler
                            .promote(learner)
                            .whenComplete(
                                    (members, failure) ->
                                            world.at(
                                                    delay(),
                                                    "promoted",
                                                    () ->
                                                            self.enter(
                                                                    life,
                                                                    () -> end(answer, failure))));
        }

        private static void end(CompletableFuture<Void> answer, Throwable failure) {
            if (failure == null) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(failure);
            }
        }

        @Override
        public int peersUp() {
            return peers.size() - 1;
        }

        @Override
        public void flush() {
            // Every message travels by itself.
        }

        @Override
        public void send(List<Message> messages) {
            for (Message message : messages) {
                if (self.life() == life) {
                    invariants.onSend(self, message);
                    send(message);
                }
            }
        }

        private void send(Message message) {
            Node to = byMember.get(message.to());
            boolean lost = to == null || isCut(self, to) || world.chance(loss);
            if (message.type() == MessageType.SNAP) {
                sendSnapshot(message, to, lost);
                return;
            }
            if (lost) {
                world.count("net.lost");
                if (message.type() == MessageType.APP && world.chance(0.5)) {
                    world.at(
                            delay(),
                            "unreachable",
                            () -> self.enter(life, () -> self.handler.onUnreachable(message.to())));
                }
                return;
            }
            deliver(message, to);
            if (message.type() != MessageType.PROP && world.chance(repeat)) {
                world.count("net.repeated");
                deliver(message, to);
            }
        }

        private void deliver(Message message, Node to) {
            String what = message.type().toString();
            int promiseMillis = self.handler.promiseMillis();
            world.at(
                    delay(),
                    what,
                    () -> {
                        world.trace(message.index() * 31 + message.term());
                        to.arrive(
                                () -> {
                                    boolean removed = to.handler.isDismissed(message.from());
                                    // A connection may have lasted since before the removal.
                                    if (!removed || world.chance(0.5)) {
                                        // Told with each greeting, before any message.
                                        to.handler.onPromise(message.from(), promiseMillis);
                                        to.handler.onMessage(message);
                                    }
                                });
                    });
        }

        private void sendSnapshot(Message message, Node to, boolean lost) {
            world.count("net.snapshots");
            Report report = new Report(message.to());
            world.at(SNAPSHOT_PATIENCE, "snapshot patience", () -> report.send(false));
            world.at(
                    delay(),
                    "snapshot",
                    () -> {
                        if (lost || !to.isRunning() || world.chance(loss)) {
                            report.send(false);
                            return;
                        }
                        self.enter(life, () -> stream(message, to, report));
                    });
        }

        private void stream(Message message, Node to, Report report) {
            List<byte[]> pieces = new ArrayList<>();
            Message actual;
            try (PeerHandler.SnapshotSource source = self.handler.openSnapshot()) {
                actual = message.toBuilder().snapshot(source.snapshot()).build();
                for (byte[] piece = source.next(); piece != null; piece = source.next()) {
                    pieces.add(piece);
                }
            }
            int kept = world.chance(loss) ? (int) world.between(0, pieces.size() + 1) : -1;
            world.at(
                    delay() * 4,
                    "snapshot content",
                    () -> to.arrive(() -> report.send(receive(actual, pieces, kept, to))));
        }

        /**
         * @param kept pieces after which the connection breaks, -1 for all of them
         */
        private boolean receive(Message message, List<byte[]> pieces, int kept, Node to) {
            try (PeerHandler.SnapshotSink sink = to.handler.receiveSnapshot(message)) {
                for (int i = 0; i < pieces.size(); i++) {
                    if (i == kept) {
                        world.count("net.snapshots broken");
                        return false;
                    }
                    sink.stream().write(pieces.get(i));
                }
                sink.complete();
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Tells the sender once what became of a snapshot. */
        private final class Report {
            private final long to;
            private boolean sent;

            Report(long to) {
                this.to = to;
            }

            void send(boolean success) {
                if (!sent) {
                    sent = true;
                    world.at(
                            delay(),
                            "snapshot sent",
                            () -> self.enter(life, () -> self.handler.onSnapshotSent(to, success)));
                }
            }
        }

        @Override
        public boolean probePublished(URI url, long peer, int timeoutMillis) throws IOException {
            Node to = byMember.get(peer);
            if (to == null || !to.isRunning() || isCut(self, to) || isCut(to, self)) {
                throw new IOException("no answer");
            }
            return to.handler.hasPublished(memberId);
        }

        @Override
        public void close() {
            // Dead nodes are cut off by their life.
        }
    }
}
