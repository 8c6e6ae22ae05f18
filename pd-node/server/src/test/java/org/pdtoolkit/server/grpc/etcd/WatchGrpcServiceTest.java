package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.WatchClient.key;
import static org.pdtoolkit.server.grpc.etcd.WatchClient.range;
import static org.pdtoolkit.server.grpc.etcd.WatchClient.text;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest.FilterType;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/** etcd page, section 7. */
class WatchGrpcServiceTest {
    @TempDir static Path directory;
    private static EtcdNode node;
    private static KVGrpc.KVBlockingStub kv;
    private WatchClient client;

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory);
        kv = KVGrpc.newBlockingStub(node.channel);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void open() {
        client = new WatchClient(node.channel);
    }

    @AfterEach
    void cancel() {
        client.close();
    }

    private static long put(String key, ByteString value) {
        PutRequest request =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(value)
                        .build();
        return kv.put(request).getHeader().getRevision();
    }

    private static long put(String key, String value) {
        return put(key, ByteString.copyFromUtf8(value));
    }

    private static long delete(String key) {
        DeleteRangeRequest request =
                DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return kv.deleteRange(request).getHeader().getRevision();
    }

    @Test
    void idsAreChosenOrTakenAndNeverUsedTwice() throws Exception {
        List<Long> ids = new ArrayList<>();
        for (long wanted : new long[] {0, 1, 0, 0, -4, 9, 0}) {
            WatchResponse created = client.create(key("a").setWatchId(wanted));
            assertTrue(created.getCreated());
            assertFalse(created.getCanceled());
            ids.add(created.getWatchId());
        }
        assertEquals(List.of(0L, 1L, 2L, 3L, -4L, 9L, 4L), ids);
        client.cancel(2);
        assertTrue(client.take().getCanceled());
        assertEquals(5, client.create(key("a")).getWatchId());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    KEY | END | START | ID | REASON
                    a   |     | 0     | 7  | mvcc: duplicate watch ID provided on the WatchStream
                    b   | a   | 0     | 0  | mvcc: watcher range is empty
                    b   | b   | 0     | 0  | mvcc: watcher range is empty
                    a   |     | -1    | 0  | etcdserver: mvcc: required revision has been compacted
                    """)
    void whatMayNotBeIsCreatedAndCanceledAtOnce(
            String key, String end, long start, long id, String reason) throws Exception {
        client.create(key("x").setWatchId(7));
        WatchResponse refused =
                client.create(
                        range(key, end == null ? "" : end).setStartRevision(start).setWatchId(id));
        assertTrue(refused.getCreated());
        assertTrue(refused.getCanceled());
        assertEquals(-1, refused.getWatchId());
        assertEquals(reason, refused.getCancelReason());
        assertTrue(refused.getHeader().getRevision() > 0);
    }

    @Test
    void historyComesInOneResponseAndThenEachRevisionAlone() throws Exception {
        long first = put("h", "1");
        put("h", "2");
        delete("h");
        long newest = put("other", "1");
        WatchResponse created = client.create(key("h").setStartRevision(first).setPrevKv(true));
        assertEquals(newest, created.getHeader().getRevision());
        WatchResponse history = client.take();
        assertEquals("h=1 h=2(1) -h(2)", text(history));
        assertEquals(newest, history.getHeader().getRevision());
        assertEquals(node.runtime.consensus().memberId(), history.getHeader().getMemberId());
        long live = put("h", "4");
        WatchResponse event = client.take();
        assertEquals("h=4", text(event));
        assertEquals(live, event.getHeader().getRevision());
    }

    @Test
    void nowBeginsBehindTheRevisionOfTheAnswer() throws Exception {
        for (int i = 0; i < 20; i++) {
            WatchResponse created = client.create(key("n"));
            long next = put("n", "v" + i);
            assertEquals(created.getHeader().getRevision() + 1, next);
            for (int watch = 0; watch <= i; watch++) {
                assertEquals("n=v" + i, text(client.take()));
            }
        }
    }

    @Test
    void filtersLeaveOutWhatTheyNameAndUnknownOnesNothing() throws Exception {
        client.create(key("f").setWatchId(1).addFilters(FilterType.NOPUT));
        client.create(key("f").setWatchId(2).addFilters(FilterType.NODELETE));
        client.create(key("f").setWatchId(3).addFiltersValue(99));
        put("f", "1");
        delete("f");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            WatchResponse response = client.take();
            seen.add(response.getWatchId() + " " + text(response));
        }
        assertEquals(Set.of("2 f=1", "3 f=1", "1 -f", "3 -f"), new HashSet<>(seen));
    }

    @Test
    void cancellingIsAnsweredAndAnUnknownIdIsNot() throws Exception {
        client.create(key("c"));
        client.cancel(55);
        client.cancel(0);
        WatchResponse canceled = client.take();
        assertTrue(canceled.getCanceled());
        assertEquals(0, canceled.getWatchId());
        assertEquals("", canceled.getCancelReason());
        client.cancel(0);
        put("c", "1");
        assertEquals(1, client.create(key("c")).getWatchId());
    }

    @Test
    void compactedHistoryCancelsTheWatch() throws Exception {
        long first = put("k", "1");
        long second = put("k", "2");
        kv.compact(CompactionRequest.newBuilder().setRevision(second).build());
        client.create(key("k").setStartRevision(first));
        WatchResponse canceled = client.take();
        assertTrue(canceled.getCanceled());
        assertEquals(second, canceled.getCompactRevision());
        assertEquals("", canceled.getCancelReason());
        assertEquals(0, canceled.getHeader().getRevision());
        client.create(key("k").setStartRevision(second));
        assertEquals("k=2", text(client.take()));
    }

    @Test
    void progressIsToldWhenEveryWatchHasSeenEverything() throws Exception {
        client.askProgress();
        client.create(key("p"));
        put("p", "1");
        long newest = put("q", "1");
        client.askProgress();
        assertEquals("p=1", text(client.take()));
        WatchResponse progress = client.take();
        assertEquals(-1, progress.getWatchId());
        assertEquals(0, progress.getEventsCount());
        assertEquals(newest, progress.getHeader().getRevision());
        client.create(key("p").setStartRevision(newest + 100));
        client.askProgress();
        // No answer: one watch waits for the future.
        put("p", "2");
        assertEquals("p=2", text(client.take()));
    }

    @Test
    void aQuietWatchIsToldHowFarItIs() throws Exception {
        long newest = put("r", "1");
        client.create(key("s").setWatchId(3).setProgressNotify(true));
        WatchResponse progress = client.take();
        assertEquals(3, progress.getWatchId());
        assertEquals(0, progress.getEventsCount());
        assertTrue(progress.getHeader().getRevision() >= newest);
    }

    @Test
    void halfClosingLeavesTheStreamOpen() throws Exception {
        client.create(key("o"));
        client.requests.onCompleted();
        put("o", "1");
        assertEquals("o=1", text(client.take()));
    }

    @Test
    void onlyWhoAsksGetsFragments() throws Exception {
        long first = 0;
        for (int i = 0; i < 3; i++) {
            long revision = put("g", ByteString.copyFrom(new byte[1_200_000]));
            first = first == 0 ? revision : first;
        }
        client.create(key("g").setStartRevision(first));
        WatchResponse whole = client.take();
        assertEquals(3, whole.getEventsCount());
        assertFalse(whole.getFragment());
        client.create(key("g").setStartRevision(first).setFragment(true));
        int events = 0;
        for (int i = 0; i < 3; i++) {
            WatchResponse part = client.take();
            assertEquals(i < 2, part.getFragment());
            events += part.getEventsCount();
        }
        assertEquals(3, events);
    }

    /** Far more than the transport and the queue of a stream hold. */
    @Test
    void aClientThatReadsLateMissesNothing() throws Exception {
        client.create(key("slow"));
        client.create(key("slow").setPrevKv(true));
        ByteString value = ByteString.copyFrom(new byte[10_000]);
        int puts = 1_000;
        long first = put("slow", value);
        for (int i = 1; i < puts; i++) {
            put("slow", value);
        }
        long[] seen = {first, first};
        while (seen[0] < first + puts || seen[1] < first + puts) {
            WatchResponse response = client.take();
            int id = (int) response.getWatchId();
            for (var event : response.getEventsList()) {
                assertEquals(seen[id]++, event.getKv().getModRevision());
            }
            assertTrue(response.getHeader().getRevision() >= seen[id] - 1);
        }
    }

    @Test
    void thousandsOfWatchesFitOnAStream() throws Exception {
        int watches = 3_000;
        for (int i = 0; i < watches; i++) {
            client.send(range("m", "n"));
        }
        for (int i = 0; i < watches; i++) {
            assertEquals(i, client.take().getWatchId());
        }
        put("m", "1");
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < watches; i++) {
            WatchResponse response = client.take();
            assertEquals("m=1", text(response));
            ids.add(response.getWatchId());
        }
        assertEquals(watches, ids.size());
    }

    /** As in etcd, the ends of the numbers are numbers like others. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE})
    void idsAndFutureRevisionsAreTakenToTheEnd(long number) throws Exception {
        long start = Math.max(0, number);
        assertEquals(
                number,
                client.create(key("end").setWatchId(number).setStartRevision(start)).getWatchId());
        assertEquals(0, client.create(key("end")).getWatchId());
        put("end", "1");
        long told = client.take().getWatchId();
        assertTrue(told == 0 || start == 0, "a watch of the future was told");
        client.cancel(0);
    }

    /** As many as etcd: any number, but each a number of bytes that a message may have. */
    @ParameterizedTest
    @CsvSource({"1, false", "1000000, false", "2097100, false", "2097152, true", "9000000, true"})
    void theRangeOfAWatchIsAsLongAsAMessage(int bytes, boolean refused) throws Exception {
        String key = "k".repeat(bytes);
        if (refused) {
            client.send(key(key));
            AssertionError ended = assertThrows(AssertionError.class, client::take);
            assertTrue(ended.getMessage().contains("received message larger than max"));
        } else {
            assertTrue(client.create(key(key)).getCreated());
        }
        try (WatchClient other = new WatchClient(node.channel)) {
            assertTrue(other.create(key("served")).getCreated());
        }
    }
}
