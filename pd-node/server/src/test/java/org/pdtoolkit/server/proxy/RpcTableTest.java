package org.pdtoolkit.server.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.server.proxy.RpcTable.Kind;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.meta_storagepb.MetaStorageGrpc;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.v3electionpb.ElectionGrpc;
import org.pdtoolkit.wire.v3lockpb.LockGrpc;

class RpcTableTest {
    private static final List<ServiceDescriptor> SERVICES =
            List.of(
                    KVGrpc.getServiceDescriptor(),
                    WatchGrpc.getServiceDescriptor(),
                    LeaseGrpc.getServiceDescriptor(),
                    ClusterGrpc.getServiceDescriptor(),
                    MaintenanceGrpc.getServiceDescriptor(),
                    AuthGrpc.getServiceDescriptor(),
                    ElectionGrpc.getServiceDescriptor(),
                    LockGrpc.getServiceDescriptor(),
                    PDGrpc.getServiceDescriptor(),
                    MetaStorageGrpc.getServiceDescriptor(),
                    HealthGrpc.getServiceDescriptor());

    @Test
    void everyCallOfThePortHasItsRowAndNoOtherHas() {
        assertEquals(
                SERVICES.stream()
                        .flatMap(service -> service.getMethods().stream())
                        .map(MethodDescriptor::getFullMethodName)
                        .sorted()
                        .toList(),
                RpcTable.methods());
    }

    @Test
    void anUnknownCallCountsAsAWrite() {
        assertEquals(Kind.WRITE, RpcTable.kind("etcdserverpb.KV/Erase"));
    }

    private static RequestOp range() {
        return RequestOp.newBuilder().setRequestRange(RangeRequest.getDefaultInstance()).build();
    }

    private static RequestOp nested(RequestOp operation) {
        return RequestOp.newBuilder()
                .setRequestTxn(TxnRequest.newBuilder().addFailure(operation))
                .build();
    }

    @Test
    void aTransactionIsAWriteIfAnyOperationInItIs() {
        RequestOp put =
                RequestOp.newBuilder().setRequestPut(PutRequest.getDefaultInstance()).build();
        RequestOp delete =
                RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.getDefaultInstance())
                        .build();
        assertFalse(writes(TxnRequest.newBuilder().build()));
        assertFalse(
                writes(TxnRequest.newBuilder().addSuccess(range()).addFailure(range()).build()));
        assertFalse(writes(TxnRequest.newBuilder().addSuccess(nested(range())).build()));
        assertTrue(writes(TxnRequest.newBuilder().addSuccess(range()).addSuccess(put).build()));
        assertTrue(writes(TxnRequest.newBuilder().addFailure(delete).build()));
        assertTrue(writes(TxnRequest.newBuilder().addSuccess(nested(nested(delete))).build()));
        assertTrue(RpcTable.writes(Kind.TXN, new byte[] {1}), "what cannot be read");
    }

    private static boolean writes(TxnRequest txn) {
        return RpcTable.writes(Kind.TXN, txn.toByteArray());
    }

    @Test
    void alarmsMayOnlyBeListed() {
        AlarmRequest.Builder alarm = AlarmRequest.newBuilder();
        assertFalse(RpcTable.writes(Kind.ALARM, alarm.build().toByteArray()));
        alarm.setAction(AlarmRequest.AlarmAction.DEACTIVATE);
        assertTrue(RpcTable.writes(Kind.ALARM, alarm.build().toByteArray()));
    }
}
