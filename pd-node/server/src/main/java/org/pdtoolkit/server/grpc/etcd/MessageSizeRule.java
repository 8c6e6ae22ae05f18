package org.pdtoolkit.server.grpc.etcd;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.io.InputStream;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Bounds messages before they are parsed, in the words that Go's gRPC has for it. Sits in front of
 * services whose messages still are streams of bytes.
 *
 * <p>Thread: network loops.
 */
final class MessageSizeRule implements ServerInterceptor {
    private final int bytesMax;

    MessageSizeRule(int bytesMax) {
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
            int size = size((InputStream) message);
            if (size <= bytesMax) {
                super.onMessage(message);
            } else if (!refused) {
                refused = true;
                call.close(
                        ErrorCatalogue.ETCD_MESSAGE_TOO_LARGE.status(size, bytesMax),
                        new Metadata());
            }
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
