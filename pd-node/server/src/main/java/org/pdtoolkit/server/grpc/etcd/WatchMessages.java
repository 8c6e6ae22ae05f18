package org.pdtoolkit.server.grpc.etcd;

import com.google.protobuf.ByteString;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;
import org.pdtoolkit.wire.mvccpb.Event;

/** Messages of the Watch service to and from the words of the store. Thread: any; no state. */
final class WatchMessages {
    /** The id in answers that are about no watch. */
    static final long NO_WATCH = -1;

    private WatchMessages() {}

    /** The keys to watch; an empty key stands for the first possible one. */
    static KeyRange range(WatchCreateRequest create) {
        ByteString key = create.getKey();
        return new KeyRange(
                key.isEmpty() ? KeyRange.OPEN_END : Bytes.wrap(key.toByteArray()),
                Bytes.wrap(create.getRangeEnd().toByteArray()));
    }

    static boolean isEmpty(KeyRange range) {
        return !range.isSingle() && !range.isOpenEnded() && range.key().compareTo(range.end()) >= 0;
    }

    /** Filters with unknown numbers are no filters. */
    static WatchRequest request(WatchCreateRequest create, KeyRange range, long startRevision) {
        return new WatchRequest(
                range,
                startRevision,
                create.getPrevKv(),
                create.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
                create.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE));
    }

    static WatchResponse created(ResponseHeader header, long id) {
        return WatchResponse.newBuilder().setHeader(header).setWatchId(id).setCreated(true).build();
    }

    static WatchResponse notCreated(ResponseHeader header, String reason) {
        return WatchResponse.newBuilder()
                .setHeader(header)
                .setWatchId(NO_WATCH)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build();
    }

    static WatchResponse canceled(ResponseHeader header, long id) {
        return WatchResponse.newBuilder()
                .setHeader(header)
                .setWatchId(id)
                .setCanceled(true)
                .build();
    }

    static WatchResponse compacted(ResponseHeader header, long id, long compactRevision) {
        return WatchResponse.newBuilder()
                .setHeader(header)
                .setWatchId(id)
                .setCanceled(true)
                .setCompactRevision(compactRevision)
                .build();
    }

    static WatchResponse progress(ResponseHeader header, long id) {
        return WatchResponse.newBuilder().setHeader(header).setWatchId(id).build();
    }

    static WatchResponse events(
            ResponseHeader header, long id, Iterable<WatchListener.Event> events) {
        WatchResponse.Builder response =
                WatchResponse.newBuilder().setHeader(header).setWatchId(id);
        for (WatchListener.Event event : events) {
            response.addEvents(event(event));
        }
        return response.build();
    }

    private static Event event(WatchListener.Event event) {
        Event.Builder made =
                Event.newBuilder()
                        .setType(
                                switch (event.type()) {
                                    case PUT -> Event.EventType.PUT;
                                    case DELETE -> Event.EventType.DELETE;
                                })
                        .setKv(KvResponses.pair(event.pair()));
        if (event.previous() != null) {
            made.setPrevKv(KvResponses.pair(event.previous()));
        }
        return made.build();
    }
}
