package org.pdtoolkit.server.gateway;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.server.port.HttpReply;

/** The one message of a call, or its failure, as an HTTP answer. */
final class SingleAnswer<A extends Message> extends ClientCall.Listener<A> {
    private final CompletableFuture<HttpReply> reply;
    private A message;

    SingleAnswer(CompletableFuture<HttpReply> reply) {
        this.reply = reply;
    }

    @Override
    public void onMessage(A received) {
        message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (!status.isOk()) {
            reply.complete(JsonGateway.failure(status));
        } else if (message == null) {
            reply.complete(JsonGateway.failure(Status.INTERNAL.withDescription("no answer")));
        } else {
            reply.complete(HttpReply.of(200, JsonGateway.JSON, JsonMessages.print(message)));
        }
    }
}
