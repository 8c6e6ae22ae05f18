package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.wire.etcdserverpb.WatchCancelRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchProgressRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;
import org.pdtoolkit.wire.mvccpb.Event;

/** One Watch stream, read by hand: as many responses as the test takes, and one ahead. */
final class WatchClient implements AutoCloseable {
    private final BlockingQueue<Object> responses = new LinkedBlockingQueue<>();
    final ClientCallStreamObserver<WatchRequest> requests;

    WatchClient(Channel channel) {
        requests =
                (ClientCallStreamObserver<WatchRequest>)
                        WatchGrpc.newStub(channel).watch(new Responses());
        requests.request(1);
    }

    private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
            call.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(WatchResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            responses.add(failure);
        }

        @Override
        public void onCompleted() {
            responses.add("completed");
        }
    }

    void send(WatchCreateRequest.Builder create) {
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    /** Opens a watch and takes the answer. */
    WatchResponse create(WatchCreateRequest.Builder create) throws InterruptedException {
        send(create);
        return take();
    }

    static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
    }

    static WatchCreateRequest.Builder range(String key, String end) {
        return key(key).setRangeEnd(ByteString.copyFromUtf8(end));
    }

    void cancel(long id) {
        requests.onNext(
                WatchRequest.newBuilder()
                        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                        .build());
    }

    void askProgress() {
        requests.onNext(
                WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
    }

    WatchResponse take() throws InterruptedException {
        Object taken = responses.poll(30, TimeUnit.SECONDS);
        assertNotNull(taken, "no response");
        requests.request(1);
        if (taken instanceof WatchResponse response) {
            return response;
        }
        throw new AssertionError("the stream ended: " + taken);
    }

    /** The events of a response: {@code key=value@revision -key@revision}. */
    static String text(WatchResponse response) {
        StringBuilder text = new StringBuilder();
        for (Event event : response.getEventsList()) {
            boolean put = event.getType() == Event.EventType.PUT;
            text.append(text.isEmpty() ? "" : " ")
                    .append(put ? "" : "-")
                    .append(event.getKv().getKey().toStringUtf8())
                    .append(put ? "=" + event.getKv().getValue().toStringUtf8() : "")
                    .append(event.hasPrevKv() ? "(" + event.getPrevKv().getVersion() + ")" : "");
        }
        return text.toString();
    }

    @Override
    public void close() {
        requests.cancel("the test is over", null);
    }
}
