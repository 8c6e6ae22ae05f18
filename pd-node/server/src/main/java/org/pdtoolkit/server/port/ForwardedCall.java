package org.pdtoolkit.server.port;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call tied to another: what the client sends goes onward, what comes back goes to the client.
 *
 * <p>A side is asked for its next message only when the other has room for it; so nothing piles up
 * here. Thread: the network loops of both connections; each direction is written by one of them and
 * the flags that both touch are guarded by this object.
 */
public final class ForwardedCall<Q, A> extends ClientCall.Listener<A> {
    private final ServerCall<Q, A> call;
    private final ClientCall<Q, A> onward;
    private boolean requestWanted;
    private boolean answerWanted;

    private ForwardedCall(ServerCall<Q, A> call, ClientCall<Q, A> onward) {
        this.call = call;
        this.onward = onward;
    }

    /**
     * Starts the call onward.
     *
     * @param call not asked for a message yet; its answers go out from now on
     * @param metadata goes onward
     * @return what has to hear of the client
     */
    public static <Q, A> ServerCall.Listener<Q> start(
            ServerCall<Q, A> call, ClientCall<Q, A> onward, Metadata metadata) {
        ForwardedCall<Q, A> tied = new ForwardedCall<>(call, onward);
        onward.start(tied, metadata);
        onward.request(1);
        call.request(1);
        return tied.new FromClient();
    }

    private final class FromClient extends ServerCall.Listener<Q> {
        @Override
        public void onMessage(Q message) {
            onward.sendMessage(message);
            synchronized (ForwardedCall.this) {
                if (onward.isReady()) {
                    call.request(1);
                } else {
                    requestWanted = true;
                }
            }
        }

        @Override
        public void onHalfClose() {
            onward.halfClose();
        }

        @Override
        public void onCancel() {
            onward.cancel("the client cancelled", null);
        }

        @Override
        public void onReady() {
            synchronized (ForwardedCall.this) {
                if (answerWanted) {
                    answerWanted = false;
                    onward.request(1);
                }
            }
        }
    }

    @Override
    public void onHeaders(Metadata headers) {
        call.sendHeaders(headers);
    }

    @Override
    public void onMessage(A message) {
        call.sendMessage(message);
        synchronized (this) {
            if (call.isReady()) {
                onward.request(1);
            } else {
                answerWanted = true;
            }
        }
    }

    @Override
    public void onReady() {
        synchronized (this) {
            if (requestWanted) {
                requestWanted = false;
                call.request(1);
            }
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (!call.isCancelled()) {
            call.close(status, trailers);
        }
    }
}
