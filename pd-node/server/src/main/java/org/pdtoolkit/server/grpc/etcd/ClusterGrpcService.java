package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberListResponse;

/** {@code etcdserverpb.Cluster}: the members. Source: etcd page, section 9. */
final class ClusterGrpcService extends ClusterGrpc.ClusterImplBase {
    private final EtcdKv kv;
    private final Consensus consensus;
    private final Headers headers;

    ClusterGrpcService(EtcdKv kv, Consensus consensus, Headers headers) {
        this.kv = kv;
        this.consensus = consensus;
        this.headers = headers;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
        Answers.send(
                client,
                () ->
                        request.getLinearizable()
                                ? kv.barrier()
                                : CompletableFuture.<Void>completedFuture(null),
                done -> {
                    MemberListResponse.Builder response =
                            MemberListResponse.newBuilder().setHeader(headers.withoutRevision());
                    consensus.members().forEach(member -> response.addMembers(member(member)));
                    return response.build();
                });
    }

    private static Member member(org.pdtoolkit.kv.Member member) {
        return Member.newBuilder()
                .setID(member.id())
                .setName(member.name())
                .addAllPeerURLs(member.peerUrls())
                .addAllClientURLs(member.clientUrls())
                .setIsLearner(member.learner())
                .build();
    }
}
