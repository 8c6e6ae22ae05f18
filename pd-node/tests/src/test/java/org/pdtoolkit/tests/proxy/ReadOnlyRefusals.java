package org.pdtoolkit.tests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.net.http.HttpResponse;
import org.pdtoolkit.tests.process.EtcdSession;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.AlarmType;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableRequest;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;

/** What a read-only proxy refuses and what it does not, asked of a real one. */
final class ReadOnlyRefusals {
    private ReadOnlyRefusals() {}

    static void check(ProxyProcess proxy, EtcdSession session) {
        overHttp(proxy);
        overGrpc(session);
    }

    private static void overHttp(ProxyProcess proxy) {
        assertEquals(200, proxy.get("/health").statusCode());
        assertEquals(200, proxy.get("/version").statusCode());
        assertEquals(200, proxy.post("/v3/kv/range", "{\"key\":\"aA==\"}").statusCode());
        assertEquals(200, proxy.post("/v3/maintenance/status", "{}").statusCode());
        assertEquals(200, proxy.post("/v3/maintenance/alarm", "{}").statusCode());
        assertRefused(proxy.post("/v3/kv/put", "{\"key\":\"ci8y\"}"));
        assertRefused(proxy.post("/v3/kv/deleterange", "{\"key\":\"ci8x\"}"));
        assertRefused(proxy.post("/v3/lease/grant", "{\"TTL\":\"10\"}"));
        assertRefused(
                proxy.post("/v3/kv/txn", "{\"success\":[{\"requestPut\":{\"key\":\"ci8y\"}}]}"));
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertEquals(501, answer.statusCode());
        assertEquals("", answer.body());
    }

    private static void overGrpc(EtcdSession session) {
        PutRequest put = PutRequest.newBuilder().setKey(key("r/2")).build();
        RequestOp.Builder look =
                RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key("r/1")));
        TxnRequest reading = TxnRequest.newBuilder().addSuccess(look).build();
        TxnRequest writing =
                reading.toBuilder().addFailure(RequestOp.newBuilder().setRequestPut(put)).build();
        assertEquals(1, session.kv().txn(reading).getResponses(0).getResponseRange().getCount());
        session.maintenance().alarm(AlarmRequest.getDefaultInstance());
        assertRefused("Put", () -> session.kv().put(put));
        assertRefused(
                "DeleteRange",
                () ->
                        session.kv()
                                .deleteRange(
                                        DeleteRangeRequest.newBuilder()
                                                .setKey(key("r/1"))
                                                .build()));
        assertRefused("Txn", () -> session.kv().txn(writing));
        assertRefused(
                "LeaseGrant",
                () -> session.lease().leaseGrant(LeaseGrantRequest.getDefaultInstance()));
        assertRefused(
                "Alarm",
                () ->
                        session.maintenance()
                                .alarm(
                                        AlarmRequest.newBuilder()
                                                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                                                .setAlarm(AlarmType.NOSPACE)
                                                .build()));
        assertRefused(
                "AuthEnable",
                () -> session.auth().authEnable(AuthEnableRequest.getDefaultInstance()));
    }

    private static void assertRefused(String method, Runnable call) {
        assertEquals(
                "PERMISSION_DENIED this proxy is read-only and does not forward " + method,
                EtcdSession.refusal(call));
    }

    private static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
