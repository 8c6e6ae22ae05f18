package org.pdtoolkit.server.grpc.etcd;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Refuses messages that are too large before they are parsed, and those that cannot be parsed, in
 * the words that Go's gRPC has for it. Sits in front of services whose messages still are streams
 * of bytes.
 *
 * <p>Thread: network loops.
 */
final class MessageRule implements ServerInterceptor {
    private final int bytesMax;

    MessageRule(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        return new Bounded<>(call, next.startCall(call, metadata));
    }

    private final class Bounded<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private boolean refused;

        Bounded(ServerCall<Q, ?> call, ServerCall.Listener<Q> service) {
            super(service);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (refused) {
                return;
            }
            int size = size((InputStream) message);
            if (size > bytesMax) {
                refuse(ErrorCatalogue.ETCD_MESSAGE_TOO_LARGE.status(size, bytesMax));
                return;
            }
            try {
                super.onMessage(message);
            } catch (StatusRuntimeException malformed) {
                refuse(malformed.getStatus().withCause(null));
            }
        }

        private void refuse(Status status) {
            refused = true;
            call.close(status, new Metadata());
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }

        /** The message is in memory as a whole: what is available is its size. */
        private static int size(InputStream message) {
            try {
                return message.available();
            } catch (IOException e) {
                return 0;
            }
        }
    }
}
