package org.pdtoolkit.server.port;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;

/**
 * Writes a body that comes piece by piece, and asks for the next piece only when the connection has
 * room: what a slow client has not taken stays with its source.
 *
 * <p>Thread: the connection's network loop; the publisher may call from any thread.
 */
final class StreamedBody implements Flow.Subscriber<List<ByteBuffer>> {
    private final ChannelHandlerContext ctx;
    private final HttpDeadlines deadlines;
    private final Runnable ended;
    private Flow.Subscription subscription;
    private boolean asked;
    private boolean cancelled;

    /** Pieces written and not yet taken by the connection. */
    private int unflushed;

    /**
     * @param ended called on the network loop when the whole body is out
     */
    StreamedBody(ChannelHandlerContext ctx, HttpDeadlines deadlines, Runnable ended) {
        this.ctx = ctx;
        this.deadlines = deadlines;
        this.ended = ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription made) {
        onLoop(
                () -> {
                    subscription = made;
                    if (cancelled) {
                        made.cancel();
                    } else {
                        more();
                    }
                });
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        onLoop(
                () -> {
                    asked = false;
                    if (cancelled) {
                        return;
                    }
                    unflushed++;
                    deadlines.answering();
                    ctx.writeAndFlush(
                                    new DefaultHttpContent(
                                            Unpooled.wrappedBuffer(
                                                    piece.toArray(ByteBuffer[]::new))))
                            .addListener(written -> onFlushed());
                    more();
                });
    }

    private void onFlushed() {
        unflushed--;
        if (unflushed == 0 && !cancelled) {
            deadlines.answerPending();
        }
        more();
    }

    /** Asks for a piece if there is room for it and none is on its way. */
    void more() {
        if (subscription != null && !asked && !cancelled && ctx.channel().isWritable()) {
            asked = true;
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        onLoop(
                () -> {
                    cancelled = true;
                    ctx.close();
                });
    }

    @Override
    public void onComplete() {
        onLoop(
                () -> {
                    if (!cancelled) {
                        cancelled = true;
                        deadlines.answering();
                        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                                .addListener(written -> ended.run());
                    }
                });
    }

    /** The client has gone: nothing more is wanted, and the connection ends. */
    void cancel() {
        if (cancelled) {
            return;
        }
        cancelled = true;
        if (subscription != null) {
            subscription.cancel();
        }
        ctx.close();
    }

    private void onLoop(Runnable task) {
        if (ctx.executor().inEventLoop()) {
            task.run();
        } else {
            ctx.executor().execute(task);
        }
    }
}
