package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.pdtoolkit.tests.etcd.JetcdCluster.PATIENCE;
import static org.pdtoolkit.tests.etcd.JetcdCluster.bytes;
import static org.pdtoolkit.tests.etcd.JetcdCluster.get;
import static org.pdtoolkit.tests.etcd.JetcdCluster.refusal;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Cluster;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Maintenance;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.maintenance.HashKVResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.server.offline.SnapshotCommand;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;

/**
 * Maintenance, members, users and roles through jetcd, plain and over TLS; at last with a token
 * across a kill of the leader.
 */
@ParameterizedClass
@EnumSource(JetcdCluster.Transport.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JetcdAdminTest {
    private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";

    private static JetcdCluster cluster;
    private static Client client;

    @Parameter private JetcdCluster.Transport transport;

    @BeforeParameterizedClassInvocation
    static void start(JetcdCluster.Transport transport, @TempDir Path directory) throws Exception {
        cluster = new JetcdCluster(transport, directory, "--bcrypt-cost=4");
        cluster.start();
        client = cluster.client();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        cluster.close();
    }

    // ---- maintenance --------------------------------------------------------------------------

    /** First, since all know the leader: it made them ready. */
    @Test
    @Order(1)
    void membersAgreeInTheirStatus() throws Exception {
        List<Member> members = get(client.getClusterClient().listMember()).getMembers();
        long leader = cluster.status(client, "pd1").getLeader();
        for (Member member : members) {
            StatusResponse status = cluster.status(client, member.getName());
            assertEquals(member.getId(), status.getHeader().getMemberId());
            assertEquals(leader, status.getLeader());
            assertTrue(status.getVersion().matches("3\\.\\d+\\.\\d+.*"), status.getVersion());
            assertTrue(status.getRaftAppliedIndex() > 0);
            assertTrue(status.getRaftAppliedIndex() <= status.getRaftIndex());
            assertTrue(status.getDbSize() > 0);
            assertTrue(status.getDbSizeInUse() <= status.getDbSize());
            assertEquals(List.of(), status.getErrorList());
        }
        assertEquals(List.of(), get(client.getMaintenanceClient().listAlarms()).getAlarms());
    }

    @Test
    void membersHoldTheSameBeforeAndAfterTheyAreDefragmented() throws Exception {
        Maintenance maintenance = client.getMaintenanceClient();
        KV kv = client.getKVClient();
        for (int i = 0; i < 50; i++) {
            get(kv.put(bytes("hashed/" + i % 7), bytes("v" + i)));
        }
        long compacted = get(kv.delete(bytes("hashed/1"))).getHeader().getRevision();
        get(kv.compact(compacted - 10));
        int hash = agreedHash(compacted);
        for (String url : cluster.processes().clientUrls()) {
            get(maintenance.defragmentMember(url));
        }
        assertEquals(hash, agreedHash(compacted));
        assertEquals(
                "OUT_OF_RANGE: etcdserver: mvcc: required revision is a future revision",
                refusal(maintenance.hashKV(cluster.processes().clientUrls().get(0), 1L << 40)));
    }

    /** What all members say is the hash of the keys up to {@code revision}. */
    private static int agreedHash(long revision) throws Exception {
        Set<Integer> hashes = new TreeSet<>();
        for (NodeProcess node : cluster.processes().nodes()) {
            String url = cluster.processes().clientUrl(node.name());
            try (Client one = cluster.clientOf(node.name())) {
                // Has applied all that was written so far.
                get(one.getKVClient().get(bytes("hashed")));
                HashKVResponse answer = get(one.getMaintenanceClient().hashKV(url, revision));
                hashes.add(answer.getHash());
            }
        }
        assertEquals(1, hashes.size(), "" + hashes);
        return hashes.iterator().next();
    }

    @Test
    void aSavedSnapshotIsWhole(@TempDir Path directory) throws Exception {
        byte[] value = new byte[100_000];
        for (int i = 0; i < 10; i++) {
            get(client.getKVClient().put(bytes("saved/" + i), ByteSequence.from(value)));
        }
        GetOption count = GetOption.builder().withRange(bytes("\0")).withCountOnly(true).build();
        for (NodeProcess node : cluster.processes().nodes()) {
            Path file = directory.resolve(node.name());
            try (Client one = cluster.clientOf(node.name());
                    OutputStream out = Files.newOutputStream(file)) {
                long keys = get(one.getKVClient().get(bytes("\0"), count)).getCount();
                long bytes = get(one.getMaintenanceClient().snapshot(out));
                assertEquals(Files.size(file), bytes);
                assertEquals(32, bytes % 512);
                String status = snapshotStatus(file);
                assertTrue(status.contains("\"totalKey\":" + keys), keys + " keys: " + status);
            }
        }
    }

    private static String snapshotStatus(Path file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        String[] words = {"status", file.toString(), "--format", "json"};
        int code = SnapshotCommand.run(words, InputStream.nullInputStream(), print, print);
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals(0, code, text);
        return text;
    }

    @Test
    void theLeaderHandsOver() throws Exception {
        String leader = cluster.leader();
        String next = leader.equals("pd2") ? "pd3" : "pd2";
        long id = cluster.status(client, next).getHeader().getMemberId();
        try (Client follower = cluster.clientOf(next);
                Client led = cluster.clientOf(leader)) {
            assertEquals(
                    "FAILED_PRECONDITION: etcdserver: not leader",
                    refusal(follower.getMaintenanceClient().moveLeader(id)));
            assertEquals(
                    "FAILED_PRECONDITION: etcdserver: bad leader transferee",
                    refusal(led.getMaintenanceClient().moveLeader(7)));
            get(led.getMaintenanceClient().moveLeader(id));
            assertEquals(id, cluster.status(client, leader).getLeader());
            get(follower.getKVClient().put(bytes("moved"), bytes("1")));
        }
    }

    // ---- members ------------------------------------------------------------------------------

    @Test
    void aLearnerIsAddedAndRemoved() throws Exception {
        try (Client one = cluster.clientOf("pd1")) {
            aLearnerIsAddedAndRemoved(one.getClusterClient());
        }
    }

    private static void aLearnerIsAddedAndRemoved(Cluster members) throws Exception {
        URI nobody = peerUrl("1");
        LocalCluster.await(
                "a member that has been connected for long enough",
                PATIENCE,
                () ->
                        !members.addMember(List.of(nobody), true)
                                .handle((done, failure) -> failure == null ? "" : refusal(failure))
                                .join()
                                .equals("UNAVAILABLE: etcdserver: unhealthy cluster"));
        Member learner =
                get(members.listMember()).getMembers().stream()
                        .filter(Member::isLearner)
                        .findFirst()
                        .orElseThrow();
        assertEquals("", learner.getName());
        assertEquals(List.of(), learner.getClientURIs());
        assertEquals(List.of(nobody), learner.getPeerURIs());
        assertEquals(
                "FAILED_PRECONDITION: etcdserver: Peer URLs already exists",
                refusal(members.addMember(List.of(nobody, peerUrl("2")))));
        assertEquals(
                "FAILED_PRECONDITION: etcdserver: too many learner members in cluster",
                refusal(members.addMember(List.of(peerUrl("3")), true)));
        assertEquals(
                "FAILED_PRECONDITION: etcdserver: can only promote a learner member which is in"
                        + " sync with leader",
                refusal(members.promoteMember(learner.getId())));
        assertEquals(
                Set.of("pd1", "pd2", "pd3"),
                get(members.removeMember(learner.getId())).getMembers().stream()
                        .map(Member::getName)
                        .collect(Collectors.toSet()));
        assertEquals(
                "NOT_FOUND: etcdserver: member not found",
                refusal(members.removeMember(learner.getId())));
    }

    /** Where nobody listens. */
    private static URI peerUrl(String port) {
        String scheme = URI.create(cluster.processes().clientUrls().get(0)).getScheme();
        return URI.create(scheme + "://127.0.0.1:" + port);
    }

    // ---- users and roles ----------------------------------------------------------------------

    @Test
    void usersDoWithKeysWhatTheirRolesAllow() throws Exception {
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1")) {
            KV kv = users.alice().getKVClient();
            get(kv.put(bytes("a/1"), bytes("1")));
            get(users.root().getKVClient().put(bytes("b/1"), bytes("1")));
            // Two grants that touch cover a range over both.
            assertEquals(2, get(kv.get(bytes("a/"), until("c/"))).getCount());
            assertEquals(DENIED, refusal(kv.get(bytes("a/"), until("c/0"))));
            assertEquals(DENIED, refusal(kv.get(bytes("c/"))));
            assertEquals(DENIED, refusal(kv.put(bytes("b/1"), bytes("2"))));
            assertEquals(DENIED, refusal(kv.delete(bytes("b/1"))));
            get(kv.put(bytes("w"), bytes("1")));
            assertEquals(DENIED, refusal(kv.get(bytes("w"))));
            PutOption withOld = PutOption.builder().withPrevKV().build();
            assertEquals(DENIED, refusal(kv.put(bytes("w"), bytes("2"), withOld)));
            get(kv.put(bytes("a/1"), bytes("2"), withOld));
            DeleteOption all = DeleteOption.builder().withRange(bytes("b/")).build();
            assertEquals(1, get(kv.delete(bytes("a/"), all)).getDeleted());
            long lease = get(users.root().getLeaseClient().grant(300)).getID();
            PutOption leased = PutOption.builder().withLeaseId(lease).build();
            get(users.root().getKVClient().put(bytes("c/leased"), bytes("1"), leased));
            assertEquals(DENIED, refusal(kv.put(bytes("a/1"), bytes("1"), leased)));
            assertEquals(DENIED, refusal(users.alice().getLeaseClient().revoke(lease)));
            assertEquals(DENIED, refusal(kv.compact(1)));
        }
    }

    private static GetOption until(String end) {
        return GetOption.builder().withRange(bytes(end)).build();
    }

    /** Whichever branch is taken. */
    @Test
    void transactionsAreJudgedAsAWhole() throws Exception {
        Op mine = Op.put(bytes("a/1"), bytes("1"), PutOption.DEFAULT);
        Op others = Op.put(bytes("c/1"), bytes("1"), PutOption.DEFAULT);
        Cmp always = new Cmp(bytes("a/1"), Cmp.Op.GREATER, CmpTarget.version(-1));
        Cmp foreign = new Cmp(bytes("c/1"), Cmp.Op.EQUAL, CmpTarget.version(0));
        Cmp[] noCompare = {};
        Op[] nothing = {};
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1")) {
            KV kv = users.alice().getKVClient();
            assertTrue(get(kv.txn().If(always).Then(mine).commit()).isSucceeded());
            assertEquals(DENIED, refusal(kv.txn().If(always).Then(mine).Else(others).commit()));
            assertEquals(DENIED, refusal(kv.txn().If(foreign).Then(mine).commit()));
            Op allowed = Op.txn(new Cmp[] {always}, new Op[] {mine}, nothing);
            get(kv.txn().Then(allowed).commit());
            Op inner = Op.txn(new Cmp[] {always}, new Op[] {mine}, new Op[] {others});
            Op outer = Op.txn(noCompare, new Op[] {inner}, nothing);
            assertEquals(DENIED, refusal(kv.txn().Then(outer).commit()));
            Op compared = Op.txn(new Cmp[] {foreign}, new Op[] {mine}, nothing);
            assertEquals(DENIED, refusal(kv.txn().Else(compared).commit()));
        }
    }

    @Test
    void watchesLocksAndElectionsNeedPermission() throws Exception {
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1")) {
            assertEquals("PUT", watched(users, "a/"));
            assertEquals(
                    "CANCELLED: rpc error: code = PermissionDenied desc ="
                            + " etcdserver: permission denied",
                    watched(users, "c/"));
            long lease = get(users.alice().getLeaseClient().grant(300)).getID();
            // These services are clients of the store themselves: the code is lost.
            String denied = "UNKNOWN: etcdserver: permission denied";
            var locks = users.alice().getLockClient();
            assertEquals(denied, refusal(locks.lock(bytes("c"), lease)));
            assertEquals(denied, refusal(locks.unlock(bytes("c/1"))));
            get(locks.unlock(get(locks.lock(bytes("a/lock"), lease)).getKey()));
            var elections = users.alice().getElectionClient();
            assertEquals(denied, refusal(elections.campaign(bytes("c"), lease, bytes("v"))));
            assertEquals(denied, refusal(elections.leader(bytes("c"))));
            assertEquals(denied, observed(users.alice(), "c"));
            get(elections.campaign(bytes("a/election"), lease, bytes("v")));
        }
    }

    /** What alice sees of root's put under {@code prefix}, or why she does not. */
    private static String watched(JetcdUsers users, String prefix) throws Exception {
        ByteSequence key = bytes(prefix + "watched");
        long revision = get(users.root().getKVClient().put(key, key)).getHeader().getRevision();
        WatchOption option = WatchOption.builder().withRevision(revision).build();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        try (Watch.Watcher watcher =
                users.alice()
                        .getWatchClient()
                        .watch(
                                key,
                                option,
                                seen ->
                                        outcome.complete(
                                                seen.getEvents().get(0).getEventType().name()),
                                failure -> outcome.complete(refusal(failure)))) {
            assertFalse(watcher.isClosed());
            return get(outcome);
        }
    }

    /** Why an election cannot be observed; etcd ends the stream without a word. */
    private static String observed(Client by, String election) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        by.getElectionClient()
                .observe(
                        bytes(election),
                        new Election.Listener() {
                            @Override
                            public void onNext(LeaderResponse leader) {
                                outcome.complete("a leader");
                            }

                            @Override
                            public void onError(Throwable failure) {
                                outcome.complete(refusal(failure));
                            }

                            @Override
                            public void onCompleted() {
                                outcome.complete("an end");
                            }
                        });
        return get(outcome);
    }

    @Test
    void onlyRootManages() throws Exception {
        List<String> urls = cluster.processes().clientUrls();
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1")) {
            Auth auth = users.alice().getAuthClient();
            assertEquals(List.of("role"), get(auth.userGet(bytes("alice"))).getRoles());
            assertEquals(3, get(auth.roleGet(bytes("role"))).getPermissions().size());
            Maintenance maintenance = users.alice().getMaintenanceClient();
            get(maintenance.statusMember(urls.get(0)));
            get(maintenance.listAlarms());
            Cluster members = users.alice().getClusterClient();
            long member = get(members.listMember()).getMembers().get(0).getId();
            for (CompletableFuture<?> refused :
                    List.of(
                            auth.userGet(bytes("root")),
                            auth.userList(),
                            auth.userAdd(bytes("bob"), bytes("bob's")),
                            auth.roleGet(bytes("root")),
                            auth.roleList(),
                            auth.roleDelete(bytes("role")),
                            auth.authDisable(),
                            maintenance.defragmentMember(urls.get(0)),
                            maintenance.hashKV(urls.get(0), 0),
                            maintenance.moveLeader(member),
                            members.addMember(List.of(peerUrl("1")), true),
                            members.removeMember(member))) {
                assertEquals(DENIED, refusal(refused));
            }
            assertEquals(
                    "INVALID_ARGUMENT: etcdserver: invalid auth management",
                    refusal(users.root().getAuthClient().userDelete(bytes("root"))));
        }
    }

    @Test
    void nobodyGetsInWithoutThePassword() throws Exception {
        String nobody =
                switch (transport) {
                    case PLAIN -> "INVALID_ARGUMENT: etcdserver: user name is empty";
                    // The user that the certificate names does not exist.
                    case TLS -> DENIED;
                };
        String wrong =
                "INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password";
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1");
                Client guesses = users.client("alice", "root's");
                Client unknown = users.client("bob", "bob's");
                Client knows = users.client("alice", "new")) {
            assertEquals(nobody, refusal(users.anonymous().getKVClient().get(bytes("a/1"))));
            assertEquals(wrong, refusal(guesses.getKVClient().get(bytes("a/1"))));
            assertEquals(wrong, refusal(unknown.getKVClient().get(bytes("a/1"))));
            get(users.alice().getKVClient().get(bytes("a/1")));
            get(users.root().getAuthClient().userChangePassword(bytes("alice"), bytes("new")));
            // Her token is worth nothing any more, nor is what she would get another with.
            assertEquals(wrong, refusal(users.alice().getKVClient().get(bytes("a/1"))));
            get(knows.getKVClient().get(bytes("a/1")));
            get(users.root().getAuthClient().userRevokeRole(bytes("alice"), bytes("role")));
            assertEquals(DENIED, refusal(knows.getKVClient().get(bytes("a/1"))));
        }
        try (Client late =
                cluster.clientFrom("pd1").user(bytes("u")).password(bytes("p")).build()) {
            assertEquals(
                    "FAILED_PRECONDITION: etcdserver: authentication is not enabled",
                    refusal(late.getKVClient().get(bytes("a/1"))));
        }
    }

    @Test
    void aCertificateNamesItsUser() throws Exception {
        assumeTrue(transport == JetcdCluster.Transport.TLS);
        try (JetcdUsers users = new JetcdUsers(cluster, "pd1")) {
            KV kv = users.anonymous().getKVClient();
            Auth auth = users.root().getAuthClient();
            get(auth.userAdd(bytes("node"), bytes("never used")));
            assertEquals(DENIED, refusal(kv.put(bytes("a/1"), bytes("1"))));
            get(auth.userGrantRole(bytes("node"), bytes("role")));
            get(kv.put(bytes("a/1"), bytes("1")));
            assertEquals(DENIED, refusal(kv.put(bytes("c/1"), bytes("1"))));
            // Who logs in is whom the token names.
            get(users.root().getKVClient().put(bytes("c/1"), bytes("1")));
            get(auth.userDelete(bytes("node")));
            assertEquals(DENIED, refusal(kv.put(bytes("a/1"), bytes("1"))));
        }
    }

    /** Everybody knows it, and nobody has to log in again. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aTokenOutlivesTheLeader() throws Exception {
        String leader = cluster.leader();
        try (JetcdUsers users = new JetcdUsers(cluster, leader)) {
            KV kv = users.alice().getKVClient();
            get(kv.put(bytes("a/1"), bytes("1")));
            get(users.root().getKVClient().put(bytes("c/1"), bytes("1")));
            cluster.processes().node(leader).kill();
            JetcdCluster.untilDone("put", () -> kv.put(bytes("a/1"), bytes("2")));
            assertEquals(DENIED, refusal(kv.put(bytes("c/1"), bytes("2"))));
            get(users.root().getKVClient().put(bytes("c/1"), bytes("2")));
            assertEquals(2, users.logins());
        }
    }
}
