package org.pdtoolkit.server.grpc.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * What members send each other for the leader travels once: a member that does not lead refuses it,
 * and the sender looks again who leads. The caller's token goes along.
 *
 * <p>Thread: network loops.
 */
final class LeaderOnlyRule implements ServerInterceptor {
    private static final Metadata.Key<String> MARK =
            Metadata.Key.of("pd-for-leader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Metadata> CALLER = Context.key("etcd-caller");

    private final Consensus consensus;

    LeaderOnlyRule(Consensus consensus) {
        this.consensus = consensus;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if (metadata.containsKey(MARK) && consensus.leaderId() != consensus.memberId()) {
            return EtcdErrors.refuse(call, ErrorCatalogue.ETCD_NOT_LEADER.status());
        }
        if (!metadata.containsKey(TOKEN) && !metadata.containsKey(AUTHORIZATION)) {
            return next.startCall(call, metadata);
        }
        Context context = Context.current().withValue(CALLER, metadata);
        return Contexts.interceptCall(context, call, metadata, next);
    }

    /** Whether another member passes the call on: its certificate is not the caller's. */
    static boolean isPassedOn(Metadata metadata) {
        return metadata.containsKey(MARK);
    }

    /** For calls to the leader made in the context of a client's call. */
    static ClientInterceptor mark() {
        return Marking.INSTANCE;
    }

    private enum Marking implements ClientInterceptor {
        INSTANCE;

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            Metadata caller = CALLER.get();
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata metadata) {
                    metadata.put(MARK, "1");
                    if (caller != null) {
                        pass(TOKEN, caller, metadata);
                        pass(AUTHORIZATION, caller, metadata);
                    }
                    super.start(listener, metadata);
                }
            };
        }

        private static void pass(Metadata.Key<String> key, Metadata from, Metadata to) {
            String value = from.get(key);
            if (value != null) {
                to.put(key, value);
            }
        }
    }
}
