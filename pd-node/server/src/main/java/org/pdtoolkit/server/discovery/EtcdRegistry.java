package org.pdtoolkit.server.discovery;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.config.DiscoverySettings.Login;
import org.pdtoolkit.server.observe.Reasons;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.AuthenticateRequest;
import org.pdtoolkit.wire.etcdserverpb.Compare;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/**
 * A registry in the keys of a running cluster, etcd's or our own (etcd v3 discovery): {@code
 * /_etcd/registry/<token>/_config/size} and {@code …/members/<id>}, in the order of creation.
 */
final class EtcdRegistry implements Registry {
    private static final String PREFIX = "/_etcd/registry/";
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final List<RegistryEndpoint> endpoints;
    private final Optional<Login> login;
    private final long requestMillis;
    private final String sizeKey;
    private final String members;

    /** The endpoint that answered last; after a failure the next one. */
    private int current;

    EtcdRegistry(DiscoverySettings.Registry settings) {
        endpoints = RegistryEndpoint.all(settings);
        login = settings.login();
        requestMillis = settings.times().requestMillis();
        sizeKey = PREFIX + settings.token() + "/_config/size";
        members = PREFIX + settings.token() + "/members/";
    }

    @Override
    public Optional<String> size() throws RegistryUnavailableException {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(sizeKey)).build();
        RangeResponse found = call(channel -> kv(channel).range(request));
        return found.getKvsList().stream().findFirst().map(kv -> kv.getValue().toStringUtf8());
    }

    @Override
    public Listing list() throws RegistryUnavailableException {
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(members))
                        .setRangeEnd(membersEnd())
                        .setSortTarget(RangeRequest.SortTarget.CREATE)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .build();
        RangeResponse found = call(channel -> kv(channel).range(request));
        List<Entry> entries = new ArrayList<>();
        found.getKvsList()
                .forEach(
                        kv -> {
                            String id = kv.getKey().toStringUtf8().substring(members.length());
                            entries.add(new Entry(id, kv.getValue().toStringUtf8().strip()));
                        });
        return new Listing(found.getHeader().getRevision(), entries);
    }

    @Override
    public void signIn(Entry entry) throws RegistryUnavailableException {
        ByteString key = ByteString.copyFromUtf8(members + entry.id());
        PutRequest put =
                PutRequest.newBuilder()
                        .setKey(key)
                        .setValue(ByteString.copyFromUtf8(entry.text()))
                        .build();
        TxnRequest unlessThere =
                TxnRequest.newBuilder()
                        .addCompare(
                                Compare.newBuilder()
                                        .setKey(key)
                                        .setTarget(Compare.CompareTarget.CREATE)
                                        .setResult(Compare.CompareResult.EQUAL)
                                        .setCreateRevision(0))
                        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                        .build();
        call(channel -> kv(channel).txn(unlessThere));
    }

    @Override
    public void awaitChange(long revision) throws RegistryUnavailableException {
        WatchRequest request =
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8(members))
                                        .setRangeEnd(membersEnd())
                                        .setStartRevision(revision + 1))
                        .build();
        call(
                channel -> {
                    FirstChange change = new FirstChange();
                    StreamObserver<WatchRequest> requests =
                            WatchGrpc.newStub(with(HAS_LEADER, "true", channel)).watch(change);
                    try {
                        requests.onNext(request);
                        return change.await();
                    } finally {
                        requests.onError(Status.CANCELLED.asRuntimeException());
                    }
                });
    }

    /** Ends with the first event of a watch, or with its failure. */
    private static final class FirstChange implements StreamObserver<WatchResponse> {
        private final CompletableFuture<Boolean> seen = new CompletableFuture<>();

        boolean await() {
            try {
                return seen.join();
            } catch (CompletionException e) {
                throw Status.fromThrowable(e.getCause()).asRuntimeException();
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            // What was compacted away is a change too.
            if (response.getEventsCount() > 0 || response.getCompactRevision() > 0) {
                seen.complete(true);
            } else if (response.getCanceled()) {
                onError(
                        Status.UNAVAILABLE
                                .withDescription(response.getCancelReason())
                                .asRuntimeException());
            }
        }

        @Override
        public void onError(Throwable failure) {
            seen.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.withDescription("watch ended").asRuntimeException());
        }
    }

    private ByteString membersEnd() {
        return ByteString.copyFromUtf8(members.substring(0, members.length() - 1) + "0");
    }

    private KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(requestMillis, TimeUnit.MILLISECONDS);
    }

    /** Asks each endpoint once, from the one that answered last. */
    private <T> T call(Function<Channel, T> rpc) throws RegistryUnavailableException {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            RegistryEndpoint endpoint = endpoints.get(current);
            try {
                return rpc.apply(authenticated(endpoint.channel()));
            } catch (StatusRuntimeException e) {
                refuseIfFinal(endpoint, e.getStatus());
                failures.add(endpoint + ": " + Reasons.of(e));
                current = (current + 1) % endpoints.size();
            }
        }
        throw new RegistryUnavailableException(String.join(", ", failures));
    }

    private Channel authenticated(Channel channel) {
        if (login.isEmpty()) {
            return channel;
        }
        AuthenticateRequest request =
                AuthenticateRequest.newBuilder()
                        .setName(login.get().user())
                        .setPassword(login.get().password())
                        .build();
        try {
            String token =
                    AuthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(requestMillis, TimeUnit.MILLISECONDS)
                            .authenticate(request)
                            .getToken();
            return with(TOKEN, token, channel);
        } catch (StatusRuntimeException e) {
            String text = ErrorCatalogue.ETCD_AUTH_NOT_ENABLED.text();
            if (text.equals(e.getStatus().getDescription())) {
                return channel;
            }
            throw e;
        }
    }

    private static Channel with(Metadata.Key<String> key, String value, Channel channel) {
        Metadata headers = new Metadata();
        headers.put(key, value);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Asking again changes nothing about a wrong password or a server of another kind. */
    private static void refuseIfFinal(RegistryEndpoint endpoint, Status status) {
        switch (status.getCode()) {
            case UNIMPLEMENTED ->
                    throw Rendezvous.refused(
                            status.getDescription(), endpoint + " does not speak etcd's v3 API");
            case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT ->
                    throw Rendezvous.refused(
                            status.getDescription(),
                            endpoint
                                    + " refuses, see --discovery-user and --discovery-password; the"
                                    + " user needs to read and write the token's prefix");
            default -> {
                return;
            }
        }
    }

    @Override
    public void close() {
        endpoints.forEach(RegistryEndpoint::close);
    }
}
