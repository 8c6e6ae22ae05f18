package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.wire.authpb.Permission;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.AlarmType;
import org.pdtoolkit.wire.etcdserverpb.AuthDisableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGrantPermissionRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserChangePasswordRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserDeleteRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGetRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGrantRoleRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserRevokeRoleRequest;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;

/** Users, roles, tokens, alarms and the quota on real processes. */
class AuthProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DENIED = "PERMISSION_DENIED etcdserver: permission denied";
    private static final String NOBODY = "INVALID_ARGUMENT etcdserver: user name is empty";
    private static final String BAD_TOKEN = "UNAUTHENTICATED etcdserver: invalid auth token";
    private static final String BAD_MANAGEMENT =
            "INVALID_ARGUMENT etcdserver: invalid auth management";
    private static final String FULL =
            "RESOURCE_EXHAUSTED etcdserver: mvcc: database space exceeded";

    @TempDir Path directory;

    @Test
    void usersHoldOnEveryMemberAndThroughAKilledLeader() {
        List<String> storages = List.of("file", "h2", "file");
        List<String> cheap = List.of("--bcrypt-cost=4");
        try (LocalCluster cluster = new LocalCluster(storages, directory, cheap)) {
            cluster.start();
            String leader = cluster.awaitLeader(PATIENCE);
            List<String> urls = cluster.clientUrls();
            enable(urls.get(0));
            String token = EtcdSession.login(urls.get(0), "alice", "secret");
            for (String url : urls) {
                assertAliceMayDoWhatSheMay(url, token);
            }
            cluster.node(leader).kill();
            String next = cluster.awaitLeader(PATIENCE);
            String url = cluster.clientUrl(next);
            try (EtcdSession alice = EtcdSession.withToken(url, token)) {
                EtcdSession.untilServed(PATIENCE, () -> alice.kv().put(put("a/1", "2")));
            }
            cluster.node(leader).start();
            String killed = cluster.clientUrl(leader);
            String root = EtcdSession.login(killed, "root", "top");
            try (EtcdSession session = EtcdSession.withToken(url, root)) {
                session.auth()
                        .userRevokeRole(
                                AuthUserRevokeRoleRequest.newBuilder()
                                        .setName("alice")
                                        .setRole("r")
                                        .build());
                try (EtcdSession alice = EtcdSession.withToken(url, token)) {
                    assertEquals(DENIED, EtcdSession.refusal(() -> alice.kv().put(put("a", ""))));
                }
                session.auth().authDisable(AuthDisableRequest.getDefaultInstance());
            }
            try (EtcdSession anyone = EtcdSession.withToken(killed, "whatever.7")) {
                EtcdSession.untilServed(PATIENCE, () -> anyone.kv().put(put("z", "1")));
            }
            cluster.awaitLeader(PATIENCE);
        }
    }

    private static void enable(String url) {
        try (EtcdSession session = EtcdSession.anonymous(url)) {
            EtcdSession.untilServed(PATIENCE, () -> session.auth().userAdd(user("root", "top")));
            session.auth().userGrantRole(role("root", "root"));
            session.auth().userAdd(user("alice", "secret"));
            session.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
            session.auth().roleGrantPermission(permission("r", "a", "b"));
            session.auth().roleGrantPermission(permission("r", "b", "c"));
            session.auth().userGrantRole(role("alice", "r"));
            session.auth().authEnable(AuthEnableRequest.getDefaultInstance());
        }
    }

    private static void assertAliceMayDoWhatSheMay(String url, String token) {
        try (EtcdSession alice = EtcdSession.withToken(url, token);
                EtcdSession anonymous = EtcdSession.anonymous(url)) {
            alice.kv().put(put("a/1", "1"));
            // Two grants that touch cover a range over both.
            assertEquals(1, alice.kv().range(range("a", "c")).getCount());
            assertEquals(DENIED, EtcdSession.refusal(() -> alice.kv().range(range("a", "d"))));
            assertEquals(DENIED, EtcdSession.refusal(() -> alice.kv().put(put("c", "1"))));
            // Inner transactions are judged with the outer one, whichever branch is taken.
            RequestOp.Builder forbidden = RequestOp.newBuilder().setRequestPut(put("c", "1"));
            RequestOp.Builder inner =
                    RequestOp.newBuilder()
                            .setRequestTxn(TxnRequest.newBuilder().addFailure(forbidden));
            TxnRequest nested = TxnRequest.newBuilder().addSuccess(inner).build();
            assertEquals(DENIED, EtcdSession.refusal(() -> alice.kv().txn(nested)));
            assertEquals(
                    DENIED,
                    EtcdSession.refusal(
                            () ->
                                    alice.kv()
                                            .compact(
                                                    CompactionRequest.newBuilder()
                                                            .setRevision(1)
                                                            .build())));
            assertEquals(
                    DENIED, EtcdSession.refusal(() -> alice.auth().userDelete(userDelete("root"))));
            alice.maintenance().status(StatusRequest.getDefaultInstance());
            assertEquals(NOBODY, EtcdSession.refusal(() -> anonymous.kv().put(put("a", ""))));
            assertEquals(NOBODY, EtcdSession.refusal(() -> anonymous.kv().range(range("a", ""))));
            assertEquals(
                    NOBODY,
                    EtcdSession.refusal(
                            () ->
                                    anonymous
                                            .maintenance()
                                            .status(StatusRequest.getDefaultInstance())));
        }
    }

    @Test
    void badInputIsRefusedInEtcdsWords() {
        List<String> cheap = List.of("--etcd-only", "--bcrypt-cost=4");
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, cheap)) {
            cluster.start();
            String url = cluster.clientUrls().get(0);
            try (EtcdSession session = EtcdSession.anonymous(url)) {
                EtcdSession.untilServed(PATIENCE, () -> session.auth().userAdd(user("u", "p")));
                String long1 = "n".repeat(100_000);
                session.auth().userAdd(user(long1, "p"));
                session.auth().userGet(AuthUserGetRequest.newBuilder().setName(long1).build());
                assertEquals(
                        "INVALID_ARGUMENT etcdserver: request is too large",
                        EtcdSession.refusal(
                                () -> session.auth().userAdd(user("n".repeat(1_800_000), "p"))));
                passwordsAreBounded(session);
                messagesAreBounded(session);
                session.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
                for (String[] wrong :
                        new String[][] {{"b", "a"}, {"b", "b"}, {"", ""}, {"", "x"}, {"", "\0"}}) {
                    assertEquals(
                            BAD_MANAGEMENT,
                            EtcdSession.refusal(
                                    () ->
                                            session.auth()
                                                    .roleGrantPermission(
                                                            permission("r", wrong[0], wrong[1]))));
                }
                assertEquals(
                        "INVALID_ARGUMENT etcdserver: permission not given",
                        EtcdSession.refusal(
                                () ->
                                        session.auth()
                                                .roleGrantPermission(
                                                        AuthRoleGrantPermissionRequest.newBuilder()
                                                                .setName("r")
                                                                .build())));
                enable(url, session);
            }
            for (String token :
                    List.of(
                            "",
                            ".",
                            "x",
                            "a.b",
                            "a.-1",
                            "a.1",
                            "a.99999999999",
                            "a.9".repeat(900))) {
                try (EtcdSession session = EtcdSession.withToken(url, token)) {
                    assertEquals(
                            BAD_TOKEN, EtcdSession.refusal(() -> session.kv().put(put("a", ""))));
                    assertEquals(
                            BAD_TOKEN,
                            EtcdSession.refusal(() -> session.kv().range(range("a", "b"))));
                    assertEquals(
                            BAD_TOKEN,
                            EtcdSession.refusal(
                                    () ->
                                            session.maintenance()
                                                    .status(StatusRequest.getDefaultInstance())));
                }
            }
            String output = cluster.nodes().get(0).output();
            assertFalse(output.contains("\tat "), output);
        }
    }

    private static void passwordsAreBounded(EtcdSession session) {
        session.auth().userAdd(user("v", "p".repeat(72)));
        for (int bytes : new int[] {73, 7_200, 1_500_000}) {
            String password = "p".repeat(bytes);
            String tooLong = "UNKNOWN bcrypt: password length exceeds 72 bytes";
            assertEquals(
                    tooLong,
                    EtcdSession.refusal(() -> session.auth().userAdd(user("w", password))));
            assertEquals(
                    tooLong,
                    EtcdSession.refusal(
                            () ->
                                    session.auth()
                                            .userChangePassword(
                                                    AuthUserChangePasswordRequest.newBuilder()
                                                            .setName("v")
                                                            .setPassword(password)
                                                            .build())));
        }
    }

    /** Far above the bound the connection itself refuses, in words of its own. */
    private static void messagesAreBounded(EtcdSession session) {
        for (int bytes : new int[] {2_200_000, 8_500_000, 30_000_000}) {
            PutRequest put =
                    PutRequest.newBuilder()
                            .setKey(utf8("big"))
                            .setValue(ByteString.copyFrom(new byte[bytes]))
                            .build();
            String refusal = EtcdSession.refusal(() -> session.kv().put(put));
            assertTrue(refusal.startsWith("RESOURCE_EXHAUSTED "), refusal);
        }
    }

    private static void enable(String url, EtcdSession session) {
        session.auth().userAdd(user("root", "top"));
        session.auth().userGrantRole(role("root", "root"));
        session.auth().authEnable(AuthEnableRequest.getDefaultInstance());
        assertTrue(EtcdSession.login(url, "root", "top").matches("[a-zA-Z]{16}\\.\\d+"));
    }

    @Test
    void aFullStoreRaisesAnAlarmThatGoesWhenThereIsSpaceAgain() {
        List<String> quota = List.of("--quota-backend-bytes=16MiB");
        try (LocalCluster cluster = new LocalCluster(List.of("file"), directory, quota)) {
            cluster.start();
            try (EtcdSession session = EtcdSession.anonymous(cluster.clientUrls().get(0))) {
                ByteString value = ByteString.copyFrom(new byte[500_000]);
                PutRequest put = put("big", "").toBuilder().setValue(value).build();
                EtcdSession.untilServed(PATIENCE, () -> session.kv().put(put));
                String refusal = "OK";
                for (int i = 0; i < 200 && refusal.equals("OK"); i++) {
                    refusal = EtcdSession.refusal(() -> session.kv().put(put));
                }
                assertEquals(FULL, refusal);
                LocalCluster.await("the alarm", PATIENCE, () -> alarms(session) == 1);
                assertEquals(FULL, EtcdSession.refusal(() -> session.kv().put(put("k", "v"))));
                assertTrue(
                        session.maintenance()
                                .status(StatusRequest.getDefaultInstance())
                                .getErrors(0)
                                .endsWith(" alarm:NOSPACE"));
                session.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder().setKey(utf8("big")).build());
                long revision = session.kv().range(range("big", "")).getHeader().getRevision();
                session.kv()
                        .compact(
                                CompactionRequest.newBuilder()
                                        .setRevision(revision)
                                        .setPhysical(true)
                                        .build());
                LocalCluster.await("the end of the alarm", PATIENCE, () -> alarms(session) == 0);
                session.kv().put(put("k", "v"));
                setByHandItStays(session);
            }
        }
    }

    private static void setByHandItStays(EtcdSession session) {
        AlarmRequest.Builder alarm =
                AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setAlarm(AlarmType.NOSPACE)
                        .setMemberID(session.kv().range(range("k", "")).getHeader().getMemberId());
        assertEquals(1, session.maintenance().alarm(alarm.build()).getAlarmsCount());
        assertEquals(FULL, EtcdSession.refusal(() -> session.kv().put(put("k", "v"))));
        session.kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(utf8("k")).build());
        alarm.setAction(AlarmRequest.AlarmAction.DEACTIVATE);
        assertEquals(1, session.maintenance().alarm(alarm.build()).getAlarmsCount());
        session.kv().put(put("k", "v"));
        assertEquals(
                "INVALID_ARGUMENT etcdserver: unknown alarm or alarm action",
                EtcdSession.refusal(
                        () -> session.maintenance().alarm(alarm.setActionValue(9).build())));
    }

    private static int alarms(EtcdSession session) {
        return session.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsCount();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    }

    private static RangeRequest range(String key, String end) {
        return RangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end)).build();
    }

    private static AuthUserAddRequest user(String name, String password) {
        return AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build();
    }

    private static AuthUserDeleteRequest userDelete(String name) {
        return AuthUserDeleteRequest.newBuilder().setName(name).build();
    }

    private static AuthUserGrantRoleRequest role(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    private static AuthRoleGrantPermissionRequest permission(String role, String key, String end) {
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                        Permission.newBuilder()
                                .setPermType(Permission.Type.READWRITE)
                                .setKey(utf8(key))
                                .setRangeEnd(utf8(end)))
                .build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
