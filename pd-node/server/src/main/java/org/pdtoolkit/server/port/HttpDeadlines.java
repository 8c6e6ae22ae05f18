package org.pdtoolkit.server.port;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Closes an HTTP/1.1 connection whose client is too slow: to begin a request, to finish it, or to
 * take the answer.
 *
 * <p>Stands in front of the parser, to see the first byte of a request. Thread: the connection's
 * network loop.
 */
final class HttpDeadlines extends ChannelInboundHandlerAdapter {
    private final long requestMillis;
    private final long idleMillis;
    private ChannelHandlerContext ctx;
    private Future<?> timer;
    private boolean arriving;

    HttpDeadlines(Duration request, Duration idle) {
        this.requestMillis = request.toMillis();
        this.idleMillis = idle.toMillis();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        idle();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!arriving) {
            arriving = true;
            closeIn(requestMillis);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stop();
    }

    /** A request is complete; its handler may take its time. */
    void requestArrived() {
        stop();
        // Bytes of the next request count from when it is asked for.
        arriving = true;
    }

    /** The answer, or a piece of it, is being written. */
    void answering() {
        closeIn(idleMillis);
    }

    /** The client has taken all there is so far; the next piece may take its time. */
    void answerPending() {
        stop();
    }

    /** The answer is out. */
    void idle() {
        arriving = false;
        closeIn(idleMillis);
    }

    private void closeIn(long millis) {
        stop();
        timer = ctx.executor().schedule(() -> ctx.close(), millis, TimeUnit.MILLISECONDS);
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
