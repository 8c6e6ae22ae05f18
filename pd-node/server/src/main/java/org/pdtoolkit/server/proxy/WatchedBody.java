package org.pdtoolkit.server.proxy;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The body of a request onward, with an eye on whether the member takes it: the HTTP client asks
 * for the next piece when the connection has taken the one before.
 *
 * <p>Thread: any.
 */
final class WatchedBody implements BodyPublisher {
    private static final int FINISHED = -1;

    private final BodyPublisher body;

    /** Pieces taken so far; {@link #FINISHED} once there are no more. */
    private final AtomicInteger taken = new AtomicInteger();

    WatchedBody(byte[] body) {
        this.body = BodyPublishers.ofByteArray(body);
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(
                new Flow.Subscriber<ByteBuffer>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscriber.onSubscribe(subscription);
                    }

                    @Override
                    public void onNext(ByteBuffer piece) {
                        taken.incrementAndGet();
                        subscriber.onNext(piece);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        taken.set(FINISHED);
                        subscriber.onError(failure);
                    }

                    @Override
                    public void onComplete() {
                        taken.set(FINISHED);
                        subscriber.onComplete();
                    }
                });
    }

    /**
     * Tells when no piece is taken for the limit although the body has begun to leave.
     *
     * @param late run at most once
     */
    void watch(ScheduledExecutorService timer, Duration limit, Runnable late) {
        look(timer, limit, late, 0);
    }

    private void look(ScheduledExecutorService timer, Duration limit, Runnable late, int before) {
        timer.schedule(
                () -> {
                    int now = taken.get();
                    if (now != FINISHED && now > 0 && now == before) {
                        late.run();
                    } else if (now > 0) {
                        look(timer, limit, late, now);
                    }
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
    }
}
