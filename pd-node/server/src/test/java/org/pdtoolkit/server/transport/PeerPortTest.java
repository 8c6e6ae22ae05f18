package org.pdtoolkit.server.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.server.transport.PeerFrame.Stream;
import org.pdtoolkit.server.transport.PeerFrame.Type;
import org.pdtoolkit.server.transport.PeerTransport.Patience;

/** What the peer port does with callers of every kind. Member 1 is called. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PeerPortTest {
    private static final Patience LONG = new Patience(60_000, 10_000);
    private static final int HANDSHAKE_MILLIS = 150;

    private TestPeer peer;

    @BeforeEach
    void listen() {
        peer = new TestPeer(1, LONG, 1L, 2L, 3L);
    }

    @AfterEach
    void stop() {
        peer.close();
    }

    private RawPeer call() throws IOException {
        return new RawPeer(peer.address());
    }

    private static Message heartbeat(long from, long to) {
        return Message.builder(MessageType.HEARTBEAT).from(from).to(to).term(3).build();
    }

    /** Whatever happened before, an honest caller is served. */
    private void assertStillServes() throws Exception {
        peer.assertNoMessage();
        try (RawPeer honest = call()) {
            honest.hello(Stream.CONTROL, 2, 1).say(heartbeat(2, 1)).flush().expect(Type.WELCOME);
            assertEquals(heartbeat(2, 1), TestPeer.next(peer.messages));
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            CLUSTER | INCARNATION | FROM | TO | REFUSAL
            1       | 0           | 2    | 1  | WRONG_CLUSTER
            0       | 0           | 2    | 3  | WRONG_MEMBER
            0       | 0           | 4    | 1  | REMOVED
            0       | 8           | 2    | 1  | WRONG_DATA
            # the own incarnation is 9, and 0 is a member that does not know it yet
            0       | 9           | 2    | 1  |
            0       | 0           | 2    | 1  |
            """)
    void refusesStrangersAndSaysWhy(
            long cluster, long incarnation, long from, long to, Refusal refusal) throws Exception {
        peer.incarnation = 9;
        peer.removed.add(4L);
        Hello hello =
                new Hello(
                        Stream.CONTROL,
                        TestPeer.CLUSTER + cluster,
                        incarnation,
                        from,
                        to,
                        100,
                        List.of());
        try (RawPeer caller = call()) {
            caller.preface().say(RawPeer.frame(Type.HELLO, hello::encode)).flush();
            RawPeer.Answer answer = caller.answer();
            if (refusal == null) {
                assertEquals(Type.WELCOME, answer.type());
                return;
            }
            assertEquals(Type.REFUSED, answer.type());
            assertArrayEquals(new byte[] {(byte) refusal.ordinal()}, answer.payload());
            caller.expectClosed();
        }
        assertStillServes();
    }

    @Test
    void aMemberThatDoesNotKnowItsDataYetRefusesNobodyForIt() throws Exception {
        Hello hello = new Hello(Stream.CONTROL, TestPeer.CLUSTER, 8, 2, 1, 100, List.of());
        try (RawPeer caller = call()) {
            caller.preface().say(RawPeer.frame(Type.HELLO, hello::encode)).flush();
            caller.expect(Type.WELCOME);
        }
    }

    @Test
    void nothingCountsBehindARefusal() throws Exception {
        peer.removed.add(4L);
        try (RawPeer caller = call()) {
            caller.hello(Stream.CONTROL, 4, 1);
            Hello good = new Hello(Stream.CONTROL, TestPeer.CLUSTER, 0, 2, 1, 100, List.of());
            caller.say(RawPeer.frame(Type.HELLO, good::encode)).say(heartbeat(2, 1)).flush();
            caller.expect(Type.REFUSED).expectClosed();
        }
        assertStillServes();
    }

    @Test
    void garbageEndsTheConnection() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 100; i++) {
            byte[] garbage = new byte[1 + random.nextInt(200)];
            random.nextBytes(garbage);
            // Sometimes it begins well: a prefix of the preface, then not.
            int good = random.nextInt(Math.min(garbage.length, PeerFrame.PREFACE.length));
            System.arraycopy(PeerFrame.PREFACE, 0, garbage, 0, good);
            garbage[good] = (byte) (PeerFrame.PREFACE[good] ^ 0x40);
            try (RawPeer caller = call()) {
                caller.say(garbage).flush().expectClosed();
            }
        }
        assertStillServes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /v3/kv/put HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void anHttpClientIsToldWhereItIs(String request) throws Exception {
        try (RawPeer caller = call()) {
            caller.say(request.getBytes(StandardCharsets.US_ASCII)).flush();
            String answer = new String(caller.untilClosed(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
            assertTrue(answer.contains("client-urls"), answer);
            assertEquals(answer.indexOf("HTTP/1.1"), answer.lastIndexOf("HTTP/1.1"), answer);
        }
        assertStillServes();
    }

    @Test
    void everyDamagedByteOfAFrameEndsTheConnection() throws Exception {
        byte[] frame =
                RawPeer.frame(Type.MESSAGE, out -> MessageCodec.encode(heartbeat(2, 1), out));
        // The length is in the first four bytes: a longer one is waited for, so it is tested apart.
        for (int at = Integer.BYTES; at < frame.length; at++) {
            byte[] damaged = frame.clone();
            damaged[at] ^= 0x10;
            try (RawPeer caller = call()) {
                caller.hello(Stream.CONTROL, 2, 1).say(damaged).say(heartbeat(2, 1)).flush();
                caller.expect(Type.WELCOME).expectClosed();
            }
        }
        assertStillServes();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            LENGTH      | TYPE
            167772161   | 3
            2147483647  | 3
            -1          | 3
            -2147483648 | 3
            0           | 7
            0           | 255
            """)
    void aHeaderThatCannotBeEndsTheConnectionBeforeItsPayload(int length, int type)
            throws Exception {
        try (RawPeer caller = call()) {
            caller.hello(Stream.CONTROL, 2, 1).say(RawPeer.header(length, type, 0)).flush();
            caller.expect(Type.WELCOME).expectClosed();
        }
        assertStillServes();
    }

    /** Before the HELLO a stranger could make this side keep 32 MiB for each connection. */
    @Test
    void theFirstFrameIsNoLargerThanAHello() throws Exception {
        try (RawPeer caller = call()) {
            int length = Hello.BYTES_MAX + 1;
            caller.preface().say(RawPeer.header(length, Type.HELLO.ordinal(), 0)).flush();
            caller.expectClosed();
        }
        assertStillServes();
    }

    @ParameterizedTest
    @EnumSource(value = Type.class, mode = EnumSource.Mode.EXCLUDE, names = "HELLO")
    void theFirstFrameIsAHello(Type type) throws Exception {
        try (RawPeer caller = call()) {
            Hello good = new Hello(Stream.CONTROL, TestPeer.CLUSTER, 0, 2, 1, 100, List.of());
            caller.preface().say(type).say(RawPeer.frame(Type.HELLO, good::encode));
            caller.say(heartbeat(2, 1)).flush().expectClosed();
        }
        assertStillServes();
    }

    @ParameterizedTest
    @EnumSource(value = Type.class, mode = EnumSource.Mode.EXCLUDE, names = "MESSAGE")
    void aMessageStreamCarriesMessagesOnly(Type type) throws Exception {
        try (RawPeer caller = call()) {
            caller.hello(Stream.BULK, 2, 1).say(type).say(heartbeat(2, 1)).flush();
            caller.expect(Type.WELCOME).expectClosed();
        }
        assertStillServes();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            TYPE            | FROM | TO | DELIVERED
            HEARTBEAT       | 2    | 1  | true
            HEARTBEAT       | 3    | 1  | false
            VOTE            | 3    | 1  | false
            VOTE_RESP       | 3    | 1  | false
            APP             | 3    | 1  | false
            HEARTBEAT       | 2    | 3  | false
            # forwarded ones keep their first sender
            READ_INDEX      | 3    | 1  | true
            PROP            | 3    | 1  | true
            TRANSFER_LEADER | 3    | 1  | true
            READ_INDEX      | 4    | 1  | false
            PROP            | 3    | 2  | false
            """)
    void aMessageComesFromWhomItSays(MessageType type, long from, long to, boolean delivered)
            throws Exception {
        Message message = Message.builder(type).from(from).to(to).term(3).build();
        try (RawPeer caller = call()) {
            caller.hello(Stream.CONTROL, 2, 1).say(message).say(heartbeat(2, 1)).flush();
            caller.expect(Type.WELCOME);
            if (delivered) {
                assertEquals(message, TestPeer.next(peer.messages));
                assertEquals(heartbeat(2, 1), TestPeer.next(peer.messages));
            } else {
                caller.expectClosed();
            }
        }
        assertStillServes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "a trickle"})
    void whoeverDoesNotGreetInTimeIsHungUpOn(String what) throws Exception {
        try (TestPeer impatient = new TestPeer(1, new Patience(HANDSHAKE_MILLIS, 1_000), 1L, 2L);
                RawPeer greeted = new RawPeer(impatient.address());
                RawPeer silent = new RawPeer(impatient.address())) {
            greeted.hello(Stream.CONTROL, 2, 1).flush().expect(Type.WELCOME);
            long started = System.nanoTime();
            if (what.equals("nothing")) {
                silent.expectClosed();
            } else {
                silent.preface();
                byte[] header = RawPeer.header(Hello.BYTES_MAX, Type.HELLO.ordinal(), 0);
                silent.say(header).flush();
                silent.expectClosed();
            }
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            assertTrue(took >= HANDSHAKE_MILLIS / 2, "hung up after " + took + " ms");
            // The same time and more later, the one that greeted is still there.
            greeted.say(heartbeat(2, 1)).flush();
            assertEquals(heartbeat(2, 1), TestPeer.next(impatient.messages));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProbeTellsWhetherTheCallerHasPublishedItself(boolean published) throws Exception {
        if (published) {
            peer.published.add(2L);
        } else {
            peer.published.add(3L);
        }
        try (TestPeer asking = new TestPeer(2, LONG, 1L, 2L)) {
            assertEquals(published, asking.transport.probePublished(peer.url(), 1, 5_000));
        }
    }

    @Test
    void aProbeOfAnotherMemberOrOfNobodyFails() throws Exception {
        try (TestPeer asking = new TestPeer(2, LONG, 1L, 2L)) {
            IOException refused =
                    assertThrows(
                            IOException.class,
                            () -> asking.transport.probePublished(peer.url(), 3, 5_000));
            assertTrue(refused.getMessage().contains("is not the member"), refused.getMessage());
            peer.close();
            assertThrows(
                    IOException.class, () -> asking.transport.probePublished(peer.url(), 1, 5_000));
        }
    }

    @Test
    void aProbeEndsWithItsAnswer() throws Exception {
        try (RawPeer caller = call()) {
            caller.hello(Stream.PROBE, 2, 1).say(heartbeat(2, 1)).flush();
            caller.expect(Type.WELCOME).expectClosed();
        }
        assertStillServes();
    }

    @Test
    void servesAThousandConnectionsAndHangsUpOnMore() throws Exception {
        List<RawPeer> callers = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                callers.add(call());
            }
            RawPeer last = callers.get(callers.size() - 1);
            last.hello(Stream.CONTROL, 2, 1).flush().expect(Type.WELCOME);
            try (RawPeer tooMany = call()) {
                tooMany.expectClosed();
            }
            callers.get(0).close();
            awaitRoom();
        } finally {
            for (RawPeer caller : callers) {
                caller.close();
            }
        }
    }

    private void awaitRoom() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (RawPeer caller = call()) {
                caller.hello(Stream.CONTROL, 2, 1).flush().expect(Type.WELCOME);
                return;
            } catch (EOFException | java.net.SocketException notYet) {
                assertTrue(System.nanoTime() < deadline, "no room after a connection has ended");
            }
        }
    }

    @Test
    void theMembersAreListedForWhoWantsToJoin() throws Exception {
        peer.list =
                List.of(
                        new Member(-1, "m1", List.of("http://a:1"), List.of("http://a:2"), false),
                        new Member(7, "", List.of("http://b:1", "http://b:2"), List.of(), true));
        PeerHttpClient.Listing listing = PeerHttpClient.members(peer.url(), null, 10_000);
        assertEquals(TestPeer.CLUSTER, listing.clusterId());
        assertEquals(peer.list, listing.members());
        try (RawPeer caller = call()) {
            String request = "GET /members HTTP/1.1\r\nHost: a\r\n\r\n";
            caller.say(request.getBytes(StandardCharsets.US_ASCII)).flush();
            String answer = new String(caller.untilClosed(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(answer.contains("{\"id\":18446744073709551615,\"peerURLs\":"), answer);
        }
        assertStillServes();
    }

    @Test
    void theVersionIsTold() throws Exception {
        try (RawPeer caller = call()) {
            caller.say("GET /version HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)).flush();
            String answer = new String(caller.untilClosed(), StandardCharsets.US_ASCII);
            assertTrue(answer.contains("\"etcdserver\":\""), answer);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KvError.class,
            names = {"NOT_LEADER", "LEARNER_NOT_READY", "MEMBER_NOT_FOUND"})
    void aPromotionIsAnsweredWithTheLeadersOwnError(KvError error) {
        peer.promotion = learner -> CompletableFuture.failedFuture(new KvException(error));
        List<URI> urls = List.of(peer.url());
        KvException refused =
                assertThrows(KvException.class, () -> PeerHttpClient.promote(urls, 7, null));
        assertEquals(error, refused.error());
    }

    @Test
    void aPromotionReachesTheLeader() {
        List<Long> promoted = new ArrayList<>();
        peer.promotion =
                learner -> {
                    promoted.add(learner);
                    return CompletableFuture.completedFuture(List.of());
                };
        PeerHttpClient.promote(List.of(peer.url()), -7, null);
        assertEquals(List.of(-7L), promoted);
    }

    /** The list of this member may be older than the cluster's, and the caller its leader. */
    @Test
    void aStrangerOfThisClusterIsHeardAndAnswered() throws Exception {
        try (TestPeer stranger = new TestPeer(9, LONG, 1L)) {
            stranger.connect(peer);
            stranger.sendUntilReceived(heartbeat(9, 1), peer);
            peer.sendUntilReceived(heartbeat(1, 9), stranger);
        }
    }

    @Test
    void aRemovedCallerIsToldSo() throws Exception {
        peer.removed.add(9L);
        try (TestPeer removed = new TestPeer(9, LONG, 1L)) {
            removed.connect(peer);
            assertTrue(removed.ownRemoval.await(30, TimeUnit.SECONDS));
        }
        peer.assertNoMessage();
    }
}
