package org.pdtoolkit.server.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.transport.PeerFrame.Type;
import org.pdtoolkit.server.transport.PeerTransport.Patience;
import org.pdtoolkit.server.transport.TestPeer.Received;
import org.pdtoolkit.server.transport.TestPeer.SnapshotReport;

/** Two members and what passes between them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PeerTransportTest {
    private static final Patience PATIENCE = new Patience(10_000, 10_000);
    private static final int STALL_MILLIS = 300;

    private static Message heartbeat(long from, long to, long index) {
        return Message.builder(MessageType.HEARTBEAT)
                .from(from)
                .to(to)
                .term(1)
                .index(index)
                .build();
    }

    private static Message append(long from, long to, long index) {
        Entry entry = new Entry(1, index + 1, EntryType.NORMAL, new byte[100]);
        return Message.builder(MessageType.APP)
                .from(from)
                .to(to)
                .term(1)
                .index(index)
                .entries(List.of(entry))
                .build();
    }

    private static Message snapshot(long from, long to) {
        return Message.builder(MessageType.SNAP)
                .from(from)
                .to(to)
                .term(5)
                .snapshot(TestPeer.SNAPSHOT)
                .build();
    }

    private static TestPeer member(long id) {
        return new TestPeer(id, PATIENCE, 1L, 2L, 3L);
    }

    @Test
    void aNameThatIsNotAnsweredForHoldsUpNobodyElse() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            URI slow = URI.create("http://" + TestPeer.SLOW_HOST + ":1");
            one.transport.setPeers(Map.of(3L, List.of(slow)));
            one.slowLookups.await();
            URI named = URI.create("http://localhost:" + two.address().getPort());
            one.transport.setPeers(Map.of(2L, List.of(named), 3L, List.of(slow)));
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
        }
    }

    @Test
    void bothSidesKnowEachOthersPromiseBeforeAnyMessage() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.connect(two);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            assertEquals(Map.of(2L, 200), one.promises);
            assertEquals(Map.of(1L, 100), two.promises);
        }
    }

    @Test
    void whoeverIsConnectedWhenItIsRemovedIsToldAtOnce() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.connect(two);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            two.removed.add(1L);
            two.connect();
            assertTrue(one.ownRemoval.await(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void bothStreamsKeepTheirOrder() throws Exception {
        int count = 2_000;
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.connect(two);
            two.connect(one);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            one.sendUntilReceived(append(1, 2, 0), two);
            two.sendUntilReceived(heartbeat(2, 1, 0), one);
            assertEquals(1, one.transport.peersUp());
            for (int i = 1; i <= count; i++) {
                one.transport.send(List.of(append(1, 2, i), heartbeat(1, 2, i)));
                two.transport.send(List.of(heartbeat(2, 1, i)));
            }
            one.transport.flush();
            two.transport.flush();
            long control = 0;
            long bulk = 0;
            while (control < count || bulk < count) {
                Message message = TestPeer.next(two.messages);
                if (message.index() == 0) {
                    continue;
                }
                if (message.type() == MessageType.HEARTBEAT) {
                    assertEquals(heartbeat(1, 2, ++control), message);
                } else {
                    assertEquals(append(1, 2, ++bulk), message);
                }
            }
            long back = 0;
            while (back < count) {
                Message message = TestPeer.next(one.messages);
                assertTrue(message.index() == 0 || message.index() == ++back);
            }
        }
    }

    @Test
    void heartbeatsDoNotWaitBehindEntries() throws Exception {
        byte[] large = new byte[4 << 20];
        new SplittableRandom(1).nextBytes(large);
        Entry entry = new Entry(1, 2, EntryType.NORMAL, large);
        Message append =
                Message.builder(MessageType.APP).from(1).to(2).entries(List.of(entry)).build();
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.connect(two);
            one.sendUntilReceived(append(1, 2, 0), two);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            one.transport.send(List.of(append, append, append, heartbeat(1, 2, 9)));
            one.transport.flush();
            List<MessageType> arrived = new ArrayList<>();
            while (arrived.size() < 4) {
                Message message = TestPeer.next(two.messages);
                if (message.index() == 9 || message.entries().contains(entry)) {
                    arrived.add(message.type());
                }
            }
            assertTrue(arrived.indexOf(MessageType.HEARTBEAT) < 3, arrived.toString());
        }
    }

    @Test
    void aPeerThatComesBackIsFoundAgain() throws Exception {
        try (TestPeer one = member(1)) {
            InetSocketAddress address;
            try (TestPeer two = member(2)) {
                address = two.address();
                one.connect(two);
                one.sendUntilReceived(heartbeat(1, 2, 0), two);
                one.sendUntilReceived(append(1, 2, 0), two);
            }
            assertEquals(2, TestPeer.next(one.unreachable));
            try (TestPeer again = new TestPeer(2, PATIENCE, address, 1L, 2L)) {
                one.sendUntilReceived(heartbeat(1, 2, 0), again);
                one.sendUntilReceived(append(1, 2, 0), again);
            }
        }
    }

    @Test
    void aPeerThatWasRefusedIsWelcomeOnceItIsAMember() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = new TestPeer(2, PATIENCE, 2L)) {
            one.connect(two);
            one.send(append(1, 2, 0));
            assertEquals(2, TestPeer.next(one.unreachable));
            assertEquals(0, one.transport.peersUp());
            two.members.add(1L);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
        }
    }

    @Test
    void aPeerIsFollowedToItsNewAddressAndForgottenWhenRemoved() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            URI nobody = URI.create("http://127.0.0.1:" + Ports.candidate().getPort());
            one.transport.setPeers(Map.of(1L, List.of(one.url()), 2L, List.of(nobody)));
            one.connect(two);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            one.connect();
            assertEquals(0, one.transport.peersUp());
            two.messages.clear();
            one.send(heartbeat(1, 2, 5));
            one.connect(two);
            one.sendUntilReceived(heartbeat(1, 2, 0), two);
            assertTrue(two.messages.stream().noneMatch(m -> m.index() == 5));
        }
    }

    @Test
    void whatCannotBeSentIsReported() throws Exception {
        try (TestPeer one = member(1)) {
            URI nobody = URI.create("http://127.0.0.1:" + Ports.candidate().getPort());
            one.transport.setPeers(Map.of(2L, List.of(nobody)));
            one.send(append(1, 2, 0));
            assertEquals(2, TestPeer.next(one.unreachable));
            one.send(snapshot(1, 3));
            assertEquals(new SnapshotReport(3, false), TestPeer.next(one.reports));
            one.send(snapshot(1, 2));
            assertEquals(new SnapshotReport(2, false), TestPeer.next(one.reports));
        }
    }

    @Test
    void anAddressInUseIsNamed() {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            BindException refused =
                    assertThrows(BindException.class, () -> two.transport.listen(one.address()));
            String port = String.valueOf(one.address().getPort());
            assertTrue(refused.getMessage().contains(port), refused.getMessage());
        }
    }

    // ---- snapshots --------------------------------------------------------------------------

    @Test
    void aSnapshotArrivesWhole() throws Exception {
        List<byte[]> pieces = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 40; i++) {
            byte[] piece = new byte[1 + random.nextInt(256 << 10)];
            random.nextBytes(piece);
            pieces.add(piece);
            all.writeBytes(piece);
        }
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.content = pieces::iterator;
            one.connect(two);
            // Raft asks for what it knows; what is sent may be newer.
            one.send(
                    snapshot(1, 2).toBuilder()
                            .snapshot(
                                    new org.pdtoolkit.raft.Snapshot(
                                            60, 4, TestPeer.SNAPSHOT.confState(), new byte[0]))
                            .build());
            Received received = TestPeer.next(two.snapshots);
            assertTrue(received.complete());
            assertEquals(snapshot(1, 2), received.message());
            assertArrayEquals(all.toByteArray(), received.content());
            assertEquals(new SnapshotReport(2, true), TestPeer.next(one.reports));
        }
    }

    @Test
    void aSnapshotWithoutContentArrives() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.connect(two);
            one.send(snapshot(1, 2));
            assertTrue(TestPeer.next(two.snapshots).complete());
            assertEquals(new SnapshotReport(2, true), TestPeer.next(one.reports));
        }
    }

    private static RawPeer snapshotStream(TestPeer receiver) throws IOException {
        return new RawPeer(receiver.address()).hello(PeerFrame.Stream.SNAPSHOT, 1, 2);
    }

    @Test
    void aSnapshotThatBreaksOffIsDiscarded() throws Exception {
        try (TestPeer two = member(2)) {
            try (RawPeer sender = snapshotStream(two)) {
                sender.say(snapshot(1, 2)).say(Type.CHUNK, (byte) 1, (byte) 2).flush();
                sender.expect(Type.WELCOME);
            }
            Received received = TestPeer.next(two.snapshots);
            assertFalse(received.complete());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CHUNK", "END", "HEARTBEAT", "WELCOME", "of another", "to another"})
    void aSnapshotStreamBeginsWithTheSnapshotOfItsSender(String first) throws Exception {
        try (TestPeer two = member(2);
                RawPeer sender = snapshotStream(two)) {
            switch (first) {
                case "HEARTBEAT" -> sender.say(heartbeat(1, 2, 0));
                case "of another" -> sender.say(snapshot(3, 2));
                case "to another" -> sender.say(snapshot(1, 3));
                default -> sender.say(Type.valueOf(first));
            }
            sender.say(snapshot(1, 2)).say(Type.END).flush();
            sender.expect(Type.WELCOME).expectClosed();
            assertTrue(two.snapshots.isEmpty());
            two.assertNoMessage();
        }
    }

    @Test
    void aSecondSnapshotOnAStreamSpoilsTheFirst() throws Exception {
        try (TestPeer two = member(2);
                RawPeer sender = snapshotStream(two)) {
            sender.say(snapshot(1, 2)).say(snapshot(1, 2)).say(Type.END).flush();
            sender.expect(Type.WELCOME).expectClosed();
            assertFalse(TestPeer.next(two.snapshots).complete());
            assertTrue(two.snapshots.isEmpty());
        }
    }

    /** The end may be read already when the disk refuses a piece before it. */
    @Test
    void aSnapshotThatCannotBeStoredIsNotCompleted() throws Exception {
        try (TestPeer two = member(2);
                RawPeer sender = snapshotStream(two)) {
            two.roomBytes = 3;
            sender.say(snapshot(1, 2))
                    .say(Type.CHUNK, (byte) 1, (byte) 2)
                    .say(Type.CHUNK, (byte) 3, (byte) 4)
                    .say(Type.CHUNK, (byte) 5)
                    .say(Type.END)
                    .flush();
            sender.expect(Type.WELCOME).expectClosed();
            Received received = TestPeer.next(two.snapshots);
            assertFalse(received.complete());
            assertArrayEquals(new byte[] {1, 2}, received.content());
        }
    }

    @Test
    void nothingIsAddedToACompleteSnapshot() throws Exception {
        try (TestPeer two = member(2);
                RawPeer sender = snapshotStream(two)) {
            sender.say(snapshot(1, 2)).say(Type.END).say(Type.CHUNK, (byte) 1).say(Type.END);
            sender.flush().expect(Type.WELCOME).expect(Type.ACCEPTED);
            Received received = TestPeer.next(two.snapshots);
            assertTrue(received.complete());
            assertEquals(0, received.content().length);
        }
    }

    @Test
    void aDamagedPieceSpoilsTheSnapshot() throws Exception {
        byte[] damaged = RawPeer.frame(Type.CHUNK, out -> out.writeBytes(new byte[10]));
        damaged[damaged.length - 1] = 1;
        try (TestPeer two = member(2);
                RawPeer sender = snapshotStream(two)) {
            sender.say(snapshot(1, 2)).say(damaged).say(Type.END).flush();
            sender.expect(Type.WELCOME).expectClosed();
            assertFalse(TestPeer.next(two.snapshots).complete());
        }
    }

    @Test
    void aSourceThatFailsIsReported() throws Exception {
        try (TestPeer one = member(1);
                TestPeer two = member(2)) {
            one.content =
                    () ->
                            Stream.of(1, 2)
                                    .map(
                                            i -> {
                                                if (i == 2) {
                                                    throw new IllegalStateException("damaged");
                                                }
                                                return new byte[300_000];
                                            })
                                    .iterator();
            one.connect(two);
            one.send(snapshot(1, 2));
            assertEquals(new SnapshotReport(2, false), TestPeer.next(one.reports));
            assertFalse(TestPeer.next(two.snapshots).complete());
        }
    }

    /** A paused receiver reads nothing; it must not keep the snapshots of others waiting. */
    @Test
    void aReceiverThatStopsReadingIsGivenUp() throws Exception {
        Patience patience = new Patience(10_000, STALL_MILLIS);
        try (ServerSocket paused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestPeer one = new TestPeer(1, patience, 1L, 2L)) {
            one.content = PeerTransportTest::endless;
            URI url = URI.create("http://127.0.0.1:" + paused.getLocalPort());
            one.transport.setPeers(Map.of(2L, List.of(url)));
            one.send(snapshot(1, 2));
            List<Socket> accepted = new ArrayList<>();
            try {
                while (one.reports.isEmpty()) {
                    Socket socket = paused.accept();
                    accepted.add(socket);
                    if (streamOf(socket) == PeerFrame.Stream.SNAPSHOT) {
                        socket.getOutputStream()
                                .write(RawPeer.frame(Type.WELCOME, out -> out.writeByte(0)));
                        break;
                    }
                }
                assertEquals(new SnapshotReport(2, false), TestPeer.next(one.reports));
            } finally {
                for (Socket socket : accepted) {
                    socket.close();
                }
            }
        }
    }

    private static Iterator<byte[]> endless() {
        return Stream.generate(() -> new byte[256 << 10]).iterator();
    }

    private static PeerFrame.Stream streamOf(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        int before = PeerFrame.PREFACE.length + PeerFrame.HEADER_BYTES;
        byte[] hello = in.readNBytes(before + 1);
        return PeerFrame.Stream.of(hello[before]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingEitherSideEndsTheSnapshotUnderWay(boolean senderFirst) throws Exception {
        TestPeer one = member(1);
        TestPeer two = member(2);
        one.content = () -> Stream.generate(() -> new byte[1]).iterator();
        one.connect(two);
        one.send(snapshot(1, 2));
        TestPeer.next(two.snapshotsBegun);
        (senderFirst ? one : two).close();
        (senderFirst ? two : one).close();
        assertFalse(TestPeer.next(two.snapshots).complete());
        assertEquals(new SnapshotReport(2, false), TestPeer.next(one.reports));
        assertThrows(IOException.class, () -> new RawPeer(one.address()).close());
    }
}
