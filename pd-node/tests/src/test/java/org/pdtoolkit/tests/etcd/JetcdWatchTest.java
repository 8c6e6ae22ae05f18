package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.process.LocalCluster;

/** Locks, elections and watches through jetcd; the watches last, across a kill of the leader. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JetcdWatchTest {
    private static final int SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(SECONDS);

    @TempDir static Path directory;
    private static LocalCluster cluster;
    private static Client client;

    @BeforeAll
    static void start() {
        cluster =
                new LocalCluster(
                        List.of("file", "file", "file"), directory, List.of("--etcd-only"));
        cluster.start();
        for (var node : cluster.nodes()) {
            LocalCluster.await(
                    "member " + node.name() + " ready",
                    PATIENCE,
                    () -> node.output().contains("ready to serve client requests"));
        }
        client = clientOf(cluster.clientUrls());
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static Client clientOf(List<String> urls) {
        return Client.builder().endpoints(urls.toArray(String[]::new)).build();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    private static long lease() throws Exception {
        return get(client.getLeaseClient().grant(300)).getID();
    }

    /** Key, revision and type of everything under a prefix, as it comes. */
    private static Watch.Watcher watch(Client of, String prefix, long from, List<String> seen) {
        WatchOption option = WatchOption.builder().isPrefix(true).withRevision(from).build();
        return of.getWatchClient()
                .watch(
                        bytes(prefix),
                        option,
                        response -> response.getEvents().forEach(event -> seen.add(text(event))));
    }

    private static String text(WatchEvent event) {
        KeyValue pair = event.getKeyValue();
        return event.getEventType() + " " + pair.getKey() + "@" + pair.getModRevision();
    }

    @Test
    @Order(1)
    void aLockHasOneHolder() throws Exception {
        LockResponse held = get(client.getLockClient().lock(bytes("L"), lease()));
        CompletableFuture<LockResponse> second = client.getLockClient().lock(bytes("L"), lease());
        assertTrue(held.getKey().toString(StandardCharsets.UTF_8).startsWith("L/"));
        get(client.getKVClient().put(bytes("between"), bytes("1")));
        assertFalse(second.isDone());
        get(client.getLockClient().unlock(held.getKey()));
        get(client.getLockClient().unlock(get(second).getKey()));
    }

    @Test
    @Order(2)
    void anElectionHasOneLeader() throws Exception {
        Election election = client.getElectionClient();
        CampaignResponse first = get(election.campaign(bytes("E"), lease(), bytes("one")));
        CompletableFuture<CampaignResponse> second =
                election.campaign(bytes("E"), lease(), bytes("two"));
        assertEquals(bytes("one"), get(election.leader(bytes("E"))).getKv().getValue());
        LeaderKey leader = first.getLeader();
        get(election.proclaim(leader, bytes("news")));
        assertEquals(bytes("news"), get(election.leader(bytes("E"))).getKv().getValue());
        assertFalse(second.isDone());
        get(election.resign(leader));
        LeaderKey next = get(second).getLeader();
        assertEquals(bytes("two"), get(election.leader(bytes("E"))).getKv().getValue());
        get(election.resign(next));
    }

    @Test
    @Order(3)
    void noEventIsLostOrDoubledWhenTheLeaderIsKilled() throws Exception {
        long from =
                get(client.getKVClient().put(bytes("w/first"), bytes("1")))
                        .getHeader()
                        .getRevision();
        String leader = leader();
        List<String> survivors = new ArrayList<>(cluster.clientUrls());
        survivors.remove(indexOf(leader));
        List<Client> watchers = new ArrayList<>();
        List<List<String>> seen = new ArrayList<>();
        for (String url : cluster.clientUrls()) {
            // Begins at one member each, and has another one to go to.
            List<String> endpoints = new ArrayList<>(List.of(url));
            endpoints.addAll(survivors);
            Client watcher = clientOf(endpoints);
            watchers.add(watcher);
            List<String> own = Collections.synchronizedList(new ArrayList<>());
            seen.add(own);
            watch(watcher, "w/", from, own);
        }
        try (Client writer = clientOf(survivors)) {
            for (int i = 0; i < 100; i++) {
                if (i == 50) {
                    cluster.node(leader).kill();
                }
                putAtLast(writer.getKVClient(), "w/" + i % 7);
            }
            putAtLast(writer.getKVClient(), "w/last");
            List<String> all = Collections.synchronizedList(new ArrayList<>());
            seen.add(all);
            watch(writer, "w/", from, all);
            for (List<String> own : seen) {
                LocalCluster.await(
                        "last event",
                        PATIENCE,
                        () -> !own.isEmpty() && own.get(own.size() - 1).contains("w/last"));
            }
            assertTrue(all.size() >= 102);
            seen.forEach(own -> assertEquals(all, own));
        } finally {
            watchers.forEach(Client::close);
        }
    }

    /** A put under way when the leader dies may have been carried out: it is done again then. */
    private static void putAtLast(KV kv, String key) throws Exception {
        for (int tries = 0; ; tries++) {
            try {
                get(kv.put(bytes(key), bytes("v")));
                return;
            } catch (ExecutionException e) {
                if (tries == 10) {
                    throw e;
                }
            }
        }
    }

    private static int indexOf(String name) {
        for (int i = 0; i < cluster.nodes().size(); i++) {
            if (cluster.nodes().get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Name of the member that says it is the leader. */
    private static String leader() throws Exception {
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
