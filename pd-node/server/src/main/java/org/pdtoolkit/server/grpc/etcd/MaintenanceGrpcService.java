package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.StreamObserver;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.Version;
import org.pdtoolkit.wire.etcdserverpb.DowngradeInfo;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusResponse;

/** {@code etcdserverpb.Maintenance}: the state of this member. Source: etcd page, section 10. */
final class MaintenanceGrpcService extends MaintenanceGrpc.MaintenanceImplBase {
    private final EtcdBackend backend;
    private final Headers headers;

    MaintenanceGrpcService(EtcdBackend backend, Headers headers) {
        this.backend = backend;
        this.headers = headers;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
        long leader = backend.consensus().leaderId();
        StatusResponse.Builder response =
                StatusResponse.newBuilder()
                        .setHeader(headers.at(backend.kv().revision()))
                        .setVersion(Version.ETCD_SERVER)
                        .setStorageVersion(Version.ETCD_CLUSTER)
                        .setLeader(leader)
                        .setRaftTerm(backend.consensus().term())
                        .setIsLearner(backend.learner())
                        .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
        if (leader == 0) {
            response.addErrors(ErrorCatalogue.ETCD_NO_LEADER.text());
        }
        client.onNext(response.build());
        client.onCompleted();
    }
}
