package org.pdtoolkit.server.grpc.pd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.support.FixedKv;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.ScriptedPlacement;
import org.pdtoolkit.wire.meta_storagepb.GetRequest;
import org.pdtoolkit.wire.meta_storagepb.GetResponse;
import org.pdtoolkit.wire.meta_storagepb.MetaStorageGrpc;
import org.pdtoolkit.wire.metapb.Peer;
import org.pdtoolkit.wire.metapb.Region;
import org.pdtoolkit.wire.metapb.Store;
import org.pdtoolkit.wire.pdpb.AllocIDRequest;
import org.pdtoolkit.wire.pdpb.AllocIDResponse;
import org.pdtoolkit.wire.pdpb.BootstrapRequest;
import org.pdtoolkit.wire.pdpb.BootstrapResponse;
import org.pdtoolkit.wire.pdpb.ErrorType;
import org.pdtoolkit.wire.pdpb.GetClusterInfoRequest;
import org.pdtoolkit.wire.pdpb.GetMembersRequest;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.GetStoreRequest;
import org.pdtoolkit.wire.pdpb.IsBootstrappedRequest;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.ServiceMode;

/** The unary calls over a real port, with the placement layer scripted. */
class PdServiceTest {
    private final ScriptedPlacement placement = new ScriptedPlacement();
    private final FixedKv kv = new FixedKv();
    private ScheduledExecutorService timer;
    private ClientPort port;
    private ManagedChannel channel;
    private PDGrpc.PDBlockingStub pd;

    @BeforeEach
    void open() {
        timer = Executors.newSingleThreadScheduledExecutor();
        port =
                Ports.open(
                        List.of(
                                new PdService(placement, () -> 3, timer, new TsoCounters()),
                                new MetaStorageService(placement, kv),
                                new HealthStatusManager().getHealthService()),
                        call -> CompletableFuture.completedFuture(HttpReply.empty(404)));
        channel = Ports.channel(port);
        pd = PDGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        port.close();
        timer.shutdownNow();
    }

    private RequestHeader header() {
        return RequestHeader.newBuilder().setClusterId(placement.clusterId).build();
    }

