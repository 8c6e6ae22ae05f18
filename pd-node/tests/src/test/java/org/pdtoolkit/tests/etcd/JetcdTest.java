package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.tests.etcd.JetcdCluster.PATIENCE;
import static org.pdtoolkit.tests.etcd.JetcdCluster.bytes;
import static org.pdtoolkit.tests.etcd.JetcdCluster.get;
import static org.pdtoolkit.tests.etcd.JetcdCluster.refusal;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.tests.process.LocalCluster;

/**
 * Keys, transactions, leases, watches, locks and elections through jetcd, plain and over TLS; at
 * last all of them across a kill of the leader.
 */
@ParameterizedClass
@EnumSource(JetcdCluster.Transport.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JetcdTest {
    private static final long TTL = 300;

    private static JetcdCluster cluster;

    /** Also what {@link #start} gets. */
    @Parameter JetcdCluster.Transport transport;

    @BeforeParameterizedClassInvocation
    static void start(JetcdCluster.Transport transport, @TempDir Path directory) throws Exception {
        cluster = new JetcdCluster(transport, directory);
        cluster.start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        cluster.close();
    }

    private static long lease(Client client) throws Exception {
        return get(client.getLeaseClient().grant(TTL)).getID();
    }

    private static PutOption on(long lease) {
        return PutOption.builder().withLeaseId(lease).build();
    }

    // ---- keys and leases ----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"pd1", "pd2", "pd3"})
    void everyMemberServesKeysAndLeases(String member) throws Exception {
        try (Client one = cluster.clientOf(member)) {
            KV kv = one.getKVClient();
            ByteSequence key = bytes("member/" + member);
            long first = get(kv.put(key, bytes("1"))).getHeader().getRevision();
            GetResponse found = get(kv.get(key));
            assertEquals(first, found.getKvs().get(0).getCreateRevision());
            assertEquals(bytes("1"), found.getKvs().get(0).getValue());

            Lease leases = one.getLeaseClient();
            long id = lease(one);
            get(kv.put(key, bytes("2"), on(id)));
            // The clocks run at the leader only: two of the three members have to ask it.
            assertEquals(TTL, get(leases.keepAliveOnce(id)).getTTL());
            LeaseTimeToLiveResponse left =
                    get(leases.timeToLive(id, LeaseOption.builder().withAttachedKeys().build()));
            assertTrue(left.getTTL() > 0 && left.getTTL() <= TTL, "" + left.getTTL());
            assertEquals(TTL, left.getGrantedTTL());
            assertEquals(List.of(key), left.getKeys());
            BlockingQueue<LeaseKeepAliveResponse> renewals = new LinkedBlockingQueue<>();
            try (CloseableClient renewer =
                    leases.keepAlive(id, Observers.observer(renewals::add))) {
                assertNotNull(renewer);
                assertEquals(TTL, renewals.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).getTTL());
            }
            get(leases.revoke(id));
            assertEquals(0, get(kv.get(key)).getCount());
            assertEquals(
                    "NOT_FOUND: etcdserver: requested lease not found",
                    refusal(leases.keepAliveOnce(id)));
        }
    }

    @Test
    void rangesDeletionsAndCompactionAnswerAsEtcd(TestInfo test) throws Exception {
        KV kv = cluster.client().getKVClient();
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
                found.getKvs().stream().map(KeyValue::getValue).toList());
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
        KV kv = cluster.client().getKVClient();
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
        Op inner = Op.txn(new Cmp[] {absent}, new Op[] {put}, new Op[] {look});
        TxnResponse nested = get(kv.txn().Then(inner).commit()).getTxnResponses().get(0);
        assertFalse(nested.isSucceeded());
        assertEquals(bytes("mine"), nested.getGetResponses().get(0).getKvs().get(0).getValue());
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: duplicate key given in txn request",
                refusal(kv.txn().Then(put, put).commit()));
    }

    // ---- locks and elections ------------------------------------------------------------------

    @Test
    void aLockHasOneHolder() throws Exception {
        Client client = cluster.client();
        Lock locks = client.getLockClient();
        LockResponse held = get(locks.lock(bytes("L"), lease(client)));
        CompletableFuture<LockResponse> second = locks.lock(bytes("L"), lease(client));
        assertTrue(held.getKey().toString(StandardCharsets.UTF_8).startsWith("L/"));
        awaitKeys(client, "L/", 2);
        assertFalse(second.isDone());
        get(locks.unlock(held.getKey()));
        get(locks.unlock(get(second).getKey()));
    }

    @Test
    void anElectionHasOneLeader() throws Exception {
        Client client = cluster.client();
        Election election = client.getElectionClient();
        CampaignResponse first = get(election.campaign(bytes("E"), lease(client), bytes("one")));
        CompletableFuture<CampaignResponse> second =
                election.campaign(bytes("E"), lease(client), bytes("two"));
        assertEquals(bytes("one"), get(election.leader(bytes("E"))).getKv().getValue());
        LeaderKey leader = first.getLeader();
        get(election.proclaim(leader, bytes("news")));
        assertEquals(bytes("news"), get(election.leader(bytes("E"))).getKv().getValue());
        awaitKeys(client, "E/", 2);
        assertFalse(second.isDone());
        get(election.resign(leader));
        LeaderKey next = get(second).getLeader();
        assertEquals(bytes("two"), get(election.leader(bytes("E"))).getKv().getValue());
        get(election.resign(next));
    }

    /** Those who wait are in the queue when their keys are there. */
    private static void awaitKeys(Client client, String prefix, int count) throws Exception {
        KV kv = client.getKVClient();
        GetOption all = GetOption.builder().isPrefix(true).withCountOnly(true).build();
        LocalCluster.await(
                count + " keys under " + prefix,
                PATIENCE,
                () -> kv.get(bytes(prefix), all).join().getCount() == count);
    }

    // ---- a killed leader ----------------------------------------------------------------------

    /** What hangs on leases and who waits for it; and every event of every write, once. */
    @Test
    @Order(Integer.MAX_VALUE)
    void nothingIsLostWhenTheLeaderIsKilled() throws Exception {
        String leader = cluster.leader();
        List<Client> watchers = new ArrayList<>();
        try (Client survivors = cluster.client(cluster.urlsWithout(leader))) {
            Waiting waiting = new Waiting(cluster.client(), survivors);
            long from = get(survivors.getKVClient().get(bytes("w"))).getHeader().getRevision();
            List<List<String>> seen = new ArrayList<>();
            for (var node : cluster.processes().nodes()) {
                Client watcher = cluster.clientFrom(node.name()).build();
                watchers.add(watcher);
                seen.add(watch(watcher, from + 1));
            }
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                if (i == 50) {
                    cluster.processes().node(leader).kill();
                }
                String key = "w/" + i;
                createAtLast(survivors.getKVClient(), bytes(key));
                written.add("PUT " + key);
            }
            seen.add(watch(survivors, from + 1));
            for (List<String> events : seen) {
                LocalCluster.await("all events", PATIENCE, () -> events.size() >= written.size());
                assertEquals(written, events);
            }
            waiting.goesOn();
        } finally {
            watchers.forEach(Client::close);
        }
    }

    /** Type and key of every event of the writes, as they come. */
    private static List<String> watch(Client client, long from) {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        WatchOption option = WatchOption.builder().isPrefix(true).withRevision(from).build();
        client.getWatchClient()
                .watch(
                        bytes("w/"),
                        option,
                        response -> response.getEvents().forEach(event -> seen.add(text(event))));
        return seen;
    }

    private static String text(WatchEvent event) {
        return event.getEventType() + " " + event.getKeyValue().getKey();
    }

    /** Tried more than once it has an effect but once. */
    private static void createAtLast(KV kv, ByteSequence key) {
        Cmp absent = new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0));
        Op put = Op.put(key, key, PutOption.DEFAULT);
        JetcdCluster.untilDone("key " + key, () -> kv.txn().If(absent).Then(put).commit());
    }

    /** A key on a lease, a lock and an election, with one who waits for each of the last two. */
    private static final class Waiting {
        private final Client survivors;
        private final long lease;
        private final LockResponse held;
        private final LeaderKey elected;
        private final CompletableFuture<LockResponse> nextHolder;
        private final CompletableFuture<CampaignResponse> nextElected;

        Waiting(Client first, Client survivors) throws Exception {
            this.survivors = survivors;
            lease = lease(first);
            get(first.getKVClient().put(bytes("leased"), bytes("v"), on(lease)));
            held = get(first.getLockClient().lock(bytes("K"), lease));
            elected =
                    get(first.getElectionClient().campaign(bytes("C"), lease, bytes("one")))
                            .getLeader();
            long other = lease(first);
            nextHolder = survivors.getLockClient().lock(bytes("K"), other);
            nextElected = survivors.getElectionClient().campaign(bytes("C"), other, bytes("two"));
            awaitKeys(first, "K/", 2);
            awaitKeys(first, "C/", 2);
        }

        void goesOn() throws Exception {
            assertEquals(TTL, get(survivors.getLeaseClient().keepAliveOnce(lease)).getTTL());
            GetResponse leased = get(survivors.getKVClient().get(bytes("leased")));
            assertEquals(lease, leased.getKvs().get(0).getLease());
            assertFalse(nextHolder.isDone() || nextElected.isDone());
            get(survivors.getLockClient().unlock(held.getKey()));
            get(nextHolder);
            Election election = survivors.getElectionClient();
            assertEquals(bytes("one"), get(election.leader(bytes("C"))).getKv().getValue());
            get(election.resign(elected));
            get(nextElected);
            assertEquals(bytes("two"), get(election.leader(bytes("C"))).getKv().getValue());
        }
    }
}
