package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.EtcdNode.refusal;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.support.RawHttp;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.Compare;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.PutResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeStreamResponse;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.TxnResponse;
import org.pdtoolkit.wire.mvccpb.KeyValue;

class KvGrpcServiceTest {
    private static final ByteString ALL = ByteString.copyFrom(new byte[] {0});
    private static final String TOO_MANY_OPERATIONS =
            "INVALID_ARGUMENT: etcdserver: too many operations in txn request";
    private static final AtomicInteger NEXT = new AtomicInteger();

    @TempDir static Path directory;
    private static EtcdNode node;
    private static KVGrpc.KVBlockingStub kv;

    /** Keys of one test begin with it. */
    private final String prefix = "t" + NEXT.incrementAndGet() + "/";

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory);
        kv = KVGrpc.newBlockingStub(node.channel);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private ByteString key(String name) {
        return ByteString.copyFromUtf8(prefix + name);
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private PutResponse put(String name, String value) {
        return kv.put(PutRequest.newBuilder().setKey(key(name)).setValue(text(value)).build());
    }

    private RangeRequest.Builder mine() {
        return RangeRequest.newBuilder()
                .setKey(key(""))
                .setRangeEnd(text(prefix.replace('/', '0')));
    }

    private static List<String> values(RangeResponse found) {
        return found.getKvsList().stream().map(pair -> pair.getValue().toStringUtf8()).toList();
    }

    private RequestOp putOp(String name) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key(name)))
                .build();
    }

    @Test
    void anAnswerNamesClusterMemberTermAndTheRevisionItMade() {
        ResponseHeader first = put("a", "1").getHeader();
        ResponseHeader second = put("a", "2").getHeader();
        assertEquals(node.runtime.raftClusterId(), first.getClusterId());
        assertEquals(node.runtime.consensus().memberId(), first.getMemberId());
        assertTrue(first.getRaftTerm() > 0);
        assertEquals(first.getRevision() + 1, second.getRevision());
        KeyValue pair = kv.range(RangeRequest.newBuilder().setKey(key("a")).build()).getKvs(0);
        assertEquals(2, pair.getVersion());
        assertEquals(first.getRevision(), pair.getCreateRevision());
        assertEquals(second.getRevision(), pair.getModRevision());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TARGET  | ORDER   | VALUES
                    KEY     | NONE    | 2 3 1
                    KEY     | DESCEND | 1 3 2
                    VALUE   | ASCEND  | 1 2 3
                    # another target without an order is ascending
                    VALUE   | NONE    | 1 2 3
                    VALUE   | DESCEND | 3 2 1
                    MOD     | ASCEND  | 3 1 2
                    CREATE  | DESCEND | 2 1 3
                    # equals keep key order
                    VERSION | DESCEND | 2 3 1
                    """)
    void rangesComeInTheOrderAskedFor(
            RangeRequest.SortTarget target, RangeRequest.SortOrder order, String expected) {
        put("b", "3");
        put("c", "1");
        put("a", "2");
        RangeResponse found = kv.range(mine().setSortTarget(target).setSortOrder(order).build());
        assertEquals(List.of(expected.split(" ")), values(found));
    }

    @Test
    void limitMoreCountKeysAndFiltersAreEtcds() {
        for (String name : List.of("a", "b", "c", "d")) {
            put(name, name);
        }
        long third =
                kv.range(RangeRequest.newBuilder().setKey(key("c")).build())
                        .getKvs(0)
                        .getModRevision();
        RangeResponse limited = kv.range(mine().setLimit(3).build());
        assertEquals(List.of("a", "b", "c"), values(limited));
        assertTrue(limited.getMore());
        assertEquals(4, limited.getCount());
        RangeResponse filtered = kv.range(mine().setMinModRevision(third).build());
        assertEquals(List.of("c", "d"), values(filtered));
        assertFalse(filtered.getMore());
        assertEquals(4, filtered.getCount());
        RangeResponse counted = kv.range(mine().setCountOnly(true).setLimit(1).build());
        assertEquals(0, counted.getKvsCount());
        assertEquals(4, counted.getCount());
        RangeResponse keys = kv.range(mine().setKeysOnly(true).setSerializable(true).build());
        assertEquals(List.of("", "", "", ""), values(keys));
        RangeResponse old = kv.range(mine().setRevision(third).build());
        assertEquals(List.of("a", "b", "c"), values(old));
        assertEquals(third + 1, old.getHeader().getRevision());
    }

    @Test
    void aStreamedRangeIsTheWholeRangeInChunksOfOneRevision() {
        List<String> expected = new ArrayList<>();
        for (int i = 100; i < 135; i++) {
            put("k" + i, "v" + i);
            expected.add("v" + i);
        }
        List<String> streamed = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        RangeResponse last = null;
        var chunks = kv.rangeStream(mine().setLimit(34).build());
        while (chunks.hasNext()) {
            RangeStreamResponse chunk = chunks.next();
            assertTrue(last == null || !last.hasHeader(), "only the last chunk has a header");
            last = chunk.getRangeResponse();
            streamed.addAll(values(last));
            sizes.add(last.getKvsCount());
            // Not seen: the revision is that of the first chunk.
            put("k0", "late");
        }
        assertEquals(expected.subList(0, 34), streamed);
        assertEquals(List.of(10, 20, 4), sizes);
        assertTrue(last.getMore());
        assertEquals(35, last.getCount());
        assertTrue(last.getHeader().getMemberId() != 0);
    }

    @Test
    void aTransactionAnswersInTheFormOfItsOperations() {
        put("a", "1");
        Compare equals =
                Compare.newBuilder()
                        .setKey(key("a"))
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(text("1"))
                        .build();
        RequestOp range =
                RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key("a")))
                        .build();
        RequestOp delete =
                RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(key("a")).setPrevKv(true))
                        .build();
        RequestOp inner =
                RequestOp.newBuilder()
                        .setRequestTxn(TxnRequest.newBuilder().addSuccess(putOp("b")))
                        .build();
        TxnResponse done =
                kv.txn(
                        TxnRequest.newBuilder()
                                .addCompare(equals)
                                .addSuccess(range)
                                .addSuccess(delete)
                                .addSuccess(inner)
                                .build());
        assertTrue(done.getSucceeded());
        long revision = done.getHeader().getRevision();
        assertEquals(
                Headers.inner(revision - 1), done.getResponses(0).getResponseRange().getHeader());
        assertEquals(1, done.getResponses(1).getResponseDeleteRange().getDeleted());
        assertEquals(
                text("1"), done.getResponses(1).getResponseDeleteRange().getPrevKvs(0).getValue());
        TxnResponse innerDone = done.getResponses(2).getResponseTxn();
        assertTrue(innerDone.hasHeader());
        assertEquals(ResponseHeader.getDefaultInstance(), innerDone.getHeader());
        assertEquals(
                Headers.inner(revision), innerDone.getResponses(0).getResponsePut().getHeader());
    }

    @Test
    void malformedRequestsAreRefusedInEtcdsWords() {
        String noKey = "INVALID_ARGUMENT: etcdserver: key is not provided";
        assertEquals(noKey, refusal(() -> kv.range(RangeRequest.getDefaultInstance())));
        assertEquals(
                noKey, refusal(() -> kv.range(RangeRequest.newBuilder().setRangeEnd(ALL).build())));
        assertEquals(noKey, refusal(() -> kv.put(PutRequest.getDefaultInstance())));
        assertEquals(noKey, refusal(() -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance())));
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: key not found",
                refusal(
                        () ->
                                kv.txn(
                                        TxnRequest.newBuilder()
                                                .addSuccess(RequestOp.getDefaultInstance())
                                                .build())));
        String sort = "INVALID_ARGUMENT: etcdserver: invalid sort option";
        assertEquals(sort, refusal(() -> kv.range(mine().setSortOrderValue(3).build())));
        assertEquals(sort, refusal(() -> kv.range(mine().setSortTargetValue(-1).build())));
        assertEquals(
                "UNIMPLEMENTED: RangeStream does not support custom sort orders",
                refusal(
                        () ->
                                kv.rangeStream(
                                                mine().setSortOrder(RangeRequest.SortOrder.DESCEND)
                                                        .build())
                                        .hasNext()));
        assertEquals(
                "UNIMPLEMENTED: RangeStream does not support revision filters",
                refusal(() -> kv.rangeStream(mine().setMaxModRevision(1).build()).hasNext()));
        assertEquals(
                "NOT_FOUND: etcdserver: requested lease not found",
                refusal(
                        () ->
                                kv.put(
                                        PutRequest.newBuilder()
                                                .setKey(key("a"))
                                                .setLease(99)
                                                .build())));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0})
    void revisionsThatNeverWereCountAsNewestOrCompacted(long revision) {
        put("a", "1");
        assertEquals(List.of("1"), values(kv.range(mine().setRevision(revision).build())));
        assertEquals(
                "OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted",
                refusal(() -> kv.compact(compaction(revision))));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000_000, Long.MAX_VALUE - 5})
    void revisionsOfTheFutureAreRefused(long ahead) {
        long revision = put("a", "1").getHeader().getRevision() + Math.min(ahead, 1L << 62);
        String future = "OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision";
        assertEquals(future, refusal(() -> kv.range(mine().setRevision(revision).build())));
        assertEquals(future, refusal(() -> kv.compact(compaction(revision))));
    }

    private static CompactionRequest compaction(long revision) {
        return CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build();
    }

    @Test
    void physicalCompactionAnswersWhenTheOldRecordsAreGone() {
        long first = put("a", "0").getHeader().getRevision();
        for (int i = 1; i < 30; i++) {
            put("a", "" + i);
        }
        long revision = put("a", "30").getHeader().getRevision();
        assertEquals(revision, kv.compact(compaction(revision)).getHeader().getRevision());
        assertFalse(node.runtime.machine().compactionDue());
        assertEquals(
                "OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted",
                refusal(() -> kv.range(mine().setRevision(first).build())));
        assertEquals(List.of("30"), values(kv.range(mine().setRevision(revision).build())));
    }

    @ParameterizedTest
    @CsvSource({"128, true", "129, false", "12800, false"})
    void aTransactionTakesAsManyOperationsAsEtcds(int operations, boolean taken) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < operations; i++) {
            txn.addSuccess(putOp("k" + i));
        }
        if (taken) {
            assertEquals(operations, kv.txn(txn.build()).getResponsesCount());
        } else {
            assertEquals(TOO_MANY_OPERATIONS, refusal(() -> kv.txn(txn.build())));
            assertEquals(0, kv.range(mine().build()).getCount());
        }
    }

    @Test
    void noKeyIsWrittenTwice() {
        TxnRequest twice =
                TxnRequest.newBuilder().addSuccess(putOp("a")).addSuccess(putOp("a")).build();
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: duplicate key given in txn request",
                refusal(() -> kv.txn(twice)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    128 |
                    129 | INVALID_ARGUMENT: etcdserver: too many operations in txn request
                    400 | INVALID_ARGUMENT: etcdserver: too many operations in txn request
                    # deeper than a message may be; in etcd from 5,000 on
                    600 | INTERNAL: Invalid protobuf byte sequence
                    """)
    void transactionsNestAsDeepAsEtcds(int levels, String refused) {
        TxnRequest nested = TxnRequest.newBuilder().addSuccess(putOp("deep")).build();
        for (int level = 1; level < levels; level++) {
            nested =
                    TxnRequest.newBuilder()
                            .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                            .build();
        }
        // Not taken: the stub of this test could not read an answer that nests as deep.
        TxnRequest request =
                nested.toBuilder()
                        .addCompare(Compare.newBuilder().setKey(key("none")).setVersion(1))
                        .build();
        if (refused == null) {
            assertFalse(kv.txn(request).getSucceeded());
        } else {
            assertEquals(refused, refusal(() -> kv.txn(request)));
        }
    }

    /** A write whose answer cannot be read would look as if it had failed. */
    @ParameterizedTest
    @CsvSource({"1, 200", "49, 200", "50, 200", "51, 400", "67, 400", "20000, 400"})
    void throughTheGatewayTheyNestAsDeepAsItsReader(int levels, int status) throws IOException {
        String put = "{\"request_put\":{\"key\":\"%s\"}}";
        String key = Base64.getEncoder().encodeToString(key("deep").toByteArray());
        String body =
                "{\"success\":[{\"request_txn\":".repeat(levels - 1)
                        + "{\"success\":["
                        + put.formatted(key)
                        + "]}"
                        + "}]}".repeat(levels - 1);
        RawHttp.Answer answer =
                RawHttp.request(node.address(), "POST", "/v3/kv/txn", Map.of(), body);
        assertEquals(status, answer.status(), answer.body());
        assertEquals(status == 200 ? 1 : 0, kv.range(mine().build()).getCount());
        if (status == 200) {
            assertEquals(levels, answer.body().split("succeeded", -1).length - 1);
        } else {
            assertTrue(answer.body().startsWith("{\"code\":3,\"message\":"), answer.body());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    VALUE    | STATUS | SAYS
                    1572814  | 200    | revision
                    1572844  | 400    | etcdserver: request is too large
                    2097153  | 429    | grpc: received message larger than max
                    12000000 | 429    | grpc: received message larger than max
                    """)
    void throughTheGatewayValuesMayBeAsLarge(int bytes, int status, String says)
            throws IOException {
        String value = Base64.getEncoder().encodeToString(new byte[bytes]);
        String body = "{\"key\":\"YmlnZ2Vy\",\"value\":\"" + value + "\"}";
        RawHttp.Answer answer =
                RawHttp.request(node.address(), "POST", "/v3/kv/put", Map.of(), body);
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(says), answer.body());
    }

    /** Measured with the original: the key takes three bytes. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    VALUE   | REFUSED
                    1572814 |
                    1572844 | INVALID_ARGUMENT: etcdserver: request is too large
                    # the message has 2097152 bytes, and 2097153
                    2097143 | INVALID_ARGUMENT: etcdserver: request is too large
                    2097144 | RESOURCE_EXHAUSTED: \
                    grpc: received message larger than max (2097153 vs. 2097152)
                    2097153 | RESOURCE_EXHAUSTED: \
                    grpc: received message larger than max (2097163 vs. 2097152)
                    9000000 | RESOURCE_EXHAUSTED: \
                    grpc: received message larger than max (9000010 vs. 2097152)
                    """)
    void valuesMayBeAsLargeAsInTheOriginal(int bytes, String refused) {
        byte[] value = new byte[bytes];
        value[bytes - 1] = 7;
        PutRequest put =
                PutRequest.newBuilder()
                        .setKey(text("big"))
                        .setValue(ByteString.copyFrom(value))
                        .build();
        if (refused != null) {
            assertEquals(refused, refusal(() -> kv.put(put)));
            return;
        }
        kv.put(put);
        RangeResponse found = kv.range(RangeRequest.newBuilder().setKey(text("big")).build());
        assertArrayEquals(value, found.getKvs(0).getValue().toByteArray());
    }
}
