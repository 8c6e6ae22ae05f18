package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.tests.process.LocalCluster;

/** Keys, transactions and leases through jetcd, at each member and across a kill of the leader. */
class JetcdTest {
    private static final int SECONDS = 60;

    @TempDir static Path directory;
    private static LocalCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() {
        cluster = started("shared");
        client = clientOf(cluster.clientUrls());
    }

    private static LocalCluster started(String name) {
        LocalCluster started =
                new LocalCluster(
                        List.of("file", "file", "file"),
                        directory.resolve(name),
                        List.of("--etcd-only"));
        started.start();
        for (var node : started.nodes()) {
            LocalCluster.await(
                    "member " + node.name() + " ready",
                    Duration.ofSeconds(SECONDS),
                    () -> node.output().contains("ready to serve client requests"));
        }
        return started;
    }

    private static Client clientOf(List<String> urls) {
        return Client.builder().endpoints(urls.toArray(String[]::new)).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    /** What the client makes of a refusal. */
    private static String refusal(CompletableFuture<?> future) {
        ExecutionException failed =
                assertThrows(ExecutionException.class, () -> future.get(SECONDS, TimeUnit.SECONDS));
        // The KV client passes on what gRPC threw, the others wrap it.
        if (failed.getCause() instanceof EtcdException refused) {
            return refused.getErrorCode() + ": " + refused.getMessage();
        }
        Status status = Status.fromThrowable(failed.getCause());
        return status.getCode() + ": " + status.getDescription();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyMemberServesKeysAndLeases(int member) throws Exception {
        try (Client one = clientOf(List.of(cluster.clientUrls().get(member)))) {
            KV kv = one.getKVClient();
            ByteSequence key = bytes("member/" + member);
            long first = get(kv.put(key, bytes("1"))).getHeader().getRevision();
            GetResponse found = get(kv.get(key));
            assertEquals(first, found.getKvs().get(0).getCreateRevision());
            assertEquals(bytes("1"), found.getKvs().get(0).getValue());

            Lease leases = one.getLeaseClient();
            long id = get(leases.grant(100)).getID();
            get(kv.put(key, bytes("2"), PutOption.builder().withLeaseId(id).build()));
            // The clocks run at the leader only: two of the three members have to ask it.
            assertEquals(100, get(leases.keepAliveOnce(id)).getTTL());
            LeaseTimeToLiveResponse left =
                    get(leases.timeToLive(id, LeaseOption.builder().withAttachedKeys().build()));
            assertTrue(left.getTTL() > 0 && left.getTTL() <= 100, "" + left.getTTL());
            assertEquals(100, left.getGrantedTTL());
            assertEquals(List.of(key), left.getKeys());
            get(leases.revoke(id));
            assertEquals(0, get(kv.get(key)).getCount());
            assertEquals(
                    "NOT_FOUND: etcdserver: requested lease not found",
                    refusal(leases.keepAliveOnce(id)));
        }
    }

    @Test
    void rangesDeletionsAndCompactionAnswerAsEtcd(TestInfo test) throws Exception {
        KV kv = client.getKVClient();
        String prefix = test.getDisplayName();
        for (String name : List.of("b", "c", "a")) {
            get(kv.put(bytes(prefix + name), bytes(name)));
        }
        GetOption newestFirst =
                GetOption.builder()
                        .isPrefix(true)
                        .withSortField(GetOption.SortTarget.MOD)
                        .withSortOrder(GetOption.SortOrder.DESCEND)
                        .withLimit(2)
                        .build();
        GetResponse found = get(kv.get(bytes(prefix), newestFirst));
        assertEquals(
                List.of(bytes("a"), bytes("c")),
                found.getKvs().stream().map(pair -> pair.getValue()).toList());
        assertEquals(3, found.getCount());
        assertTrue(found.isMore());
        DeleteResponse deleted =
                get(
                        kv.delete(
                                bytes(prefix),
                                DeleteOption.builder().isPrefix(true).withPrevKV(true).build()));
        assertEquals(3, deleted.getDeleted());
        assertEquals(bytes("a"), deleted.getPrevKvs().get(0).getValue());
        long revision = deleted.getHeader().getRevision();
        get(kv.compact(revision, CompactOption.builder().withCompactPhysical(true).build()));
        String compacted = "OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted";
        GetOption old = GetOption.builder().withRevision(revision - 1).build();
        assertEquals(compacted, refusal(kv.get(bytes("a"), old)));
        assertEquals(compacted, refusal(kv.compact(revision)));
    }

    @Test
    void aTransactionTakesTheBranchItsComparesChoose(TestInfo test) throws Exception {
        KV kv = client.getKVClient();
        ByteSequence key = bytes(test.getDisplayName());
        Cmp absent = new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(0));
        Op put = Op.put(key, bytes("mine"), PutOption.DEFAULT);
        Op look = Op.get(key, GetOption.DEFAULT);
        TxnResponse first = get(kv.txn().If(absent).Then(put, look).Else(look).commit());
        assertTrue(first.isSucceeded());
        assertEquals(bytes("mine"), first.getGetResponses().get(0).getKvs().get(0).getValue());
        TxnResponse second = get(kv.txn().If(absent).Then(put).Else(look).commit());
        assertFalse(second.isSucceeded());
        assertEquals(first.getHeader().getRevision(), second.getHeader().getRevision());
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: duplicate key given in txn request",
                refusal(kv.txn().Then(put, put).commit()));
    }

    @Test
    void leasesAndKeysOutliveTheLeader() throws Exception {
        try (LocalCluster own = started("failover");
                Client one = clientOf(own.clientUrls())) {
            KV kv = one.getKVClient();
            Lease leases = one.getLeaseClient();
            long id = get(leases.grant(300)).getID();
            get(kv.put(bytes("k"), bytes("v"), PutOption.builder().withLeaseId(id).build()));
            String leader = leaderOf(own);
            own.node(leader).kill();
            List<String> left =
                    own.clientUrls().stream()
                            .filter(url -> !url.equals(urlOf(own, leader)))
                            .toList();
            try (Client survivors = clientOf(left)) {
                putThroughElection(survivors.getKVClient(), bytes("k2"), bytes("v2"));
                assertEquals(300, get(survivors.getLeaseClient().keepAliveOnce(id)).getTTL());
                assertEquals(
                        bytes("v"),
                        get(survivors.getKVClient().get(bytes("k"))).getKvs().get(0).getValue());
            }
        }
    }

    /**
     * Begun without a leader a put waits for the next one; begun with the dead one it may have been
     * sent there, and its outcome is unknown.
     */
    private static void putThroughElection(KV kv, ByteSequence key, ByteSequence value)
            throws Exception {
        try {
            get(kv.put(key, value));
        } catch (ExecutionException e) {
            assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(e.getCause()).getCode());
            get(kv.put(key, value));
        }
    }

    private static String urlOf(LocalCluster cluster, String name) {
        for (int i = 0; i < cluster.nodes().size(); i++) {
            if (cluster.nodes().get(i).name().equals(name)) {
                return cluster.clientUrls().get(i);
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Name of the member that says it is the leader. */
    private static String leaderOf(LocalCluster cluster) throws Exception {
        for (int i = 0; i < cluster.nodes().size(); i++) {
            String url = cluster.clientUrls().get(i);
            try (Client one = clientOf(List.of(url))) {
                var status = get(one.getMaintenanceClient().statusMember(url));
                if (status.getLeader() == status.getHeader().getMemberId()) {
                    return cluster.nodes().get(i).name();
                }
            }
        }
        throw new IllegalStateException("no leader");
    }
}
