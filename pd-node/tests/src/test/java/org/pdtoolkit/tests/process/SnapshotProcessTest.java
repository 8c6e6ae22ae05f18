package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.wire.authpb.Permission;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGrantPermissionRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGrantRoleRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseRevokeRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.SnapshotRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;
import org.pdtoolkit.wire.mvccpb.KeyValue;

/** {@code pd-node snapshot} as a process, from and to clusters of processes. */
class SnapshotProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TOOL_SECONDS = 60;
    private static final int WRITES = 300;
    private static final long LEASE = 77;
    private static final long BUMP = 1_000_000;
    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

    @TempDir Path directory;

    private int commands;

    /**
     * A snapshot taken of a follower while others write is the whole store as of one revision; a
     * cluster of three new members goes on from it, and so does a single one whose revisions are
     * raised. What is no snapshot makes no member.
     */
    @Test
    void newMembersGoOnFromASnapshotTakenUnderWrites() throws Exception {
        Path file = directory.resolve("backup.db");
        long oldCluster;
        long revision;
        List<KeyValue> expected;
        try (LocalCluster old = cluster("old", List.of("file", "h2", "file"))) {
            start(old);
            String url = old.clientUrls().get(0);
            fill(url);
            try (EtcdSession root = login(url, "root", "top")) {
                int before = saveUnderWrites(old, file);
                revision = revision(file);
                RangeResponse then = root.kv().range(everything(revision));
                oldCluster = then.getHeader().getClusterId();
                expected = then.getKvsList();
                requireWrites(expected, before);
            }
        }
        try (LocalCluster renewed = cluster("new", List.of("file", "h2", "file"))) {
            for (int i = 0; i < 3; i++) {
                assertRefusals(renewed, i, file);
                run(
                        0,
                        restoration(
                                renewed,
                                i,
                                file,
                                "--storage=" + List.of("file", "h2", "file").get(i)));
            }
            start(renewed);
            assertGoesOn(renewed, oldCluster, revision, expected);
        }
        try (LocalCluster raised = cluster("raised", List.of("file"))) {
            run(0, restoration(raised, 0, file, "--bump-revision=" + BUMP, "--mark-compacted"));
            start(raised);
            assertRaised(raised.clientUrls().get(0), revision, expected.size());
        }
    }

    private LocalCluster cluster(String name, List<String> storages) {
        return new LocalCluster(
                storages, directory.resolve(name), List.of("--etcd-only", "--bcrypt-cost=4"));
    }

    private static void start(LocalCluster cluster) {
        cluster.start();
        for (NodeProcess node : cluster.nodes()) {
            LocalCluster.await(
                    "member " + node.name() + " ready",
                    PATIENCE,
                    () -> node.output().contains("ready to serve client requests"));
        }
    }

    private static EtcdSession login(String url, String user, String password) {
        return EtcdSession.withToken(url, EtcdSession.login(url, user, password));
    }

    /** Keys with a history, a lease, users, a role; from then on nobody may without a token. */
    private static void fill(String url) {
        try (EtcdSession session = EtcdSession.anonymous(url)) {
            for (int i = 1; i <= 3; i++) {
                session.kv().put(put("history", "v" + i));
            }
            session.lease()
                    .leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build());
            session.kv().put(put("leased", "1").toBuilder().setLease(LEASE).build());
            session.auth().userAdd(user("root", "top"));
            session.auth().userAdd(user("alice", "secret"));
            session.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
            session.auth()
                    .roleGrantPermission(
                            AuthRoleGrantPermissionRequest.newBuilder()
                                    .setName("r")
                                    .setPerm(
                                            Permission.newBuilder()
                                                    .setPermType(Permission.Type.READ)
                                                    .setKey(utf8("history")))
                                    .build());
            session.auth().userGrantRole(role("alice", "r"));
            session.auth().userGrantRole(role("root", "root"));
            session.auth().authEnable(AuthEnableRequest.getDefaultInstance());
        }
    }

    /** Returns how many writes were acknowledged before the snapshot was asked for. */
    private static int saveUnderWrites(LocalCluster cluster, Path file) throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(
                        () -> {
                            try (EtcdSession session =
                                    login(cluster.clientUrls().get(0), "root", "top")) {
                                for (int i = 0; !enough.get(); i++) {
                                    session.kv().put(put(key(i), "v" + i));
                                    acknowledged.incrementAndGet();
                                }
                            }
                        });
        int before;
        try (EtcdSession session = login(follower(cluster), "root", "top")) {
            LocalCluster.await(
                    "writes",
                    PATIENCE,
                    () -> acknowledged.get() >= WRITES || writer.isCompletedExceptionally());
            before = acknowledged.get();
            // A snapshot is of what this member has applied: by then, all of these.
            session.kv().range(RangeRequest.newBuilder().setKey(utf8("history")).build());
            try (OutputStream out = Files.newOutputStream(file)) {
                var blobs = session.maintenance().snapshot(SnapshotRequest.getDefaultInstance());
                while (blobs.hasNext()) {
                    blobs.next().getBlob().writeTo(out);
                }
            }
        }
        int after = acknowledged.get();
        LocalCluster.await("writes after it", PATIENCE, () -> acknowledged.get() > after);
        enough.set(true);
        writer.get();
        return before;
    }

    private static String follower(LocalCluster cluster) {
        for (String url : cluster.clientUrls()) {
            try (EtcdSession root = login(url, "root", "top")) {
                var status = root.maintenance().status(StatusRequest.getDefaultInstance());
                if (status.getLeader() != status.getHeader().getMemberId()) {
                    return url;
                }
            }
        }
        throw new IllegalStateException("three leaders");
    }

    private long revision(Path file) {
        String status = run(0, List.of("snapshot", "status", file.toString(), "--format=json"));
        return Long.parseLong(status.replaceAll("(?s).*\"revision\":(\\d+).*", "$1"));
    }

    /** All writes from the first to some later one, none left out. */
    private static void requireWrites(List<KeyValue> found, int atLeast) {
        List<String> written =
                found.stream()
                        .map(pair -> pair.getKey().toStringUtf8())
                        .filter(key -> key.startsWith("w/"))
                        .toList();
        assertTrue(written.size() >= atLeast, written.size() + " of " + atLeast);
        for (int i = 0; i < written.size(); i++) {
            assertEquals(key(i), written.get(i));
        }
    }

    // ---- what has become of it ------------------------------------------------------------------

    private static void assertGoesOn(
            LocalCluster cluster, long oldCluster, long revision, List<KeyValue> expected)
            throws Exception {
        for (String url : cluster.clientUrls()) {
            try (EtcdSession root = login(url, "root", "top")) {
                RangeResponse found =
                        root.kv().range(everything(0).toBuilder().setSerializable(true).build());
                assertEquals(expected, found.getKvsList());
                assertEquals(revision, found.getHeader().getRevision());
                assertNotEquals(oldCluster, found.getHeader().getClusterId());
                LeaseTimeToLiveResponse lease =
                        root.lease()
                                .leaseTimeToLive(
                                        LeaseTimeToLiveRequest.newBuilder()
                                                .setID(LEASE)
                                                .setKeys(true)
                                                .build());
                assertEquals(600, lease.getGrantedTTL());
                assertEquals(List.of(utf8("leased")), lease.getKeysList());
                assertEquals(
                        cluster.clientUrls().size(),
                        root.cluster()
                                .memberList(MemberListRequest.getDefaultInstance())
                                .getMembersCount());
            }
            assertAliceMayReadHistory(url);
        }
        try (EtcdSession root = login(cluster.clientUrls().get(1), "root", "top")) {
            root.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(LEASE).build());
            root.kv().put(put("history", "v4"));
            assertEquals(revision + 2, root.kv().range(everything(0)).getHeader().getRevision());
            assertEquals(expected.size() - 1, root.kv().range(everything(0)).getCount());
        }
    }

    /** The watch sees what happened in the old cluster and what happens in this one. */
    private static void assertAliceMayReadHistory(String url) throws Exception {
        try (EtcdSession alice = login(url, "alice", "secret")) {
            assertEquals(List.of("v1", "v2", "v3"), values(watchHistory(alice)));
            assertEquals(
                    "PERMISSION_DENIED etcdserver: permission denied",
                    EtcdSession.refusal(() -> alice.kv().put(put("history", "mine"))));
        }
        try (EtcdSession nobody = EtcdSession.anonymous(url)) {
            assertEquals(
                    "INVALID_ARGUMENT etcdserver: user name is empty",
                    EtcdSession.refusal(() -> nobody.kv().range(everything(0))));
        }
    }

    /** The first that a watch from the first revision of the old cluster on is told. */
    private static WatchResponse watchHistory(EtcdSession session) throws Exception {
        BlockingClientCall<WatchRequest, WatchResponse> watch = session.watch();
        watch.write(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(utf8("history"))
                                        .setStartRevision(2))
                        .build());
        assertTrue(watch.read().getCreated());
        WatchResponse first = watch.read();
        watch.cancel("enough", null);
        return first;
    }

    private static List<String> values(WatchResponse response) {
        return response.getEventsList().stream()
                .map(event -> event.getKv().getValue().toStringUtf8())
                .toList();
    }

    private static void assertRaised(String url, long revision, int keys) throws Exception {
        try (EtcdSession root = login(url, "root", "top")) {
            RangeResponse found = root.kv().range(everything(0));
            assertEquals(keys, found.getCount());
            assertEquals(revision + BUMP, found.getHeader().getRevision());
            WatchResponse canceled = watchHistory(root);
            assertTrue(canceled.getCanceled());
            assertEquals(revision + BUMP, canceled.getCompactRevision());
            assertEquals(
                    revision + BUMP + 1, root.kv().put(put("a", "")).getHeader().getRevision());
        }
    }

    // ---- the tool -------------------------------------------------------------------------------

    /** The flags of a member, as the tool takes them. */
    private static List<String> restoration(
            LocalCluster cluster, int member, Path file, String... more) {
        List<String> words = new ArrayList<>(List.of("snapshot", "restore", file.toString()));
        for (String flag : cluster.arguments(member)) {
            if (flag.startsWith("--peer-urls=")) {
                words.add("--advertise" + flag.substring(1));
            } else if (flag.matches("--(name|data-dir|initial-cluster)=.*")) {
                words.add(flag);
            }
        }
        words.addAll(List.of(more));
        return words;
    }

    private void assertRefusals(LocalCluster cluster, int member, Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        byte[] bbolt = new byte[8192 + 32];
        ByteBuffer.wrap(bbolt).order(ByteOrder.LITTLE_ENDIAN).putInt(16, 0xED0CDAED);
        List<byte[]> files = List.of(bbolt, Arrays.copyOf(whole, whole.length - 512), flipped);
        String says = List.of("bbolt", "digest", "digest").get(member);
        Path bad = Files.write(directory.resolve("bad.db"), files.get(member));
        String output = run(3, restoration(cluster, member, bad));
        assertTrue(output.contains(says), output);
        assertTrue(output.contains(bad.toString()), output);
        assertFalse(output.contains("\tat "), output);
        assertFalse(Files.exists(directory.resolve("new").resolve("pd" + (member + 1) + "/data")));
    }

    private String run(int code, List<String> words) {
        Path log = directory.resolve("tool" + commands++ + ".log");
        try (NodeProcess tool = new NodeProcess("snapshot", words, log)) {
            tool.start();
            assertEquals(code, tool.await(TOOL_SECONDS), tool.output());
            return tool.output();
        }
    }

    // ---- requests -------------------------------------------------------------------------------

    private static String key(int number) {
        return String.format("w/%06d", number);
    }

    private static RangeRequest everything(long revision) {
        return RangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL).setRevision(revision).build();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    }

    private static AuthUserAddRequest user(String name, String password) {
        return AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build();
    }

    private static AuthUserGrantRoleRequest role(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
