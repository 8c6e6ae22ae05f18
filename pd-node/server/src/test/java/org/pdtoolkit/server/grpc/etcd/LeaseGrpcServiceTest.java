package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.EtcdNode.refusal;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseLeasesRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseRevokeRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseStatus;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveResponse;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;

class LeaseGrpcServiceTest {
    @TempDir static Path directory;
    private static EtcdNode node;
    private static LeaseGrpc.LeaseBlockingStub leases;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory);
        leases = LeaseGrpc.newBlockingStub(node.channel);
        kv = KVGrpc.newBlockingStub(node.channel);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static LeaseGrantResponse grant(long id, long ttl) {
        return leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    private static LeaseTimeToLiveResponse look(long id) {
        return leases.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build());
    }

    private static void revoke(long id) {
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    }

    /** The shortest lease is two seconds. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    ID                   | TTL        | GRANTED
                    0                    | 100        | 100
                    -7                   | 9000000000 | 9000000000
                    8                    | 2          | 2
                    9223372036854775807  | 100        | 100
                    -9223372036854775808 | 100        | 100
                    """)
    void aLeaseHasTheIdAndTimeAskedFor(long id, long ttl, long granted) {
        LeaseGrantResponse lease = grant(id, ttl);
        assertEquals(granted, lease.getTTL());
        assertTrue(id == 0 ? lease.getID() > 0 : lease.getID() == id);
        assertEquals("", lease.getError());
        assertEquals(granted, look(lease.getID()).getGrantedTTL());
        revoke(lease.getID());
        assertEquals(-1, look(lease.getID()).getTTL());
        assertEquals(0, look(lease.getID()).getGrantedTTL());
    }

    @ParameterizedTest
    @CsvSource({"1", "0", "-1", "-9223372036854775808"})
    void aLeaseThatIsTooShortLivesAsLongAsTheShortest(long ttl) {
        LeaseGrantResponse lease = grant(0, ttl);
        assertEquals(2, lease.getTTL());
        revoke(lease.getID());
    }

    @Test
    void leasesAreRefusedInEtcdsWords() {
        assertEquals(
                "OUT_OF_RANGE: etcdserver: too large lease TTL",
                refusal(() -> grant(0, 9_000_000_001L)));
        assertEquals(
                "OUT_OF_RANGE: etcdserver: too large lease TTL",
                refusal(() -> grant(0, Long.MAX_VALUE)));
        grant(21, 100);
        assertEquals(
                "FAILED_PRECONDITION: etcdserver: lease already exists",
                refusal(() -> grant(21, 100)));
        revoke(21);
        assertEquals("NOT_FOUND: etcdserver: requested lease not found", refusal(() -> revoke(21)));
    }

    @Test
    void revocationDeletesTheKeysAtOneRevision() {
        grant(31, 100);
        for (String name : List.of("lease/b", "lease/a")) {
            kv.put(
                    PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(name))
                            .setLease(31)
                            .build());
        }
        assertEquals(2, look(31).getKeysCount());
        long before = look(31).getHeader().getRevision();
        revoke(31);
        RangeRequest both =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("lease/"))
                        .setRangeEnd(ByteString.copyFromUtf8("lease0"))
                        .build();
        assertEquals(0, kv.range(both).getCount());
        assertEquals(before + 1, kv.range(both).getHeader().getRevision());
    }

    @Test
    void leasesAreListedSoonestFirst() {
        grant(41, 300);
        grant(42, 100);
        grant(43, 200);
        List<Long> ids =
                leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
                        .map(LeaseStatus::getID)
                        .filter(id -> id > 40 && id < 44)
                        .toList();
        assertEquals(List.of(42L, 43L, 41L), ids);
        ids.forEach(LeaseGrpcServiceTest::revoke);
    }

    @Test
    void oneStreamRenewsAnyLeaseAndAnswersZeroForUnknownOnes() throws Exception {
        grant(51, 100);
        Answers answers = new Answers();
        StreamObserver<LeaseKeepAliveRequest> requests =
                LeaseGrpc.newStub(node.channel).leaseKeepAlive(answers);
        for (long id : new long[] {51, 52, 51}) {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
        }
        requests.onCompleted();
        assertEquals("51:100", answers.next());
        assertEquals("52:0", answers.next());
        assertEquals("51:100", answers.next());
        assertEquals("end", answers.next());
        revoke(51);
    }

    /** What a stream brings, in order. */
    private static final class Answers implements StreamObserver<LeaseKeepAliveResponse> {
        private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return seen.poll(20, TimeUnit.SECONDS);
        }

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            seen.add(response.getID() + ":" + response.getTTL());
        }

        @Override
        public void onError(Throwable failure) {
            seen.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            seen.add("end");
        }
    }
}
