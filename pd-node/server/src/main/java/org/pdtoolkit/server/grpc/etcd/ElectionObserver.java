package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.wire.v3electionpb.LeaderResponse;

/**
 * One Observe stream: the holder of an election now, each value it proclaims, and then the next
 * holder, as long as the client listens. Holders that come and go meanwhile may be left out.
 *
 * <pre>
 *   look --- nobody ---> wait for a put under the election --- put ---+
 *    ^ |                                                              |
 *    | +---- a holder ---> follow its key <---------------------------+
 *    |                        |
 *    +------- deletion -------+
 * </pre>
 *
 * <p>Thread: any; one watch at a time, the monitor guards which.
 */
final class ElectionObserver {
    /** Makes an answer of a holder and a store revision. */
    interface Response {
        LeaderResponse of(KeyValue holder, long revision);
    }

    private final QueueEntry.Tools tools;
    private final QueueKeys keys;
    private final ServerCallStreamObserver<LeaderResponse> client;
    private final Response response;
    private ReplicatedKv.Watch watch = () -> {};
    private boolean ended;

    ElectionObserver(
            QueueEntry.Tools tools,
            QueueKeys keys,
            ServerCallStreamObserver<LeaderResponse> client,
            Response response) {
        this.tools = tools;
        this.keys = keys;
        this.client = client;
        this.response = response;
        client.setOnCancelHandler(this::end);
        client.setOnReadyHandler(this::resume);
    }

    void start() {
        look();
    }

    private void look() {
        tools.reads()
                .range(keys.first())
                .whenComplete(
                        (found, failure) -> {
                            if (failure != null) {
                                fail(failure);
                            } else {
                                found(found);
                            }
                        });
    }

    private synchronized void found(OpResult.Range found) {
        if (found.first() == null) {
            open(new WatchRequest(keys.all(), found.revision() + 1, false, false, true));
        } else {
            follow(found.first(), found.revision(), found.revision());
        }
    }

    /** Shows a holder, and its key from {@code seen} on. */
    private void follow(KeyValue holder, long revision, long seen) {
        if (!ended) {
            client.onNext(response.of(holder, revision));
        }
        open(new WatchRequest(KeyRange.single(holder.key()), seen + 1, false));
    }

    private void open(WatchRequest request) {
        watch.cancel();
        if (!ended) {
            watch = tools.kv().watch(request, new Follower(request));
        }
    }

    private synchronized void resume() {
        watch.resume();
    }

    private synchronized void end() {
        ended = true;
        watch.cancel();
    }

    private synchronized void fail(Throwable failure) {
        if (!ended) {
            end();
            client.onError(QueueCalls.status(failure).asRuntimeException());
        }
    }

    /** Follows one watch; calls for a former one are ignored. Thread: watch. */
    private final class Follower implements WatchListener {
        private final WatchRequest request;
        private boolean over;

        Follower(WatchRequest request) {
            this.request = request;
        }

        @Override
        public boolean ready() {
            return client.isReady();
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            synchronized (ElectionObserver.this) {
                if (request.range().isSingle()) {
                    followed(revision, events);
                } else if (!over && !ended) {
                    over = true;
                    KeyValue holder = events.get(0).pair();
                    follow(holder, holder.modRevision(), holder.modRevision());
                }
            }
        }

        private void followed(long revision, List<Event> events) {
            for (Event event : events) {
                if (over || ended) {
                    return;
                }
                if (event.type() == EventType.DELETE) {
                    lookAgain();
                } else {
                    client.onNext(response.of(event.pair(), revision));
                }
            }
        }

        private void lookAgain() {
            over = true;
            watch.cancel();
            look();
        }

        @Override
        public void onCompacted(long compactRevision) {
            synchronized (ElectionObserver.this) {
                if (!over && !ended) {
                    lookAgain();
                }
            }
        }
    }
}