    private static Status refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(StatusRuntimeException.class, call).getStatus();
    }

    @Test
    void membersAreAnsweredToAnyoneAndOnAFollower() {
        placement.serving = false;
        placement.members = List.of(ScriptedPlacement.member(1), ScriptedPlacement.member(2));
        placement.leader = Optional.of(ScriptedPlacement.member(2));
        GetMembersResponse members = pd.getMembers(GetMembersRequest.getDefaultInstance());
        assertEquals(placement.clusterId, members.getHeader().getClusterId());
        assertFalse(members.getHeader().hasError());
        assertEquals(2, members.getMembersCount());
        assertEquals("pd2", members.getLeader().getName());
        assertEquals(-2, members.getLeader().getMemberId());
        assertEquals(List.of("http://127.0.0.1:2399"), members.getLeader().getClientUrlsList());
        assertEquals("pd1", members.getEtcdLeader().getName());
    }

    @Test
    void withoutALeaderTheFieldIsUnset() {
        placement.leader = Optional.empty();
        placement.raftLeader = Optional.empty();
        GetMembersResponse members = pd.getMembers(GetMembersRequest.getDefaultInstance());
        assertFalse(members.hasLeader());
        assertFalse(members.hasEtcdLeader());
        assertEquals(1, members.getMembersCount());
    }

    @Test
    void beforeTheClusterIdIsKnownMembersAnswerAnErrorAndNeverAnOkWithZero() {
        placement.clusterId = 0;
        GetMembersResponse members = pd.getMembers(GetMembersRequest.getDefaultInstance());
        assertEquals(ErrorType.NOT_BOOTSTRAPPED, members.getHeader().getError().getType());
        assertEquals("cluster id is not ready", members.getHeader().getError().getMessage());
        var info = pd.getClusterInfo(GetClusterInfoRequest.getDefaultInstance());
        assertEquals(ErrorType.NOT_BOOTSTRAPPED, info.getHeader().getError().getType());
    }

    @Test
    void clusterInfoNamesTheModeOnAnyNode() {
        placement.serving = false;
        var info = pd.getClusterInfo(GetClusterInfoRequest.getDefaultInstance());
        assertEquals(List.of(ServiceMode.PD_SVC_MODE), info.getServiceModesList());
        assertEquals(0, info.getTsoUrlsCount());
    }

    @Test
    void aFollowerRefusesBeforeItLooksAtTheClusterId() {
        placement.serving = false;
        Status status = refused(() -> pd.allocID(AllocIDRequest.getDefaultInstance()));
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("not leader", status.getDescription());
    }

    @Test
    void aWrongClusterIdIsRefusedWithBothIdsUnsigned() {
        AllocIDRequest wrong =
                AllocIDRequest.newBuilder()
                        .setHeader(RequestHeader.newBuilder().setClusterId(-1))
                        .build();
        Status status = refused(() -> pd.allocID(wrong));
        assertEquals(Status.Code.FAILED_PRECONDITION, status.getCode());
        assertEquals(
                "mismatch cluster id, need 9223372036854775815 but got 18446744073709551615",
                status.getDescription());
        Status missing =
                refused(() -> pd.isBootstrapped(IsBootstrappedRequest.getDefaultInstance()));
        assertEquals(Status.Code.FAILED_PRECONDITION, missing.getCode());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            COUNT | FIRST_ID | COUNT_ECHOED
            0     | 1        | 0
            1     | 1        | 0
            100   | 100      | 100
            """)
    void idsAnswerTheLastOfTheBatch(int count, long id, int echoed) {
        AllocIDResponse response =
                pd.allocID(AllocIDRequest.newBuilder().setHeader(header()).setCount(count).build());
        assertEquals(id, response.getId());
        assertEquals(echoed, response.getCount());
        assertFalse(response.getHeader().hasError());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            ERROR        | TEXT
            TXN_CONFLICT | \
            [PD:etcd:ErrEtcdTxnConflict]etcd transaction failed, conflicted and rolled back
            ID_EXHAUSTED | [PD:idalloc:ErrIDExhausted]id exhausted
            STORE        | etcdserver: request timed out
            """)
    void failedIdsStandInTheHeaderAndTheIdStaysZero(PlacementError error, String text) {
        placement.failure =
                Optional.of(
                        new PlacementException(error, "test", new KvException(KvError.TIMEOUT)));
        AllocIDResponse response =
                pd.allocID(AllocIDRequest.newBuilder().setHeader(header()).build());
        assertEquals(0, response.getId());
        assertEquals(ErrorType.UNKNOWN, response.getHeader().getError().getType());
        assertEquals(text, response.getHeader().getError().getMessage());
        assertEquals(placement.clusterId, response.getHeader().getClusterId());
    }

    @Test
    void moreThanTwoToTheThirtyOneIdsAreRefused() {
        AllocIDResponse response =
                pd.allocID(AllocIDRequest.newBuilder().setHeader(header()).setCount(-1).build());
        assertEquals(0, response.getId());
        assertTrue(response.getHeader().hasError());
    }

    @Test
    void leadershipLostWhileIdsAreReservedIsAStatus() {
        placement.failure =
                Optional.of(new PlacementException(PlacementError.NOT_LEADER_ANYMORE, "test"));
        Status status =
                refused(() -> pd.allocID(AllocIDRequest.newBuilder().setHeader(header()).build()));
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("not leader", status.getDescription());
    }

    private BootstrapRequest.Builder goodBootstrap() {
        return BootstrapRequest.newBuilder()
                .setHeader(header())
                .setStore(Store.newBuilder().setId(4))
                .setRegion(
                        Region.newBuilder()
                                .setId(5)
                                .addPeers(Peer.newBuilder().setId(6).setStoreId(4)));
    }

    @Test
    void bootstrapRunsOnceAndTheSecondIsToldSo() {
        IsBootstrappedRequest asked =
                IsBootstrappedRequest.newBuilder().setHeader(header()).build();
        assertFalse(pd.isBootstrapped(asked).getBootstrapped());
        BootstrapResponse first = pd.bootstrap(goodBootstrap().build());
        assertFalse(first.getHeader().hasError());
        assertTrue(first.hasReplicationStatus());
        assertEquals(List.of("bootstrap store 4 region 5"), placement.calls);
        assertTrue(pd.isBootstrapped(asked).getBootstrapped());
        BootstrapResponse second = pd.bootstrap(goodBootstrap().build());
        assertEquals(ErrorType.ALREADY_BOOTSTRAPPED, second.getHeader().getError().getType());
        assertEquals("cluster is already bootstrapped", second.getHeader().getError().getMessage());
        assertEquals(1, placement.calls.size());
    }

    @Test
    void theLoserOfABootstrapRaceSeesAConflict() {
        placement.failure =
                Optional.of(new PlacementException(PlacementError.TXN_CONFLICT, "test"));
        BootstrapResponse lost = pd.bootstrap(goodBootstrap().build());
        assertEquals(ErrorType.UNKNOWN, lost.getHeader().getError().getType());
        assertEquals(
                "[PD:etcd:ErrEtcdTxnConflict]"
                        + "etcd transaction failed, conflicted and rolled back",
                lost.getHeader().getError().getMessage());
    }

    @Test
    void bootstrapProblemsAreReportedInTheOriginalsOrder() {
        BootstrapRequest.Builder request = BootstrapRequest.newBuilder().setHeader(header());
        expectBootstrapProblem(request, "missing store meta for bootstrap 9223372036854775815");
        request.setStore(Store.getDefaultInstance());
        expectBootstrapProblem(request, "invalid zero store id");
        request.setStore(Store.newBuilder().setId(4));
        expectBootstrapProblem(request, "missing region meta for bootstrap 9223372036854775815");
        request.getRegionBuilder().setEndKey(ByteString.copyFromUtf8("z"));
        expectBootstrapProblem(
                request,
                "invalid first region key range, must all be empty for bootstrap"
                        + " 9223372036854775815");
        request.getRegionBuilder().clearEndKey();
        expectBootstrapProblem(request, "invalid zero region id");
        request.getRegionBuilder().setId(5);
        expectBootstrapProblem(
                request,
                "invalid first region peer count 0, must be 1 for bootstrap 9223372036854775815");
        request.getRegionBuilder().addPeers(Peer.newBuilder().setStoreId(-1));
        expectBootstrapProblem(
                request,
                "invalid peer store id 18446744073709551615 != 4 for bootstrap"
                        + " 9223372036854775815");
        request.getRegionBuilder().getPeersBuilder(0).setStoreId(4);
        expectBootstrapProblem(request, "invalid zero peer id");
        assertEquals(List.of(), placement.calls);
    }

    private void expectBootstrapProblem(BootstrapRequest.Builder request, String text) {
        var error = pd.bootstrap(request.build()).getHeader().getError();
        assertEquals(ErrorType.UNKNOWN, error.getType());
        assertEquals(text, error.getMessage());
    }

    @Test
    void methodsThatAreNotBuiltAnswerUnimplemented() {
        Status status = refused(() -> pd.getStore(GetStoreRequest.getDefaultInstance()));
        assertEquals(Status.Code.UNIMPLEMENTED, status.getCode());
    }

    @Test
    void healthIsServingAtOnceOnAnyNodeAndUnknownServicesAreNotFound() {
        placement.serving = false;
        placement.clusterId = 0;
        var health = HealthGrpc.newBlockingStub(channel);
        assertEquals(
                ServingStatus.SERVING,
                health.check(HealthCheckRequest.getDefaultInstance()).getStatus());
        Status unknown =
                refused(
                        () ->
                                health.check(
                                        HealthCheckRequest.newBuilder().setService("x").build()));
        assertEquals(Status.Code.NOT_FOUND, unknown.getCode());
    }

    @Test
    void metaStorageReadsAPrefixOnTheLeaderWithoutACheckOfTheClusterId() {
        kv.with("/ms/1/a", "x").with("/ms/1/b", "y").with("/ms/2/c", "z");
        var storage = MetaStorageGrpc.newBlockingStub(channel);
        GetRequest.Builder request =
                GetRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("/ms/1/"))
                        .setRangeEnd(ByteString.copyFromUtf8("/ms/10"));
        GetResponse all = storage.get(request.build());
        assertEquals(2, all.getCount());
        assertEquals(17, all.getHeader().getRevision());
        assertEquals(placement.clusterId, all.getHeader().getClusterId());
        assertEquals("/ms/1/b", all.getKvs(1).getKey().toStringUtf8());
        assertEquals("y", all.getKvs(1).getValue().toStringUtf8());
        assertEquals(0, all.getKvs(1).getModRevision());
        GetResponse first = storage.get(request.setLimit(1).build());
        assertEquals(1, first.getKvsCount());
        assertTrue(first.getMore());
        assertEquals(
                0,
                storage.get(request.setKey(ByteString.copyFromUtf8("/ms/1/x")).build()).getCount());
        placement.serving = false;
        Status status = refused(() -> storage.get(request.build()));
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("not leader", status.getDescription());
    }

    @Test
    void metaStorageTellsCompactedFromOtherFailures() {
        var storage = MetaStorageGrpc.newBlockingStub(channel);
        GetRequest request =
                GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).setRevision(1).build();
        kv.failure = Optional.of(new KvException(KvError.COMPACTED));
        assertEquals(
                org.pdtoolkit.wire.meta_storagepb.ErrorType.DATA_COMPACTED,
                storage.get(request).getHeader().getError().getType());
        kv.failure = Optional.of(new KvException(KvError.TIMEOUT));
        var error = storage.get(request).getHeader().getError();
        assertEquals(org.pdtoolkit.wire.meta_storagepb.ErrorType.UNKNOWN, error.getType());
        assertEquals("etcdserver: request timed out", error.getMessage());
        assertEquals(
                "etcdserver: key is not provided",
                storage.get(GetRequest.getDefaultInstance()).getHeader().getError().getMessage());
    }
}
