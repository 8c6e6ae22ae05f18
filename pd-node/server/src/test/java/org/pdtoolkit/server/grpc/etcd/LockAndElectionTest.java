package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.EtcdNode.refusal;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseRevokeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.v3electionpb.CampaignRequest;
import org.pdtoolkit.wire.v3electionpb.ElectionGrpc;
import org.pdtoolkit.wire.v3electionpb.LeaderKey;
import org.pdtoolkit.wire.v3electionpb.LeaderRequest;
import org.pdtoolkit.wire.v3electionpb.LeaderResponse;
import org.pdtoolkit.wire.v3electionpb.ProclaimRequest;
import org.pdtoolkit.wire.v3electionpb.ResignRequest;
import org.pdtoolkit.wire.v3lockpb.LockGrpc;
import org.pdtoolkit.wire.v3lockpb.LockRequest;
import org.pdtoolkit.wire.v3lockpb.LockResponse;
import org.pdtoolkit.wire.v3lockpb.UnlockRequest;

/** etcd page, section 18. */
@Timeout(60)
class LockAndElectionTest {
    @TempDir static Path directory;
    private static EtcdNode node;
    private static LockGrpc.LockFutureStub lock;
    private static ElectionGrpc.ElectionBlockingStub election;
    private static ElectionGrpc.ElectionFutureStub campaigns;
    private static LeaseGrpc.LeaseBlockingStub leases;

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory);
        lock = LockGrpc.newFutureStub(node.channel);
        election = ElectionGrpc.newBlockingStub(node.channel);
        campaigns = ElectionGrpc.newFutureStub(node.channel);
        leases = LeaseGrpc.newBlockingStub(node.channel);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static long lease() {
        return leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(300).build()).getID();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static ListenableFuture<LockResponse> lock(String name, long lease) {
        return lock.lock(LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build());
    }

    private static void unlock(LockResponse held) throws Exception {
        lock.unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build()).get();
    }

    private static long count(String name) {
        RangeRequest keys =
                RangeRequest.newBuilder()
                        .setKey(bytes(name + "/"))
                        .setRangeEnd(bytes(name + "0"))
                        .setCountOnly(true)
                        .build();
        return KVGrpc.newBlockingStub(node.channel).range(keys).getCount();
    }

    private static void awaitCount(String name, long count) {
        while (count(name) != count) {
            Thread.onSpinWait();
        }
    }

    private static CampaignRequest candidate(String name, String value, long lease) {
        return CampaignRequest.newBuilder()
                .setName(bytes(name))
                .setValue(bytes(value))
                .setLease(lease)
                .build();
    }

    private static LeaderRequest of(String name) {
        return LeaderRequest.newBuilder().setName(bytes(name)).build();
    }

    @Test
    void aLockGoesRoundInTheOrderOfArrival() throws Exception {
        List<ListenableFuture<LockResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(lock("L", lease()));
            awaitCount("L", i + 1);
        }
        for (int i = 0; i < 5; i++) {
            LockResponse held = calls.get(i).get();
            for (int later = i + 1; later < 5; later++) {
                assertFalse(calls.get(later).isDone());
            }
            unlock(held);
        }
        assertEquals(0, count("L"));
    }

    @Test
    void theKeyIsTheNameAndTheLeaseInHex() throws Exception {
        long lease = lease();
        LockResponse held = lock("name", lease).get();
        assertEquals("name/" + Long.toHexString(lease), held.getKey().toStringUtf8());
        // The same session has it already.
        assertEquals(held.getKey(), lock("name", lease).get().getKey());
        unlock(held);
        assertTrue(lock("name", 0).get().getKey().toStringUtf8().startsWith("name/"));
    }

    @Test
    void aCallThatIsCancelledLeavesTheQueue() throws Exception {
        LockResponse held = lock("C", lease()).get();
        ListenableFuture<LockResponse> waiting = lock("C", lease());
        ListenableFuture<LockResponse> withoutLease = lock("C", 0);
        awaitCount("C", 3);
        ListenableFuture<LockResponse> last = lock("C", lease());
        awaitCount("C", 4);
        waiting.cancel(true);
        withoutLease.cancel(true);
        awaitCount("C", 2);
        unlock(held);
        unlock(last.get());
    }

    @Test
    void aLeaseThatEndsLetsTheNextOneIn() throws Exception {
        long lease = lease();
        lock("E", lease).get();
        ListenableFuture<LockResponse> next = lock("E", lease());
        awaitCount("E", 2);
        leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        unlock(next.get());
    }

    @Test
    void errorsLoseTheirCode() {
        LockGrpc.LockBlockingStub blocking = LockGrpc.newBlockingStub(node.channel);
        String unknownLease = "UNKNOWN: etcdserver: requested lease not found";
        assertEquals(
                unknownLease,
                refusal(
                        () ->
                                blocking.lock(
                                        LockRequest.newBuilder()
                                                .setName(bytes("U"))
                                                .setLease(12345)
                                                .build())));
        assertEquals(unknownLease, refusal(() -> election.campaign(candidate("U", "v", 12345))));
        assertEquals("UNKNOWN: election: no leader", refusal(() -> election.leader(of("U"))));
        String missing = "UNKNOWN: \"leader\" field must be provided";
        assertEquals(
                missing, refusal(() -> election.proclaim(ProclaimRequest.getDefaultInstance())));
        assertEquals(missing, refusal(() -> election.resign(ResignRequest.getDefaultInstance())));
        assertEquals(
                "UNKNOWN: etcdserver: key is not provided",
                refusal(() -> blocking.unlock(UnlockRequest.getDefaultInstance())));
    }

    @Test
    void leadershipIsWonProclaimedObservedAndResigned() throws Exception {
        Iterator<LeaderResponse> observed = election.observe(of("V"));
        LeaderKey first = election.campaign(candidate("V", "one", lease())).getLeader();
        assertEquals("one", observed.next().getKv().getValue().toStringUtf8());
        var second = campaigns.campaign(candidate("V", "two", lease()));
        awaitCount("V", 2);
        assertFalse(second.isDone());
        ProclaimRequest.Builder news =
                ProclaimRequest.newBuilder().setLeader(first).setValue(bytes("news"));
        election.proclaim(news.build());
        assertEquals("news", observed.next().getKv().getValue().toStringUtf8());
        assertEquals("news", election.leader(of("V")).getKv().getValue().toStringUtf8());
        LeaderKey stale = first.toBuilder().setRev(first.getRev() - 1).build();
        assertEquals(
                "UNKNOWN: election: not leader",
                refusal(() -> election.proclaim(news.setLeader(stale).build())));
        election.resign(ResignRequest.newBuilder().setLeader(stale).build());
        assertEquals(2, count("V"));
        election.resign(ResignRequest.newBuilder().setLeader(first).build());
        LeaderKey won = second.get().getLeader();
        assertEquals("two", observed.next().getKv().getValue().toStringUtf8());
        election.resign(ResignRequest.newBuilder().setLeader(won).build());
        assertEquals("UNKNOWN: election: no leader", refusal(() -> election.leader(of("V"))));
    }
}
