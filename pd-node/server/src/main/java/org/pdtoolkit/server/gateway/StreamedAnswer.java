package org.pdtoolkit.server.gateway;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpReply;

/**
 * The messages of a call as the lines of an HTTP answer, which begins with the first of them or
 * with the end of the call.
 *
 * <p>A message is asked for only when the port has asked for its line; so at most one waits here.
 * Thread: the listener's methods come one at a time, the subscription's on the network loop; what
 * both touch is guarded by this object.
 */
final class StreamedAnswer<A extends Message> extends ClientCall.Listener<A>
        implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {
    private static final List<HttpField> FIELDS =
            List.of(new HttpField("Content-Type", JsonGateway.JSON));

    private final ClientCall<?, A> call;
    private final CompletableFuture<HttpReply> reply;

    /** Lines that nobody has asked for yet: a message, and behind it the end's. */
    private final Queue<String> lines = new ArrayDeque<>();

    private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
    private long wanted;
    private boolean begun;
    private boolean ended;

    StreamedAnswer(ClientCall<?, A> call, CompletableFuture<HttpReply> reply) {
        this.call = call;
        this.reply = reply;
    }

    @Override
    public synchronized void onMessage(A message) {
        lines.add("{\"result\":" + JsonMessages.print(message) + "}\n");
        begin(200);
        drain();
    }

    @Override
    public synchronized void onClose(Status status, Metadata trailers) {
        ended = true;
        if (!status.isOk()) {
            lines.add("{\"error\":" + JsonMessages.print(status) + "}\n");
        }
        begin(HttpStatus.of(status.getCode()));
        drain();
    }

    private void begin(int httpStatus) {
        if (!begun) {
            begun = true;
            reply.complete(HttpReply.streamed(httpStatus, FIELDS, this));
        }
    }

    @Override
    public synchronized void subscribe(Flow.Subscriber<? super List<ByteBuffer>> only) {
        subscriber = only;
        only.onSubscribe(this);
        drain();
    }

    @Override
    public synchronized void request(long count) {
        wanted += count;
        if (lines.isEmpty() && !ended) {
            call.request(1);
        } else {
            drain();
        }
    }

    @Override
    public void cancel() {
        call.cancel("the client went away", null);
    }

    /** A line handed out may come back here as the request for the next. */
    private void drain() {
        while (subscriber != null && wanted > 0 && !lines.isEmpty()) {
            wanted--;
            byte[] line = lines.remove().getBytes(StandardCharsets.UTF_8);
            subscriber.onNext(List.of(ByteBuffer.wrap(line)));
        }
        if (subscriber != null && ended && lines.isEmpty()) {
            Flow.Subscriber<?> done = subscriber;
            subscriber = null;
            done.onComplete();
        }
    }
}
