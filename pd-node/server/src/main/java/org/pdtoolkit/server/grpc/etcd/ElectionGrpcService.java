package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.v3electionpb.CampaignRequest;
import org.pdtoolkit.wire.v3electionpb.CampaignResponse;
import org.pdtoolkit.wire.v3electionpb.ElectionGrpc;
import org.pdtoolkit.wire.v3electionpb.LeaderKey;
import org.pdtoolkit.wire.v3electionpb.LeaderRequest;
import org.pdtoolkit.wire.v3electionpb.LeaderResponse;
import org.pdtoolkit.wire.v3electionpb.ProclaimRequest;
import org.pdtoolkit.wire.v3electionpb.ProclaimResponse;
import org.pdtoolkit.wire.v3electionpb.ResignRequest;
import org.pdtoolkit.wire.v3electionpb.ResignResponse;

/** {@code v3electionpb.Election}: one leader at a time among those who campaign. Thread: any. */
final class ElectionGrpcService extends ElectionGrpc.ElectionImplBase {
    private final QueueEntry.Tools tools;
    private final Headers headers;

    ElectionGrpcService(QueueEntry.Tools tools, Headers headers) {
        this.tools = tools;
        this.headers = headers;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> client) {
        Bytes value = KvRequests.bytes(request.getValue());
        QueueEntry entry = new QueueEntry(tools.mine(), KvRequests.bytes(request.getName()), value);
        ((ServerCallStreamObserver<CampaignResponse>) client).setOnCancelHandler(entry::cancel);
        QueueCalls.answer(
                client,
                entry.enter(request.getLease()),
                held ->
                        CampaignResponse.newBuilder()
                                .setHeader(headers.at(held.revision()))
                                .setLeader(
                                        LeaderKey.newBuilder()
                                                .setName(request.getName())
                                                .setKey(KvResponses.bytes(held.key()))
                                                .setRev(held.createRevision())
                                                .setLease(held.lease()))
                                .build());
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> client) {
        if (!request.hasLeader()) {
            client.onError(leaderMissing());
            return;
        }
        ignoreCancellation(client);
        LeaderKey leader = request.getLeader();
        Bytes value = KvRequests.bytes(request.getValue());
        QueueEntry.Tools mine = tools.mine();
        CompletableFuture<OpResult.Txn> done =
                mine.session(leader.getLease())
                        .thenCompose(session -> proclaim(mine.kv(), leader, value, session));
        QueueCalls.answer(
                client,
                done,
                txn -> {
                    if (!txn.succeeded()) {
                        throw ErrorCatalogue.ETCD_ELECTION_NOT_LEADER.status().asRuntimeException();
                    }
                    return ProclaimResponse.newBuilder()
                            .setHeader(headers.at(txn.revision()))
                            .build();
                });
    }

    private CompletableFuture<OpResult.Txn> proclaim(
            EtcdKv kv, LeaderKey leader, Bytes value, QueueSession session) {
        Bytes own = KvRequests.bytes(leader.getKey());
        return kv.txn(QueueKeys.proclaim(own, leader.getRev(), value, session.lease()))
                .whenComplete((txn, failure) -> session.close());
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> client) {
        ignoreCancellation(client);
        QueueKeys keys = new QueueKeys(KvRequests.bytes(request.getName()));
        QueueCalls.answer(
                client,
                tools.reads().range(keys.first()),
                found -> {
                    if (found.first() == null) {
                        throw ErrorCatalogue.ETCD_ELECTION_NO_LEADER.status().asRuntimeException();
                    }
                    return response(found.first(), found.revision());
                });
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> client) {
        QueueKeys keys = new QueueKeys(KvRequests.bytes(request.getName()));
        new ElectionObserver(
                        tools.mine(),
                        keys,
                        (ServerCallStreamObserver<LeaderResponse>) client,
                        this::response)
                .start();
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> client) {
        if (!request.hasLeader()) {
            client.onError(leaderMissing());
            return;
        }
        ignoreCancellation(client);
        LeaderKey leader = request.getLeader();
        Bytes own = KvRequests.bytes(leader.getKey());
        QueueCalls.answer(
                client,
                tools.kv().txn(QueueKeys.leave(own, leader.getRev())),
                txn -> ResignResponse.newBuilder().setHeader(headers.at(txn.revision())).build());
    }

    private LeaderResponse response(KeyValue holder, long revision) {
        return LeaderResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setKv(KvResponses.pair(holder))
                .build();
    }

    private static RuntimeException leaderMissing() {
        return ErrorCatalogue.ETCD_ELECTION_LEADER_MISSING.status().asRuntimeException();
    }

    /** An answer to a client that has gone is dropped; without this it would throw. */
    private static void ignoreCancellation(StreamObserver<?> client) {
        ((ServerCallStreamObserver<?>) client).setOnCancelHandler(() -> {});
    }
}
