package org.pdtoolkit.server.transport;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.wire.Version;

/**
 * The few pages of the peer port, for a member that wants to join and for people: {@code GET
 * /members}, {@code GET /version}, {@code POST /members/promote/ID}. One request a connection.
 * Source: etcd's peer port.
 *
 * <p>Thread: the peer loop.
 */
final class PeerHttp {
    static final String CLUSTER_ID = "X-Etcd-Cluster-ID";
    private static final String PROMOTE = "/members/promote/";
    private static final int REQUEST_BYTES_MAX = 4_096;
    private static final int ANSWER_SECONDS = 10;
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final JsonFactory FACTORY = new JsonFactory();

    private static final String WRONG_PORT =
            "This is the peer port of a pd-node. Clients use the client port (client-urls, 2379 by"
                    + " default).\n";

    private final PeerIdentity self;
    private final PeerHandler handler;

    PeerHttp(PeerIdentity self, PeerHandler handler) {
        this.self = self;
        this.handler = handler;
    }

    /** Replaces the peer protocol on a connection whose first bytes are HTTP's. */
    void takeOver(ChannelHandlerContext decoder) {
        ChannelPipeline pipeline = decoder.pipeline();
        ScheduledFuture<?> deadline =
                decoder.executor()
                        .schedule(
                                () -> decoder.channel().close(), ANSWER_SECONDS, TimeUnit.SECONDS);
        decoder.channel().closeFuture().addListener(closed -> deadline.cancel(false));
        pipeline.remove(PeerAcceptor.class);
        pipeline.addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(REQUEST_BYTES_MAX))
                .addLast(new Pages());
        // Last: it hands on what it has read.
        pipeline.remove(decoder.handler());
    }

    private final class Pages extends SimpleChannelInboundHandler<FullHttpRequest> {
        private boolean answered;

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            if (answered) {
                return;
            }
            answered = true;
            String path = new QueryStringDecoder(request.uri()).path();
            boolean get = request.method().equals(HttpMethod.GET);
            if (request.decoderResult().isFailure()) {
                answer(context, HttpResponseStatus.MISDIRECTED_REQUEST, TEXT, WRONG_PORT);
            } else if (path.equals("/members") && get) {
                answer(context, HttpResponseStatus.OK, JSON, members(handler.members()));
            } else if (path.equals("/version") && get) {
                answer(context, HttpResponseStatus.OK, JSON, Version.etcdJson());
            } else if (path.startsWith(PROMOTE) && request.method().equals(HttpMethod.POST)) {
                promote(context, path.substring(PROMOTE.length()));
            } else {
                answer(context, HttpResponseStatus.MISDIRECTED_REQUEST, TEXT, WRONG_PORT);
            }
        }

        private void promote(ChannelHandlerContext context, String id) {
            long learner;
            try {
                learner = Long.parseUnsignedLong(id);
            } catch (NumberFormatException e) {
                answer(context, HttpResponseStatus.NOT_FOUND, TEXT, "no member id: " + id + "\n");
                return;
            }
            handler.promote(learner)
                    .whenComplete(
                            (members, failure) ->
                                    context.executor()
                                            .execute(() -> promoted(context, members, failure)));
        }

        private void promoted(
                ChannelHandlerContext context, List<Member> members, Throwable failure) {
            if (failure == null) {
                answer(context, HttpResponseStatus.OK, JSON, members(members));
                return;
            }
            Throwable cause = KvException.unwrapped(failure);
            // The caller is a member of this kind: it reads the name of the error.
            String text = cause instanceof KvException e ? e.error().name() : cause.toString();
            answer(context, HttpResponseStatus.PRECONDITION_FAILED, TEXT, text);
        }

        private void answer(
                ChannelHandlerContext context,
                HttpResponseStatus status,
                String type,
                String body) {
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            status,
                            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                    .set(CLUSTER_ID, Long.toHexString(self.clusterId()));
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static String members(List<Member> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartArray();
            for (Member member : members) {
                json.writeStartObject();
                json.writeNumberField("id", new BigInteger(Long.toUnsignedString(member.id())));
                write(json, "peerURLs", member.peerUrls());
                if (member.learner()) {
                    json.writeBooleanField("isLearner", true);
                }
                if (!member.name().isEmpty()) {
                    json.writeStringField("name", member.name());
                }
                if (!member.clientUrls().isEmpty()) {
                    write(json, "clientURLs", member.clientUrls());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }

    private static void write(JsonGenerator json, String field, List<String> texts)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
