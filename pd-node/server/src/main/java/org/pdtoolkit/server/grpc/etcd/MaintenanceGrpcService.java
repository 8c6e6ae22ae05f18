package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.server.port.BackgroundPool;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.Version;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.AlarmResponse;
import org.pdtoolkit.wire.etcdserverpb.DefragmentRequest;
import org.pdtoolkit.wire.etcdserverpb.DefragmentResponse;
import org.pdtoolkit.wire.etcdserverpb.DowngradeInfo;
import org.pdtoolkit.wire.etcdserverpb.DowngradeRequest;
import org.pdtoolkit.wire.etcdserverpb.DowngradeResponse;
import org.pdtoolkit.wire.etcdserverpb.HashKVRequest;
import org.pdtoolkit.wire.etcdserverpb.HashKVResponse;
import org.pdtoolkit.wire.etcdserverpb.HashRequest;
import org.pdtoolkit.wire.etcdserverpb.HashResponse;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.MoveLeaderRequest;
import org.pdtoolkit.wire.etcdserverpb.MoveLeaderResponse;
import org.pdtoolkit.wire.etcdserverpb.SnapshotRequest;
import org.pdtoolkit.wire.etcdserverpb.SnapshotResponse;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusResponse;

/** {@code etcdserverpb.Maintenance}: the state of this member. Source: etcd page, section 10. */
final class MaintenanceGrpcService extends MaintenanceGrpc.MaintenanceImplBase {
    /** {@code major.minor}, or a whole version. */
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}\\.\\d{1,9}(\\.\\d{1,9}.*)?");

    private static final String CLUSTER_VERSION =
            Version.ETCD_CLUSTER.substring(0, Version.ETCD_CLUSTER.lastIndexOf('.'));

    private final EtcdBackend backend;
    private final Headers headers;
    private final BackgroundPool pool;

    MaintenanceGrpcService(EtcdBackend backend, Headers headers, BackgroundPool pool) {
        this.backend = backend;
        this.headers = headers;
        this.pool = pool;
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> client) {
        Answers.send(
                client,
                () -> backend.consensus().transferLeader(request.getTargetID()),
                done -> MoveLeaderResponse.getDefaultInstance());
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
        Answers.send(
                client,
                () -> CompletableFuture.completedFuture(backend.maintenance().progress()),
                this::status);
    }

    private StatusResponse status(Maintenance.Progress progress) {
        long leader = backend.consensus().leaderId();
        StatusResponse.Builder response =
                StatusResponse.newBuilder()
                        .setHeader(headers.at(backend.kv().revision()))
                        .setVersion(Version.ETCD_SERVER)
                        .setStorageVersion(Version.ETCD_CLUSTER)
                        .setDbSize(progress.totalBytes())
                        .setDbSizeInUse(Math.min(progress.liveBytes(), progress.totalBytes()))
                        .setDbSizeQuota(backend.quotaBytes())
                        .setLeader(leader)
                        .setRaftIndex(progress.committedIndex())
                        .setRaftAppliedIndex(progress.appliedIndex())
                        .setRaftTerm(backend.consensus().term())
                        .setIsLearner(backend.learner())
                        .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
        if (leader == 0) {
            response.addErrors(ErrorCatalogue.ETCD_NO_LEADER.text());
        }
        for (Alarm alarm : progress.alarms()) {
            response.addErrors(
                    "memberID:"
                            + Long.toUnsignedString(alarm.memberId())
                            + " alarm:"
                            + alarm.type().name());
        }
        return response.build();
    }

    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> client) {
        Answers.send(
                client,
                backend.maintenance()::reclaim,
                done -> DefragmentResponse.getDefaultInstance());
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> client) {
        answer(
                client,
                backend.maintenance()::hashAll,
                crc ->
                        HashResponse.newBuilder()
                                .setHeader(headers.at(backend.kv().revision()))
                                .setHash(crc)
                                .build());
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> client) {
        answer(
                client,
                () -> backend.maintenance().hash(request.getRevision()),
                hash ->
                        HashKVResponse.newBuilder()
                                .setHeader(headers.at(hash.revision()))
                                .setHash(hash.crc())
                                .setCompactRevision(hash.compactRevision())
                                .setHashRevision(hash.hashRevision())
                                .build());
    }

    /** A call that reads the whole store. */
    private <T, A> void answer(
            StreamObserver<A> client, Supplier<T> read, Function<T, A> response) {
        Answers.send(
                client,
                () -> {
                    CompletableFuture<T> answer = new CompletableFuture<>();
                    pool.execute(() -> answer.complete(read.get()), answer);
                    return answer;
                },
                response);
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> client) {
        SnapshotCall call = new SnapshotCall((ServerCallStreamObserver<SnapshotResponse>) client);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        answer.whenComplete(
                (done, failure) -> {
                    if (failure != null) {
                        call.fail(failure);
                    }
                });
        pool.execute(
                () -> {
                    if (!call.isCancelled()) {
                        try (Maintenance.Image image = backend.maintenance().image()) {
                            call.send(image);
                        }
                    }
                    answer.complete(null);
                },
                answer);
    }

    /**
     * A server of one version has no version to go back to: every target is refused, and there is
     * never a job to cancel.
     */
    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> client) {
        switch (request.getAction()) {
            case VALIDATE, ENABLE -> {
                boolean version = VERSION.matcher(request.getVersion()).matches();
                ErrorCatalogue row =
                        version
                                ? ErrorCatalogue.ETCD_DOWNGRADE_TARGET
                                : ErrorCatalogue.ETCD_DOWNGRADE_FORMAT;
                client.onError(row.status().asRuntimeException());
            }
            case CANCEL -> {
                client.onNext(
                        DowngradeResponse.newBuilder()
                                .setHeader(headers.at(backend.kv().revision()))
                                .setVersion(CLUSTER_VERSION)
                                .build());
                client.onCompleted();
            }
            case UNRECOGNIZED ->
                    client.onError(
                            ErrorCatalogue.ETCD_UNKNOWN_METHOD.status().asRuntimeException());
        }
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> client) {
        new AlarmCalls(backend, headers).answer(request, client);
    }
}
