package org.pdtoolkit.server.proxy;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;

/**
 * Which calls of the client port change something; the one place that says so.
 *
 * <p>A call that gives out what is then gone (ids, timestamps apart) or that keeps something alive
 * is a change. Asking for a token is not: without it nothing could be read while users are on.
 */
final class RpcTable {
    private RpcTable() {}

    /** What a call does. */
    enum Kind {
        READ,
        WRITE,
        /** A transaction: a write if one of its operations is, whichever branch it is in. */
        TXN,
        /** Alarms: a write unless they are only listed. */
        ALARM
    }

    private static final Map<String, Kind> KINDS = new HashMap<>();

    static {
        rows("etcdserverpb.KV", Kind.READ, "Range RangeStream");
        rows("etcdserverpb.KV", Kind.WRITE, "Put DeleteRange Compact");
        rows("etcdserverpb.KV", Kind.TXN, "Txn");
        rows("etcdserverpb.Watch", Kind.READ, "Watch");
        rows("etcdserverpb.Lease", Kind.READ, "LeaseTimeToLive LeaseLeases");
        rows("etcdserverpb.Lease", Kind.WRITE, "LeaseGrant LeaseRevoke LeaseKeepAlive");
        rows("etcdserverpb.Cluster", Kind.READ, "MemberList");
        rows(
                "etcdserverpb.Cluster",
                Kind.WRITE,
                "MemberAdd MemberRemove MemberUpdate MemberPromote");
        rows("etcdserverpb.Maintenance", Kind.READ, "Status Hash HashKV Snapshot");
        rows("etcdserverpb.Maintenance", Kind.WRITE, "Defragment MoveLeader Downgrade");
        rows("etcdserverpb.Maintenance", Kind.ALARM, "Alarm");
        rows(
                "etcdserverpb.Auth",
                Kind.READ,
                "AuthStatus Authenticate UserGet UserList RoleGet RoleList");
        rows(
                "etcdserverpb.Auth",
                Kind.WRITE,
                "AuthEnable AuthDisable UserAdd UserDelete UserChangePassword UserGrantRole"
                        + " UserRevokeRole RoleAdd RoleDelete RoleGrantPermission"
                        + " RoleRevokePermission");
        rows("v3electionpb.Election", Kind.READ, "Leader Observe");
        rows("v3electionpb.Election", Kind.WRITE, "Campaign Proclaim Resign");
        rows("v3lockpb.Lock", Kind.WRITE, "Lock Unlock");
        rows("grpc.health.v1.Health", Kind.READ, "Check Watch");
        rows("meta_storagepb.MetaStorage", Kind.READ, "Watch Get");
        rows("meta_storagepb.MetaStorage", Kind.WRITE, "Put Delete");
        rows(
                "pdpb.PD",
                Kind.READ,
                "GetClusterInfo GetMembers Tso IsBootstrapped IsSnapshotRecovering GetStore"
                        + " GetAllStores GetRegion GetPrevRegion GetRegionByID QueryRegion"
                        + " ScanRegions BatchScanRegions GetClusterConfig GetGCSafePoint"
                        + " GetGCSafePointV2 WatchGCSafePointV2 GetAllGCSafePointV2 GetGCState"
                        + " GetAllKeyspacesGCStates SyncRegions GetOperator GetDCLocationInfo"
                        + " LoadGlobalConfig WatchGlobalConfig GetExternalTimestamp GetMinTS");
        rows(
                "pdpb.PD",
                Kind.WRITE,
                "Bootstrap AllocID PutStore StoreHeartbeat RegionHeartbeat AskSplit ReportSplit"
                        + " AskBatchSplit ReportBatchSplit PutClusterConfig ScatterRegion"
                        + " UpdateGCSafePoint UpdateServiceGCSafePoint UpdateGCSafePointV2"
                        + " UpdateServiceSafePointV2 AdvanceGCSafePoint AdvanceTxnSafePoint"
                        + " SetGCBarrier DeleteGCBarrier SetGlobalGCBarrier DeleteGlobalGCBarrier"
                        + " SyncMaxTS SplitRegions SplitAndScatterRegions StoreGlobalConfig"
                        + " ReportBuckets ReportMinResolvedTS SetExternalTimestamp");
    }

    private static void rows(String service, Kind kind, String methods) {
        Arrays.stream(methods.split(" "))
                .forEach(method -> KINDS.put(service + "/" + method, kind));
    }

    /** Full names of all calls that the table knows. */
    static List<String> methods() {
        return KINDS.keySet().stream().sorted().toList();
    }

    /**
     * What a call does; one that the table does not know counts as a write.
     *
     * @param fullMethodName {@code service/method}
     */
    static Kind kind(String fullMethodName) {
        return KINDS.getOrDefault(fullMethodName, Kind.WRITE);
    }

    /** Whether a request of a {@link Kind} changes something; a broken one may. */
    static boolean writes(Kind kind, byte[] request) {
        try {
            return switch (kind) {
                case READ -> false;
                case WRITE -> true;
                case TXN -> writes(TxnRequest.parseFrom(request));
                case ALARM ->
                        AlarmRequest.parseFrom(request).getAction() != AlarmRequest.AlarmAction.GET;
            };
        } catch (InvalidProtocolBufferException e) {
            return true;
        }
    }

    private static boolean writes(TxnRequest txn) {
        return txn.getSuccessList().stream().anyMatch(RpcTable::writes)
                || txn.getFailureList().stream().anyMatch(RpcTable::writes);
    }

    private static boolean writes(RequestOp operation) {
        return switch (operation.getRequestCase()) {
            case REQUEST_PUT, REQUEST_DELETE_RANGE -> true;
            case REQUEST_TXN -> writes(operation.getRequestTxn());
            case REQUEST_RANGE, REQUEST_NOT_SET -> false;
        };
    }
}
