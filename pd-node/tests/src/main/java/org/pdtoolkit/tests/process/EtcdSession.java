package org.pdtoolkit.tests.process;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.AuthenticateRequest;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/** An etcd client of one member, with or without a token. Thread: any. */
public final class EtcdSession implements AutoCloseable {
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final int CALL_SECONDS = 15;

    private final ManagedChannel connection;
    private final Channel channel;

    private EtcdSession(ManagedChannel connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** A client that shows nothing. */
    public static EtcdSession anonymous(String url) {
        ManagedChannel connection = connect(url);
        return new EtcdSession(connection, connection);
    }

    public static EtcdSession withToken(String url, String token) {
        Metadata metadata = new Metadata();
        metadata.put(TOKEN, token);
        ManagedChannel connection = connect(url);
        return new EtcdSession(
                connection,
                ClientInterceptors.intercept(
                        connection, MetadataUtils.newAttachHeadersInterceptor(metadata)));
    }

    /** Logs in at that member. */
    public static String login(String url, String user, String password) {
        try (EtcdSession session = anonymous(url)) {
            return session.auth()
                    .authenticate(
                            AuthenticateRequest.newBuilder()
                                    .setName(user)
                                    .setPassword(password)
                                    .build())
                    .getToken();
        }
    }

    private static ManagedChannel connect(String url) {
        URI uri = URI.create(url);
        return ManagedChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .usePlaintext()
                .build();
    }

    public KVGrpc.KVBlockingStub kv() {
        return bounded(KVGrpc.newBlockingStub(channel));
    }

    public LeaseGrpc.LeaseBlockingStub lease() {
        return bounded(LeaseGrpc.newBlockingStub(channel));
    }

    public AuthGrpc.AuthBlockingStub auth() {
        return bounded(AuthGrpc.newBlockingStub(channel));
    }

    public MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return bounded(MaintenanceGrpc.newBlockingStub(channel));
    }

    public ClusterGrpc.ClusterBlockingStub cluster() {
        return bounded(ClusterGrpc.newBlockingStub(channel));
    }

    /** A new stream, for one thread. */
    public BlockingClientCall<WatchRequest, WatchResponse> watch() {
        return bounded(WatchGrpc.newBlockingV2Stub(channel)).watch();
    }

    private static <S extends AbstractStub<S>> S bounded(S stub) {
        return stub.withWaitForReady().withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /** Code and text of what {@code call} is refused with, {@code OK} if it is not. */
    public static String refusal(Runnable call) {
        try {
            call.run();
            return "OK";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() + " " + e.getStatus().getDescription();
        }
    }

    /** Repeats {@code call} while no leader can take it. */
    public static void untilServed(Duration patience, Runnable call) {
        LocalCluster.await(
                "a leader",
                patience,
                () -> {
                    try {
                        call.run();
                        return true;
                    } catch (StatusRuntimeException e) {
                        if (e.getStatus().getCode() == Status.Code.UNAVAILABLE
                                || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
                            return false;
                        }
                        throw e;
                    }
                });
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }
}
