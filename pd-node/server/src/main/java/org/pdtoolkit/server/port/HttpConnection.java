package org.pdtoolkit.server.port;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * An HTTP/1.1 connection: hands complete requests, one at a time, to the {@link HttpHandler} and
 * writes its answers in order.
 *
 * <p>The next request is read only after the answer to the one before is on its way, so that a
 * client that pipelines cannot pile up work. One read stays open while a request is under way, to
 * see the client go. A client that only closes its sending side still gets its answer. A close that
 * the port asks for while a request is under way waits for its answer.
 *
 * <p>Thread: the connection's network loop.
 */
final class HttpConnection extends ChannelDuplexHandler {
    private static final Logger LOG = LogManager.getLogger(HttpConnection.class);
    private static final String TEXT = "text/plain; charset=utf-8";

    private final HttpHandler handler;
    private final HttpDeadlines deadlines;

    /** What one read brought beyond the request under way; nothing is read while it waits. */
    private final Queue<FullHttpRequest> pipelined = new ArrayDeque<>();

    private boolean underWay;
    private boolean inputEnded;
    private CompletableFuture<Void> gone;
    private StreamedBody streaming;
    private ChannelPromise closeAfterAnswer;

    private HttpConnection(HttpHandler handler, HttpDeadlines deadlines) {
        this.handler = handler;
        this.deadlines = deadlines;
    }

    static void install(ChannelPipeline pipeline, ConnectionSetup setup) {
        PortLimits limits = setup.limits();
        HttpDeadlines deadlines = new HttpDeadlines(limits.httpRequest(), limits.httpIdle());
        HttpDecoderConfig decoder =
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(limits.headerBytesMax())
                        .setMaxHeaderSize(limits.headerBytesMax());
        pipeline.channel().config().setAutoRead(false);
        pipeline.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        pipeline.addLast(
                deadlines,
                new HttpServerCodec(decoder),
                new HttpServerKeepAliveHandler(),
                new HttpObjectAggregator(limits.httpBodyBytesMax(), true),
                new HttpConnection(setup.http(), deadlines));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        FullHttpRequest request = (FullHttpRequest) message;
        if (underWay) {
            pipelined.add(request);
        } else {
            onRequest(ctx, request);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        clientLeft();
        ctx.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (underWay) {
                clientLeft();
            } else {
                ctx.close();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (streaming != null && ctx.channel().isWritable()) {
            streaming.more();
        }
        ctx.fireChannelWritabilityChanged();
    }

    /** A body without an end would be written to nobody for ever; one with an end may end. */
    private void clientLeft() {
        if (gone != null) {
            gone.complete(null);
        }
        if (streaming != null) {
            streaming.cancel();
        }
    }

    private void onRequest(ChannelHandlerContext ctx, FullHttpRequest request) {
        try {
            dispatch(ctx, request);
        } finally {
            request.release();
        }
    }

    private void dispatch(ChannelHandlerContext ctx, FullHttpRequest request) {
        underWay = true;
        deadlines.requestArrived();
        if (request.decoderResult().isFailure()) {
            HttpUtil.setKeepAlive(request, false);
            refuse(ctx, request.decoderResult().cause());
            return;
        }
        gone = new CompletableFuture<>();
        CompletionStage<HttpReply> answer;
        try {
            answer = handler.handle(call(ctx, request));
        } catch (RuntimeException failure) {
            answer(ctx, null, failure);
            return;
        }
        answer.whenComplete(
                (reply, failure) -> {
                    if (ctx.executor().inEventLoop()) {
                        answer(ctx, reply, failure);
                    } else {
                        ctx.executor().execute(() -> answer(ctx, reply, failure));
                    }
                });
        if (underWay && !inputEnded && pipelined.isEmpty()) {
            ctx.read();
        }
    }

    private HttpCall call(ChannelHandlerContext ctx, FullHttpRequest request) {
        List<HttpField> fields = new ArrayList<>(request.headers().size());
        for (Map.Entry<String, String> field : request.headers()) {
            fields.add(new HttpField(field.getKey(), field.getValue()));
        }
        return new HttpCall(
                request.method().name(),
                request.uri(),
                fields,
                ByteBufUtil.getBytes(request.content()),
                (InetSocketAddress) ctx.channel().remoteAddress(),
                gone);
    }

    private void refuse(ChannelHandlerContext ctx, Throwable cause) {
        HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
        if (cause instanceof TooLongHttpLineException) {
            status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
        } else if (cause instanceof TooLongHttpHeaderException) {
            status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
        }
        write(ctx, HttpReply.of(status.code(), TEXT, status.toString()), true);
    }

    private void answer(ChannelHandlerContext ctx, HttpReply reply, Throwable failure) {
        if (failure != null) {
            LOG.error("request handler failed", failure);
            write(ctx, HttpReply.of(500, TEXT, "internal error\n"), false);
        } else {
            write(ctx, reply, false);
        }
    }

    private void write(ChannelHandlerContext ctx, HttpReply reply, boolean close) {
        if (reply.stream().isPresent()) {
            HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(reply));
            setFields(head, reply, close);
            HttpUtil.setTransferEncodingChunked(head, true);
            ctx.writeAndFlush(head);
            streaming = new StreamedBody(ctx, deadlines, () -> onWritten(ctx));
            deadlines.answerPending();
            reply.stream().get().subscribe(streaming);
            if (inputEnded || !ctx.channel().isActive()) {
                streaming.cancel();
            }
            return;
        }
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status(reply), Unpooled.wrappedBuffer(reply.body()));
        setFields(response, reply, close);
        HttpUtil.setContentLength(response, reply.body().length);
        deadlines.answering();
        ctx.writeAndFlush(response).addListener(written -> onWritten(ctx));
    }

    private static HttpResponseStatus status(HttpReply reply) {
        return HttpResponseStatus.valueOf(reply.status());
    }

    private void setFields(HttpResponse response, HttpReply reply, boolean close) {
        for (HttpField field : reply.fields()) {
            response.headers().add(field.name(), field.value());
        }
        response.headers().set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
        if (close || inputEnded || closeAfterAnswer != null) {
            HttpUtil.setKeepAlive(response, false);
        }
    }

    private void onWritten(ChannelHandlerContext ctx) {
        streaming = null;
        gone = null;
        if (closeAfterAnswer != null) {
            ctx.close(closeAfterAnswer);
        } else if (!ctx.channel().isActive()) {
            underWay = false;
        } else if (pipelined.isEmpty()) {
            underWay = false;
            deadlines.idle();
            ctx.read();
        } else {
            // Not from here: answers that are ready at once would nest one in the other.
            ctx.executor().execute(() -> nextPipelined(ctx));
        }
    }

    private void nextPipelined(ChannelHandlerContext ctx) {
        FullHttpRequest next = pipelined.poll();
        if (next != null) {
            onRequest(ctx, next);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpObject) {
            ctx.write(message, promise);
            return;
        }
        // The gRPC server asks its connections to close at once with a message of its own.
        ReferenceCountUtil.release(message);
        ctx.close(promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (streaming != null) {
            // It may have no end; the client sees that the body is not whole.
            ctx.close(promise);
        } else if (underWay && ctx.channel().isActive() && closeAfterAnswer == null) {
            closeAfterAnswer = promise;
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection of {} failed", ctx.channel().remoteAddress(), cause);
        ctx.close().addListener(ChannelFutureListener.CLOSE);
    }
}
