package org.pdtoolkit.server.grpc.pd;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.metapb.Cluster;
import org.pdtoolkit.wire.pdpb.AllocIDRequest;
import org.pdtoolkit.wire.pdpb.AllocIDResponse;
import org.pdtoolkit.wire.pdpb.BootstrapRequest;
import org.pdtoolkit.wire.pdpb.BootstrapResponse;
import org.pdtoolkit.wire.pdpb.ErrorType;
import org.pdtoolkit.wire.pdpb.GetClusterInfoRequest;
import org.pdtoolkit.wire.pdpb.GetClusterInfoResponse;
import org.pdtoolkit.wire.pdpb.GetMembersRequest;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.IsBootstrappedRequest;
import org.pdtoolkit.wire.pdpb.IsBootstrappedResponse;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.ResponseHeader;
import org.pdtoolkit.wire.pdpb.ServiceMode;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;
import org.pdtoolkit.wire.replication_modepb.ReplicationStatus;

/**
 * {@code pdpb.PD}: membership, timestamps, bootstrap, ids. The other methods of the service answer
 * UNIMPLEMENTED.
 *
 * <p>Order of checks in a call that the leader must serve: serving ({@code not leader}), cluster
 * id, the method's own. A follower so answers {@code not leader} even to a wrong cluster id.
 *
 * <p>Thread: network loops; answers that wait for the store come from whichever thread completes
 * them.
 */
public final class PdService extends PDGrpc.PDImplBase {
    private static final Logger LOG = LogManager.getLogger(PdService.class);

    private final Placement placement;
    private final IntSupplier maxReplicas;
    private final ScheduledExecutorService timer;
    private final TsoCounters counters;
    private final Headers headers = new Headers();

    /**
     * @param maxReplicas replication.max-replicas, which bootstrap writes into the cluster's record
     * @param timer runs the retries of timestamp requests; its tasks are short
     * @param counters where timestamp requests are counted
     */
    public PdService(
            Placement placement,
            IntSupplier maxReplicas,
            ScheduledExecutorService timer,
            TsoCounters counters) {
        this.placement = placement;
        this.maxReplicas = maxReplicas;
        this.timer = timer;
        this.counters = counters;
    }

    @Override
    public void getMembers(GetMembersRequest request, StreamObserver<GetMembersResponse> client) {
        long clusterId = placement.clusterId();
        GetMembersResponse.Builder response = GetMembersResponse.newBuilder();
        if (clusterId == 0) {
            reply(client, response.setHeader(notReady()).build());
            return;
        }
        response.setHeader(headers.success(clusterId));
        for (Member member : placement.members()) {
            response.addMembers(message(member));
        }
        placement.leader().ifPresent(leader -> response.setLeader(message(leader)));
        placement.raftLeader().ifPresent(leader -> response.setEtcdLeader(message(leader)));
        reply(client, response.build());
    }

    @Override
    public void getClusterInfo(
            GetClusterInfoRequest request, StreamObserver<GetClusterInfoResponse> client) {
        long clusterId = placement.clusterId();
        GetClusterInfoResponse.Builder response = GetClusterInfoResponse.newBuilder();
        if (clusterId == 0) {
            reply(client, response.setHeader(notReady()).build());
            return;
        }
        reply(
                client,
                response.setHeader(headers.success(clusterId))
                        .addServiceModes(ServiceMode.PD_SVC_MODE)
                        .build());
    }

    @Override
    public StreamObserver<TsoRequest> tso(StreamObserver<TsoResponse> client) {
        return new TsoStream(
                placement,
                headers,
                timer,
                counters,
                (ServerCallStreamObserver<TsoResponse>) client);
    }

    @Override
    public void isBootstrapped(
            IsBootstrappedRequest request, StreamObserver<IsBootstrappedResponse> client) {
        Optional<Status> refusal = refusal(request.getHeader());
        if (refusal.isPresent()) {
            client.onError(refusal.get().asRuntimeException());
            return;
        }
        reply(
                client,
                IsBootstrappedResponse.newBuilder()
                        .setHeader(headers.success(placement.clusterId()))
                        .setBootstrapped(placement.bootstrapped())
                        .build());
    }

