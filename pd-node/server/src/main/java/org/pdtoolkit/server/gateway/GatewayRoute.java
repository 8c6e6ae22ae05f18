package org.pdtoolkit.server.gateway;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.TxnResponse;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.v3electionpb.ElectionGrpc;
import org.pdtoolkit.wire.v3lockpb.LockGrpc;

/**
 * One path of the JSON gateway and the call it stands for. Every path takes POST, and the body is
 * the whole request.
 *
 * <p>Source: etcd page, table of the gateway.
 */
public record GatewayRoute(
        String path, MethodDescriptor<? extends Message, ? extends Message> method) {
    /** More than the answer to the deepest transaction that can be asked for. */
    private static final int ANSWER_DEPTH_MAX = 1_000;

    /** Every path of the gateway begins so. */
    public static final String PREFIX = "/v3/";

    static final List<GatewayRoute> ROUTES =
            List.of(
                    new GatewayRoute("/v3/kv/range", KVGrpc.getRangeMethod()),
                    new GatewayRoute("/v3/kv/put", KVGrpc.getPutMethod()),
                    new GatewayRoute("/v3/kv/deleterange", KVGrpc.getDeleteRangeMethod()),
                    new GatewayRoute("/v3/kv/txn", txn()),
                    new GatewayRoute("/v3/kv/compaction", KVGrpc.getCompactMethod()),
                    new GatewayRoute("/v3/watch", WatchGrpc.getWatchMethod()),
                    new GatewayRoute("/v3/lease/grant", LeaseGrpc.getLeaseGrantMethod()),
                    new GatewayRoute("/v3/lease/revoke", LeaseGrpc.getLeaseRevokeMethod()),
                    new GatewayRoute("/v3/kv/lease/revoke", LeaseGrpc.getLeaseRevokeMethod()),
                    new GatewayRoute("/v3/lease/keepalive", LeaseGrpc.getLeaseKeepAliveMethod()),
                    new GatewayRoute("/v3/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod()),
                    new GatewayRoute(
                            "/v3/kv/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod()),
                    new GatewayRoute("/v3/lease/leases", LeaseGrpc.getLeaseLeasesMethod()),
                    new GatewayRoute("/v3/kv/lease/leases", LeaseGrpc.getLeaseLeasesMethod()),
                    new GatewayRoute("/v3/cluster/member/add", ClusterGrpc.getMemberAddMethod()),
                    new GatewayRoute(
                            "/v3/cluster/member/remove", ClusterGrpc.getMemberRemoveMethod()),
                    new GatewayRoute(
                            "/v3/cluster/member/update", ClusterGrpc.getMemberUpdateMethod()),
                    new GatewayRoute("/v3/cluster/member/list", ClusterGrpc.getMemberListMethod()),
                    new GatewayRoute(
                            "/v3/cluster/member/promote", ClusterGrpc.getMemberPromoteMethod()),
                    new GatewayRoute("/v3/maintenance/alarm", MaintenanceGrpc.getAlarmMethod()),
                    new GatewayRoute("/v3/maintenance/status", MaintenanceGrpc.getStatusMethod()),
                    new GatewayRoute(
                            "/v3/maintenance/defragment", MaintenanceGrpc.getDefragmentMethod()),
                    new GatewayRoute("/v3/maintenance/hash", MaintenanceGrpc.getHashMethod()),
                    new GatewayRoute("/v3/maintenance/hashkv", MaintenanceGrpc.getHashKVMethod()),
                    new GatewayRoute(
                            "/v3/maintenance/snapshot", MaintenanceGrpc.getSnapshotMethod()),
                    new GatewayRoute(
                            "/v3/maintenance/transfer-leadership",
                            MaintenanceGrpc.getMoveLeaderMethod()),
                    new GatewayRoute(
                            "/v3/maintenance/downgrade", MaintenanceGrpc.getDowngradeMethod()),
                    new GatewayRoute("/v3/auth/enable", AuthGrpc.getAuthEnableMethod()),
                    new GatewayRoute("/v3/auth/disable", AuthGrpc.getAuthDisableMethod()),
                    new GatewayRoute("/v3/auth/status", AuthGrpc.getAuthStatusMethod()),
                    new GatewayRoute("/v3/auth/authenticate", AuthGrpc.getAuthenticateMethod()),
                    new GatewayRoute("/v3/auth/user/add", AuthGrpc.getUserAddMethod()),
                    new GatewayRoute("/v3/auth/user/get", AuthGrpc.getUserGetMethod()),
                    new GatewayRoute("/v3/auth/user/list", AuthGrpc.getUserListMethod()),
                    new GatewayRoute("/v3/auth/user/delete", AuthGrpc.getUserDeleteMethod()),
                    new GatewayRoute(
                            "/v3/auth/user/changepw", AuthGrpc.getUserChangePasswordMethod()),
                    new GatewayRoute("/v3/auth/user/grant", AuthGrpc.getUserGrantRoleMethod()),
                    new GatewayRoute("/v3/auth/user/revoke", AuthGrpc.getUserRevokeRoleMethod()),
                    new GatewayRoute("/v3/auth/role/add", AuthGrpc.getRoleAddMethod()),
                    new GatewayRoute("/v3/auth/role/get", AuthGrpc.getRoleGetMethod()),
                    new GatewayRoute("/v3/auth/role/list", AuthGrpc.getRoleListMethod()),
                    new GatewayRoute("/v3/auth/role/delete", AuthGrpc.getRoleDeleteMethod()),
                    new GatewayRoute(
                            "/v3/auth/role/grant", AuthGrpc.getRoleGrantPermissionMethod()),
                    new GatewayRoute(
                            "/v3/auth/role/revoke", AuthGrpc.getRoleRevokePermissionMethod()),
                    new GatewayRoute("/v3/election/campaign", ElectionGrpc.getCampaignMethod()),
                    new GatewayRoute("/v3/election/proclaim", ElectionGrpc.getProclaimMethod()),
                    new GatewayRoute("/v3/election/leader", ElectionGrpc.getLeaderMethod()),
                    new GatewayRoute("/v3/election/observe", ElectionGrpc.getObserveMethod()),
                    new GatewayRoute("/v3/election/resign", ElectionGrpc.getResignMethod()),
                    new GatewayRoute("/v3/lock/lock", LockGrpc.getLockMethod()),
                    new GatewayRoute("/v3/lock/unlock", LockGrpc.getUnlockMethod()));

    private static final Map<String, GatewayRoute> BY_PATH =
            ROUTES.stream().collect(Collectors.toMap(GatewayRoute::path, Function.identity()));

    /** Transactions nest; whatever was done has to be told. */
    private static MethodDescriptor<TxnRequest, TxnResponse> txn() {
        return KVGrpc.getTxnMethod().toBuilder()
                .setResponseMarshaller(
                        ProtoUtils.marshallerWithRecursionLimit(
                                TxnResponse.getDefaultInstance(), ANSWER_DEPTH_MAX))
                .build();
    }

    /** The route of a path, which must match to the letter. */
    public static Optional<GatewayRoute> find(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }
}
