package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.EtcdNode.refusal;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.content.ContentFormat;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.DefragmentRequest;
import org.pdtoolkit.wire.etcdserverpb.DefragmentResponse;
import org.pdtoolkit.wire.etcdserverpb.DowngradeRequest;
import org.pdtoolkit.wire.etcdserverpb.DowngradeRequest.DowngradeAction;
import org.pdtoolkit.wire.etcdserverpb.HashKVRequest;
import org.pdtoolkit.wire.etcdserverpb.HashKVResponse;
import org.pdtoolkit.wire.etcdserverpb.HashRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.SnapshotRequest;
import org.pdtoolkit.wire.etcdserverpb.SnapshotResponse;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusResponse;

/** etcd.md sections 10 and 11. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class MaintenanceGrpcServiceTest {
    private static final int BLOB_BYTES = 32 << 10;

    @TempDir static Path directory;
    private static EtcdNode node;
    private static MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory);
        maintenance = MaintenanceGrpc.newBlockingStub(node.channel);
        for (int i = 0; i < 100; i++) {
            put("k" + i % 7, "v".repeat(2_000) + i);
        }
        KVGrpc.newBlockingStub(node.channel)
                .compact(CompactionRequest.newBuilder().setRevision(50).build());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static long put(String key, String value) {
        return KVGrpc.newBlockingStub(node.channel)
                .put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFromUtf8(value))
                                .build())
                .getHeader()
                .getRevision();
    }

    private static HashKVResponse hash(long revision) {
        return maintenance.hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
    }

    @Test
    void statusTellsHowTheMemberStands() {
        StatusResponse status = maintenance.status(StatusRequest.getDefaultInstance());
        assertEquals(EtcdNode.QUOTA_BYTES, status.getDbSizeQuota());
        assertTrue(status.getDbSize() > 0);
        assertTrue(status.getDbSizeInUse() <= status.getDbSize());
        assertTrue(status.getRaftAppliedIndex() >= 101);
        assertTrue(status.getRaftIndex() >= status.getRaftAppliedIndex());
        assertEquals(node.runtime.consensus().memberId(), status.getLeader());
        assertTrue(status.hasDowngradeInfo());
        assertEquals(List.of(), status.getErrorsList());
        assertTrue(status.getStorageVersion().matches("\\d+\\.\\d+\\.0"));
    }

    @Test
    void hashesSpeakOfOneRevision() {
        HashKVResponse then = hash(60);
        put("other", "value");
        HashKVResponse now = hash(0);
        assertEquals(then.getHash(), hash(60).getHash());
        assertEquals(60, then.getHashRevision());
        assertEquals(50, then.getCompactRevision());
        assertEquals(now.getHeader().getRevision(), now.getHashRevision());
        assertNotEquals(then.getHash(), now.getHash());
    }

    @Test
    void theHashOfEverythingChangesWithIt() {
        int before = maintenance.hash(HashRequest.getDefaultInstance()).getHash();
        assertEquals(before, maintenance.hash(HashRequest.getDefaultInstance()).getHash());
        put("other", "again");
        assertNotEquals(before, maintenance.hash(HashRequest.getDefaultInstance()).getHash());
    }

    @ParameterizedTest
    @CsvSource({
        "49, required revision has been compacted",
        "-1, required revision has been compacted",
        "-9223372036854775808, required revision has been compacted",
        "9223372036854775807, required revision is a future revision"
    })
    void revisionsThatCannotBeReadHaveNoHash(long revision, String text) {
        assertEquals("OUT_OF_RANGE: etcdserver: mvcc: " + text, refusal(() -> hash(revision)));
    }

    @Test
    void defragmentingChangesNothing() {
        long revision = put("before", "1");
        int before = hash(revision).getHash();
        assertEquals(
                DefragmentResponse.getDefaultInstance(),
                maintenance.defragment(DefragmentRequest.getDefaultInstance()));
        assertEquals(before, hash(revision).getHash());
    }

    @Test
    void aSnapshotComesInBlobsThatAddUpToItsDigest() {
        List<SnapshotResponse> messages = new ArrayList<>();
        snapshot().forEachRemaining(messages::add);
        SnapshotResponse last = messages.remove(messages.size() - 1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        long size = messages.get(0).getRemainingBytes() + messages.get(0).getBlob().size();
        assertTrue(size > 2L * BLOB_BYTES, "more than two blobs");
        for (int i = 0; i < messages.size(); i++) {
            SnapshotResponse message = messages.get(i);
            if (i < messages.size() - 1) {
                assertEquals(BLOB_BYTES, message.getBlob().size());
            }
            content.writeBytes(message.getBlob().toByteArray());
            assertEquals(size - content.size(), message.getRemainingBytes());
            assertTrue(message.getVersion().matches("\\d+\\.\\d+\\.0"), message.getVersion());
        }
        assertEquals(0, content.size() % 512);
        assertEquals(0, last.getRemainingBytes());
        assertArrayEquals(
                ContentFormat.sha256().digest(content.toByteArray()), last.getBlob().toByteArray());
        assertArrayEquals(ContentFormat.MAGIC, Arrays.copyOf(content.toByteArray(), 8));
    }

    @Test
    void clientsThatGoAwayOccupyNoThread() {
        for (int i = 0; i < 40; i++) {
            try (io.grpc.Context.CancellableContext gone =
                    io.grpc.Context.current().withCancellation()) {
                gone.run(MaintenanceGrpcServiceTest::snapshot);
            }
        }
        aSnapshotComesInBlobsThatAddUpToItsDigest();
    }

    /** Once there is room: the server hears later than the client that a call was cancelled. */
    private static Iterator<SnapshotResponse> snapshot() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                Iterator<SnapshotResponse> messages =
                        maintenance.snapshot(SnapshotRequest.getDefaultInstance());
                assertTrue(messages.hasNext());
                return messages;
            } catch (StatusRuntimeException e) {
                assertEquals("etcdserver: too many requests", e.getStatus().getDescription());
                assertTrue(System.nanoTime() - deadline < 0, "places that are not given back");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    /** Clients that do not read hold two threads and sixteen places for a minute. */
    @Test
    void moreSnapshotsThanThereIsRoomForAreRefused() throws Exception {
        put("filler", "f".repeat(1_000_000));
        ManagedChannel stalled =
                NettyChannelBuilder.forAddress(node.address())
                        .usePlaintext()
                        .flowControlWindow(64 << 10)
                        .build();
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        try {
            for (int i = 0; i < 218; i++) {
                beginSnapshotNobodyReads(stalled, ends);
            }
            for (int i = 0; i < 200; i++) {
                assertEquals(
                        "UNKNOWN: etcdserver: too many requests", ends.poll(30, TimeUnit.SECONDS));
            }
            put("meanwhile", "1");
            assertTrue(ends.isEmpty(), "there is room for eighteen");
        } finally {
            stalled.shutdownNow();
        }
        for (int i = 0; i < 18; i++) {
            assertNotNull(ends.poll(30, TimeUnit.SECONDS));
        }
        clientsThatGoAwayOccupyNoThread();
    }

    private static void beginSnapshotNobodyReads(ManagedChannel channel, Queue<String> ends) {
        ClientCall<SnapshotRequest, SnapshotResponse> call =
                channel.newCall(MaintenanceGrpc.getSnapshotMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ends.add(status.getCode() + ": " + status.getDescription());
                    }
                },
                new Metadata());
        call.sendMessage(SnapshotRequest.getDefaultInstance());
        call.halfClose();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "a.b", "3.", "3.5.", "-3.5", "3.5x"})
    void aDowngradeTargetIsAVersion(String version) {
        for (DowngradeAction action : List.of(DowngradeAction.VALIDATE, DowngradeAction.ENABLE)) {
            assertEquals(
                    "INVALID_ARGUMENT: etcdserver: wrong downgrade target version format",
                    refusal(() -> downgrade(action.getNumber(), version)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5", "3.5.0", "2.0", "99.1"})
    void noDowngradeTargetIsValid(String version) {
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: invalid downgrade target version",
                refusal(() -> downgrade(DowngradeAction.ENABLE_VALUE, version)));
    }

    @Test
    void aDowngradeThatIsNotThereIsCancelledAllTheSame() {
        assertTrue(downgrade(DowngradeAction.CANCEL_VALUE, "").matches("\\d+\\.\\d+"));
        assertEquals("UNKNOWN: etcdserver: unknown method", refusal(() -> downgrade(77, "3.5")));
    }

    private static String downgrade(int action, String version) {
        return maintenance
                .downgrade(
                        DowngradeRequest.newBuilder()
                                .setActionValue(action)
                                .setVersion(version)
                                .build())
                .getVersion();
    }
}