    @Override
    public void bootstrap(BootstrapRequest request, StreamObserver<BootstrapResponse> client) {
        Optional<Status> refusal = refusal(request.getHeader());
        if (refusal.isPresent()) {
            client.onError(refusal.get().asRuntimeException());
            return;
        }
        long clusterId = placement.clusterId();
        Function<ResponseHeader, BootstrapResponse> failed =
                header -> BootstrapResponse.newBuilder().setHeader(header).build();
        Optional<ResponseHeader> invalid =
                placement.bootstrapped()
                        ? Optional.of(
                                Headers.failure(
                                        clusterId,
                                        ErrorCatalogue.ALREADY_BOOTSTRAPPED,
                                        ErrorCatalogue.ALREADY_BOOTSTRAPPED.text()))
                        : BootstrapCheck.problem(clusterId, request);
        if (invalid.isPresent()) {
            reply(client, failed.apply(invalid.get()));
            return;
        }
        Cluster cluster =
                Cluster.newBuilder()
                        .setId(clusterId)
                        .setMaxPeerCount(maxReplicas.getAsInt())
                        .build();
        placement
                .bootstrap(
                        Bytes.wrap(cluster.toByteArray()),
                        request.getStore().getId(),
                        Bytes.wrap(request.getStore().toByteArray()),
                        request.getRegion().getId(),
                        Bytes.wrap(request.getRegion().toByteArray()))
                .whenComplete(
                        (done, failure) -> {
                            if (failure != null) {
                                fail(client, failure, failed);
                                return;
                            }
                            reply(
                                    client,
                                    BootstrapResponse.newBuilder()
                                            .setHeader(headers.success(clusterId))
                                            .setReplicationStatus(
                                                    ReplicationStatus.getDefaultInstance())
                                            .build());
                        });
    }

    @Override
    public void allocID(AllocIDRequest request, StreamObserver<AllocIDResponse> client) {
        Optional<Status> refusal = refusal(request.getHeader());
        if (refusal.isPresent()) {
            client.onError(refusal.get().asRuntimeException());
            return;
        }
        long clusterId = placement.clusterId();
        Function<ResponseHeader, AllocIDResponse> failed =
                header -> AllocIDResponse.newBuilder().setHeader(header).build();
        int count = Math.max(request.getCount(), 1);
        if (request.getCount() < 0) {
            // Above 2^31 - 1: two thousand million ids in one call are a mistake, not a wish.
            ErrorCatalogue row = ErrorCatalogue.ID_EXHAUSTED;
            reply(client, failed.apply(Headers.failure(clusterId, row, row.namedText())));
            return;
        }
        placement
                .allocateIds(count)
                .whenComplete(
                        (last, failure) -> {
                            if (failure != null) {
                                fail(client, failure, failed);
                                return;
                            }
                            AllocIDResponse.Builder response =
                                    AllocIDResponse.newBuilder()
                                            .setHeader(headers.success(clusterId))
                                            .setId(last);
                            if (count > 1) {
                                response.setCount(count);
                            }
                            reply(client, response.build());
                        });
    }

    /** Why a call for the leader cannot be served here, if so. */
    private Optional<Status> refusal(RequestHeader header) {
        if (!placement.serving()) {
            return Optional.of(ErrorCatalogue.NOT_LEADER.status());
        }
        return clusterIdRefusal(placement.clusterId(), header.getClusterId());
    }

    static Optional<Status> clusterIdRefusal(long own, long requested) {
        if (own == requested) {
            return Optional.empty();
        }
        return Optional.of(
                ErrorCatalogue.CLUSTER_ID_MISMATCH.status(
                        Long.toUnsignedString(own), Long.toUnsignedString(requested)));
    }

    /** A failed future: leadership lost is a status, everything else stands in the header. */
    private <T> void fail(
            StreamObserver<T> client, Throwable failure, Function<ResponseHeader, T> failed) {
        Throwable cause = KvException.unwrapped(failure);
        if (!(cause instanceof PlacementException refused)) {
            client.onError(internal(cause).asRuntimeException());
            return;
        }
        if (refused.error() == PlacementError.NOT_LEADER
                || refused.error() == PlacementError.NOT_LEADER_ANYMORE) {
            client.onError(ErrorCatalogue.NOT_LEADER.status().asRuntimeException());
            return;
        }
        ErrorType type = ErrorRows.of(refused.error()).header();
        reply(
                client,
                failed.apply(
                        Headers.failure(
                                placement.clusterId(),
                                type == ErrorType.OK ? ErrorType.UNKNOWN : type,
                                ErrorRows.text(refused))));
    }

    /** An unexpected failure, in the form in which the original lets them through. */
    static Status internal(Throwable cause) {
        LOG.error("call failed", cause);
        return Status.UNKNOWN.withDescription(String.valueOf(cause.getMessage()));
    }

    private static ResponseHeader notReady() {
        ErrorCatalogue row = ErrorCatalogue.CLUSTER_ID_NOT_READY;
        return Headers.failure(0, row, row.text());
    }

    private static <T> void reply(StreamObserver<T> client, T response) {
        client.onNext(response);
        client.onCompleted();
    }

    private static org.pdtoolkit.wire.pdpb.Member message(Member member) {
        return org.pdtoolkit.wire.pdpb.Member.newBuilder()
                .setName(member.name())
                .setMemberId(member.id())
                .addAllPeerUrls(member.peerUrls())
                .addAllClientUrls(member.clientUrls())
                .build();
    }
}
