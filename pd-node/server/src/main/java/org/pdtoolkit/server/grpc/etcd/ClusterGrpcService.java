package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.StreamObserver;
import java.util.List;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberAddRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberAddResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberListResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberPromoteRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberPromoteResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberRemoveRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberRemoveResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberUpdateRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberUpdateResponse;

/** {@code etcdserverpb.Cluster}: the members and their changes. Source: etcd page, section 9. */
final class ClusterGrpcService extends ClusterGrpc.ClusterImplBase {
    private final MemberChanges members;
    private final Headers headers;

    ClusterGrpcService(MemberChanges members, Headers headers) {
        this.members = members;
        this.headers = headers;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
        Answers.send(
                client,
                () -> members.list(request.getLinearizable()),
                list ->
                        MemberListResponse.newBuilder()
                                .setHeader(headers.withoutRevision())
                                .addAllMembers(members(list))
                                .build());
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> client) {
        Answers.send(
                client,
                () -> members.add(request.getPeerURLsList(), request.getIsLearner()),
                changed ->
                        MemberAddResponse.newBuilder()
                                .setHeader(headers.withoutRevision())
                                .setMember(member(changed.member()))
                                .addAllMembers(members(changed.members()))
                                .build());
    }

    @Override
    public void memberRemove(
            MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> client) {
        Answers.send(
                client,
                () -> members.remove(request.getID()),
                changed ->
                        MemberRemoveResponse.newBuilder()
                                .setHeader(headers.withoutRevision())
                                .addAllMembers(members(changed.members()))
                                .build());
    }

    @Override
    public void memberUpdate(
            MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> client) {
        Answers.send(
                client,
                () -> members.update(request.getID(), request.getPeerURLsList()),
                changed ->
                        MemberUpdateResponse.newBuilder()
                                .setHeader(headers.withoutRevision())
                                .addAllMembers(members(changed.members()))
                                .build());
    }

    @Override
    public void memberPromote(
            MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> client) {
        Answers.send(
                client,
                () -> members.promote(request.getID()),
                changed ->
                        MemberPromoteResponse.newBuilder()
                                .setHeader(headers.withoutRevision())
                                .addAllMembers(members(changed.members()))
                                .build());
    }

    private static List<Member> members(List<org.pdtoolkit.kv.Member> list) {
        return list.stream().map(ClusterGrpcService::member).toList();
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
