package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseLeasesRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseLeasesResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseRevokeRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseRevokeResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseStatus;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveResponse;

/**
 * {@code etcdserverpb.Lease}. Clocks run at the leader only: renewals and looks at the time left
 * are passed on to it, with the caller's token.
 *
 * <p>Source: etcd page, section 8.
 */
final class LeaseGrpcService extends LeaseGrpc.LeaseImplBase {
    /** The leader has its own patience; this bounds one that does not answer at all. */
    private static final int FORWARD_SECONDS_MAX = 3;

    private final EtcdKv kv;
    private final LeaderCalls leader;
    private final Headers headers;

    LeaseGrpcService(EtcdKv kv, LeaderCalls leader, Headers headers) {
        this.kv = kv;
        this.leader = leader;
        this.headers = headers;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> client) {
        Answers.send(
                client,
                () -> kv.leaseGrant(request.getID(), request.getTTL()),
                lease ->
                        LeaseGrantResponse.newBuilder()
                                .setHeader(headers.at(lease.revision()))
                                .setID(lease.id())
                                .setTTL(lease.ttl())
                                .build());
    }

    @Override
    public void leaseRevoke(
            LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> client) {
        Answers.send(
                client,
                () -> kv.leaseRevoke(request.getID()),
                lease ->
                        LeaseRevokeResponse.newBuilder()
                                .setHeader(headers.at(lease.revision()))
                                .build());
    }

    @Override
    public void leaseTimeToLive(
            LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> client) {
        Context caller = Context.current();
        EtcdKv mine = kv.as(CallIdentity.of(caller));
        Answers.send(
                client,
                () ->
                        leader.ask(
                                () ->
                                        mine.leaseTimeToLive(request.getID(), request.getKeys())
                                                .thenApply(LeaseGrpcService::response),
                                channel -> forward(caller, channel, request)),
                answer -> answer.toBuilder().setHeader(headers.at(kv.revision())).build());
    }

    private static LeaseTimeToLiveResponse response(EtcdKv.LeaseStatus status) {
        LeaseTimeToLiveResponse.Builder response =
                LeaseTimeToLiveResponse.newBuilder()
                        .setID(status.id())
                        .setTTL(status.ttl())
                        .setGrantedTTL(status.grantedTtl());
        status.keys().forEach(key -> response.addKeys(KvResponses.bytes(key)));
        return response.build();
    }

    @Override
    public void leaseLeases(
            LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> client) {
        Answers.send(
                client,
                () -> CompletableFuture.completedFuture(kv.leases()),
                ids -> {
                    LeaseLeasesResponse.Builder response =
                            LeaseLeasesResponse.newBuilder().setHeader(headers.at(kv.revision()));
                    ids.forEach(id -> response.addLeases(LeaseStatus.newBuilder().setID(id)));
                    return response.build();
                });
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
            StreamObserver<LeaseKeepAliveResponse> client) {
        return new KeepAliveStream((ServerCallStreamObserver<LeaseKeepAliveResponse>) client);
    }

    /** Renews a lease; the answer is its time in seconds, 0 if there is no such lease. */
    CompletableFuture<Long> renew(Context caller, long id) {
        LeaseKeepAliveRequest request = LeaseKeepAliveRequest.newBuilder().setID(id).build();
        return leader.ask(
                () ->
                        kv.as(CallIdentity.of(caller))
                                .leaseKeepAlive(id)
                                .thenApply(lease -> lease.ttl()),
                channel -> forward(caller, channel, request));
    }

    /** One renewal after the other; the next request is taken when the last one is answered. */
    private final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {
        private final ServerCallStreamObserver<LeaseKeepAliveResponse> client;
        private final Context caller = Context.current();
        private boolean renewing;
        private boolean halfClosed;
        private boolean ended;

        KeepAliveStream(ServerCallStreamObserver<LeaseKeepAliveResponse> client) {
            this.client = client;
            client.disableAutoRequest();
            client.setOnCancelHandler(this::end);
            client.request(1);
        }

        private synchronized void end() {
            ended = true;
        }

        @Override
        public void onNext(LeaseKeepAliveRequest request) {
            synchronized (this) {
                renewing = true;
            }
            long revision = kv.revision();
            long id = request.getID();
            renew(caller, id).whenComplete((ttl, failure) -> answer(id, revision, ttl, failure));
        }

        private synchronized void answer(long id, long revision, Long ttl, Throwable failure) {
            renewing = false;
            if (ended) {
                return;
            }
            if (failure != null) {
                ended = true;
                Answers.fail(client, failure);
                return;
            }
            client.onNext(
                    LeaseKeepAliveResponse.newBuilder()
                            .setHeader(headers.at(revision))
                            .setID(id)
                            .setTTL(ttl)
                            .build());
            if (halfClosed) {
                complete();
            } else {
                client.request(1);
            }
        }

        private void complete() {
            ended = true;
            client.onCompleted();
        }

        @Override
        public void onError(Throwable gone) {
            end();
        }

        @Override
        public synchronized void onCompleted() {
            halfClosed = true;
            if (!renewing && !ended) {
                complete();
            }
        }
    }

    private static CompletableFuture<LeaseTimeToLiveResponse> forward(
            Context caller, Channel channel, LeaseTimeToLiveRequest request) {
        OneAnswer<LeaseTimeToLiveResponse> answer = new OneAnswer<>();
        caller.run(() -> stub(channel).leaseTimeToLive(request, answer));
        return answer.future();
    }

    private static CompletableFuture<Long> forward(
            Context caller, Channel channel, LeaseKeepAliveRequest request) {
        OneAnswer<LeaseKeepAliveResponse> answer = new OneAnswer<>();
        caller.run(
                () -> {
                    StreamObserver<LeaseKeepAliveRequest> requests =
                            stub(channel).leaseKeepAlive(answer);
                    requests.onNext(request);
                    requests.onCompleted();
                });
        return answer.future().thenApply(LeaseKeepAliveResponse::getTTL);
    }

    private static LeaseGrpc.LeaseStub stub(Channel channel) {
        return LeaseGrpc.newStub(channel)
                .withDeadlineAfter(FORWARD_SECONDS_MAX, TimeUnit.SECONDS)
                .withInterceptors(LeaderOnlyRule.mark());
    }

    /** The first message of a call, or what it failed with. */
    private static final class OneAnswer<T> implements StreamObserver<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();

        CompletableFuture<T> future() {
            return future;
        }

        @Override
        public void onNext(T value) {
            future.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            future.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            future.completeExceptionally(new KvException(KvError.NOT_LEADER));
        }
    }
}
