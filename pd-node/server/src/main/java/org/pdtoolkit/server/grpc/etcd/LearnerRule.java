package org.pdtoolkit.server.grpc.etcd;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;

/**
 * A learner answers Status, Snapshot and serializable ranges, and refuses everything else.
 *
 * <p>Thread: network loops.
 */
final class LearnerRule implements ServerInterceptor {
    private static final Set<String> ANSWERED =
            Set.of(
                    MaintenanceGrpc.getStatusMethod().getFullMethodName(),
                    MaintenanceGrpc.getSnapshotMethod().getFullMethodName());
    private static final String RANGE = KVGrpc.getRangeMethod().getFullMethodName();

    private final BooleanSupplier learner;

    LearnerRule(BooleanSupplier learner) {
        this.learner = learner;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (!learner.getAsBoolean() || ANSWERED.contains(method)) {
            return next.startCall(call, metadata);
        }
        if (!method.equals(RANGE)) {
            return EtcdErrors.refuse(call, ErrorCatalogue.ETCD_LEARNER.status());
        }
        return new SerializableOnly<>(call, next.startCall(call, metadata));
    }

    private static final class SerializableOnly<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private boolean refused;

        SerializableOnly(ServerCall<Q, ?> call, ServerCall.Listener<Q> service) {
            super(service);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (((RangeRequest) message).getSerializable()) {
                super.onMessage(message);
            } else {
                refused = true;
                call.close(ErrorCatalogue.ETCD_LEARNER.status(), new Metadata());
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
