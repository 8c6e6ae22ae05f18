package org.pdtoolkit.server.proxy;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends the body of an answer when a piece that was asked for does not come in time. What the client
 * has not taken yet is not asked for, so a slow client is not the member's fault.
 *
 * <p>Thread: any; guarded by this object.
 */
final class SilenceLimit<T> implements BodySubscriber<T> {
    private final BodySubscriber<T> body;
    private final ScheduledExecutorService timer;
    private final long limitNanos;
    private Future<?> alarm;
    private boolean over;

    SilenceLimit(BodySubscriber<T> body, ScheduledExecutorService timer, Duration limit) {
        this.body = body;
        this.timer = timer;
        this.limitNanos = limit.toNanos();
    }

    @Override
    public CompletionStage<T> getBody() {
        return body.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        body.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long count) {
                        expect(subscription);
                        subscription.request(count);
                    }

                    @Override
                    public void cancel() {
                        stop();
                        subscription.cancel();
                    }
                });
    }

    private synchronized void expect(Flow.Subscription subscription) {
        if (!over && alarm == null) {
            alarm = timer.schedule(() -> silent(subscription), limitNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void silent(Flow.Subscription subscription) {
        if (stop()) {
            subscription.cancel();
            body.onError(new HttpTimeoutException("the member is silent"));
        }
    }

    /** Whether this call ended it. */
    private synchronized boolean stop() {
        boolean first = !over;
        over = true;
        came();
        return first;
    }

    private synchronized void came() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        came();
        body.onNext(piece);
    }

    @Override
    public void onError(Throwable failure) {
        if (stop()) {
            body.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        if (stop()) {
            body.onComplete();
        }
    }
}
