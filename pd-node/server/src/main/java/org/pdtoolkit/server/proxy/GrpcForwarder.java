package org.pdtoolkit.server.proxy;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.server.port.ForwardedCall;
import org.pdtoolkit.server.proxy.RpcTable.Kind;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Passes every gRPC call on to a member, whatever its service: messages are bytes here.
 *
 * <p>Each connection of a client has its own connection to a member: so a client that does not read
 * holds up nobody else, and the members' bound on calls of a connection counts for one client. gRPC
 * itself tries the next member as long as nothing of a call has been sent, and never after that.
 *
 * <p>Thread: network loops; never blocks.
 */
final class GrpcForwarder extends HandlerRegistry {
    private static final Attributes.Key<Onward> ONWARD =
            Attributes.Key.create("org.pdtoolkit.server.proxy.onward");
    private static final int PING_SECONDS = 10;
    private static final int PING_TIMEOUT_SECONDS = 3;

    private final Endpoints endpoints;
    private final ProxySettings settings;

    GrpcForwarder(Endpoints endpoints, ProxySettings settings) {
        this.endpoints = endpoints;
        this.settings = settings;
    }

    /** Gives each connection of a client its way onward, and closes that with it. */
    ServerTransportFilter connections() {
        return new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes attributes) {
                return attributes.toBuilder().set(ONWARD, new Onward()).build();
            }

            @Override
            public void transportTerminated(Attributes attributes) {
                Onward onward = attributes == null ? null : attributes.get(ONWARD);
                if (onward != null) {
                    onward.close();
                }
            }
        };
    }

    /**
     * The way from one connection of a client to the members, which are known or not when the
     * client connects. Thread: any; guarded by this object.
     */
    private final class Onward {
        private ManagedChannel channel;
        private boolean secure;
        private long lastTryNanos;

        /** The channel that suits the members' URLs as they are now. */
        synchronized ManagedChannel channel() {
            boolean wanted = endpoints.secure();
            if (channel != null && secure != wanted) {
                channel.shutdown();
                channel = null;
            }
            if (channel == null) {
                secure = wanted;
                channel = open(secure);
                lastTryNanos = System.nanoTime();
            } else {
                tryAgain();
            }
            return channel;
        }

        /** gRPC's own pauses grow to two minutes, whether there are calls or not. */
        private void tryAgain() {
            long now = System.nanoTime();
            if (now - lastTryNanos >= settings.times().failureWait().toNanos()
                    && channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                lastTryNanos = now;
                channel.resetConnectBackoff();
            }
        }

        synchronized void close() {
            if (channel != null) {
                channel.shutdownNow();
            }
        }
    }

    // There is no other way to give one channel a resolver that is an object and not a name.
    @SuppressWarnings("deprecation")
    private ManagedChannel open(boolean secure) {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forTarget(Resolvers.SCHEME + ":///")
                        .nameResolverFactory(new Resolvers(endpoints))
                        .withOption(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                Math.toIntExact(settings.times().dial().toMillis()))
                        .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .directExecutor();
        return secure
                ? builder.sslContext(MemberTls.forGrpc(settings.tls())).build()
                : builder.usePlaintext().build();
    }

    private static final class Resolvers extends NameResolver.Factory {
        static final String SCHEME = "pd-members";

        private final Endpoints endpoints;

        Resolvers(Endpoints endpoints) {
            this.endpoints = endpoints;
        }

        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
            return new MembersResolver(endpoints);
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String path, String authority) {
        MethodDescriptor<byte[], byte[]> method =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNKNOWN)
                        .setFullMethodName(path)
                        .setRequestMarshaller(Plain.INSTANCE)
                        .setResponseMarshaller(Plain.INSTANCE)
                        .build();
        return ServerMethodDefinition.create(method, this::start);
    }

    private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers) {
        if (!settings.readOnly()) {
            return forward(call, headers);
        }
        String method = call.getMethodDescriptor().getFullMethodName();
        return switch (RpcTable.kind(method)) {
            case READ -> forward(call, headers);
            case WRITE -> refuse(call);
            case TXN, ALARM -> {
                call.request(1);
                yield new DecidedByMessage(RpcTable.kind(method), call, headers);
            }
        };
    }

    private ServerCall.Listener<byte[]> forward(ServerCall<byte[], byte[]> call, Metadata headers) {
        CallOptions options = CallOptions.DEFAULT;
        Deadline deadline = Context.current().getDeadline();
        if (deadline != null) {
            options = options.withDeadline(deadline);
        }
        ManagedChannel onward = call.getAttributes().get(ONWARD).channel();
        return ForwardedCall.start(
                call, onward.newCall(call.getMethodDescriptor(), options), headers);
    }

    private static ServerCall.Listener<byte[]> refuse(ServerCall<byte[], byte[]> call) {
        call.close(
                ErrorCatalogue.PROXY_READ_ONLY.status(
                        call.getMethodDescriptor().getBareMethodName()),
                new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** A call whose only message says whether it changes something. */
    private final class DecidedByMessage extends ServerCall.Listener<byte[]> {
        private final Kind kind;
        private final ServerCall<byte[], byte[]> call;
        private final Metadata headers;
        private ServerCall.Listener<byte[]> decided = new ServerCall.Listener<>() {};

        DecidedByMessage(Kind kind, ServerCall<byte[], byte[]> call, Metadata headers) {
            this.kind = kind;
            this.call = call;
            this.headers = headers;
        }

        @Override
        public void onMessage(byte[] message) {
            if (RpcTable.writes(kind, message)) {
                decided = refuse(call);
            } else {
                decided = forward(call, headers);
                decided.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            decided.onHalfClose();
        }

        @Override
        public void onCancel() {
            decided.onCancel();
        }

        @Override
        public void onComplete() {
            decided.onComplete();
        }

        @Override
        public void onReady() {
            decided.onReady();
        }
    }

    private enum Plain implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
