package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;
import org.pdtoolkit.wire.mvccpb.Event;

/**
 * What is on its way to the client of one stream: as much as the transport takes at once, and a
 * bounded queue behind it.
 *
 * <p>The bound is for those who offer: they ask {@link #hasRoom} first. Control messages may go
 * past it, since no further request is read from the client until there is room.
 *
 * <p>Thread: under the monitor of the stream.
 */
final class WatchOutbox {
    /** As in etcd. */
    private static final int RESPONSES_MAX = 128;

    private static final long BYTES_MAX = 4 << 20;

    private final ServerCallStreamObserver<WatchResponse> client;
    private final int messageBytesMax;
    private final ArrayDeque<WatchResponse> queue = new ArrayDeque<>();
    private long bytes;

    WatchOutbox(ServerCallStreamObserver<WatchResponse> client, int messageBytesMax) {
        this.client = client;
        this.messageBytesMax = messageBytesMax;
    }

    boolean hasRoom() {
        return queue.size() < RESPONSES_MAX && bytes < BYTES_MAX;
    }

    /** Whether it is worth while to let those go on who were refused. */
    boolean hasMuchRoom() {
        return queue.size() <= RESPONSES_MAX / 2 && bytes <= BYTES_MAX / 2;
    }

    void send(WatchResponse response) {
        if (queue.isEmpty() && client.isReady()) {
            client.onNext(response);
        } else {
            queue.add(response);
            bytes += response.getSerializedSize();
        }
    }

    /** Sends it in parts if it is larger than a message should be; an event is never divided. */
    void sendFragments(WatchResponse response) {
        if (response.getSerializedSize() < messageBytesMax || response.getEventsCount() < 2) {
            send(response);
            return;
        }
        WatchResponse.Builder part = response.toBuilder().clearEvents();
        int size = 0;
        for (Event event : response.getEventsList()) {
            if (part.getEventsCount() > 0 && size + event.getSerializedSize() >= messageBytesMax) {
                send(part.setFragment(true).build());
                part.clearEvents();
                size = 0;
            }
            part.addEvents(event);
            size += event.getSerializedSize();
        }
        send(part.setFragment(false).build());
    }

    /** Sends as much of the queue as the transport takes. */
    void drain() {
        while (!queue.isEmpty() && client.isReady()) {
            WatchResponse response = queue.poll();
            bytes -= response.getSerializedSize();
            client.onNext(response);
        }
    }

    void clear() {
        queue.clear();
        bytes = 0;
    }
}
