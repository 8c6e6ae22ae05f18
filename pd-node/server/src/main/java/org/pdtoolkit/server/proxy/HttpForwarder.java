package org.pdtoolkit.server.proxy;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.observe.Reasons;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.proxy.Endpoints.Endpoint;

/**
 * Sends an HTTP/1.1 request to the first member that can be reached, and its answer back unchanged.
 *
 * <p>Another member is tried when there was no connection, so that nothing was sent; after that
 * only for a request that changes nothing. A write is never sent twice.
 *
 * <p>Thread: any; never blocks.
 */
final class HttpForwarder {
    private static final Logger LOG = LogManager.getLogger(HttpForwarder.class);

    /** An answer that says it is no longer is taken whole, a longer one piece by piece. */
    private static final long WHOLE_BYTES_MAX = 1 << 20;

    private final Endpoints endpoints;
    private final ProxySettings.Times times;
    private final ScheduledExecutorService timer;
    private final MemberHttp members;

    /** The body of a member's answer in one of its two forms. */
    private record Body(byte[] whole, Optional<Flow.Publisher<List<ByteBuffer>>> stream) {}

    /**
     * @param timer for the limits of reading and writing; its tasks are short
     */
    HttpForwarder(
            Endpoints endpoints,
            ProxySettings.Times times,
            MemberHttp members,
            ScheduledExecutorService timer) {
        this.endpoints = endpoints;
        this.times = times;
        this.members = members;
        this.timer = timer;
    }

    /**
     * @param repeatable whether the request may be sent again although it was sent
     */
    CompletionStage<HttpReply> forward(HttpCall call, boolean repeatable) {
        List<Endpoint> candidates = endpoints.available();
        if (candidates.isEmpty()) {
            return CompletableFuture.completedFuture(ProxyReplies.noEndpoint());
        }
        CompletableFuture<HttpReply> reply = new CompletableFuture<>();
        attempt(call, repeatable, candidates, 0, reply);
        return reply;
    }

    private void attempt(
            HttpCall call,
            boolean repeatable,
            List<Endpoint> candidates,
            int index,
            CompletableFuture<HttpReply> reply) {
        if (index == candidates.size()) {
            reply.complete(ProxyReplies.noAnswer(candidates.size()));
            return;
        }
        Endpoint endpoint = candidates.get(index);
        CompletableFuture<HttpResponse<Body>> exchange;
        try {
            exchange = send(call, endpoint);
        } catch (IllegalArgumentException unusable) {
            LOG.debug("a request cannot be forwarded", unusable);
            reply.complete(ProxyReplies.badRequest());
            return;
        }
        call.gone().thenRun(() -> exchange.cancel(true));
        exchange.whenComplete(
                (response, failure) -> {
                    if (failure == null) {
                        reply.complete(reply(response));
                        return;
                    }
                    Throwable cause = KvException.unwrapped(failure);
                    if (call.gone().toCompletableFuture().isDone()) {
                        reply.completeExceptionally(cause);
                        return;
                    }
                    LOG.warn("{} cannot be reached: {}", endpoint, Reasons.of(cause));
                    endpoints.failed(endpoint);
                    if (repeatable || nothingWasSent(cause)) {
                        attempt(call, repeatable, candidates, index + 1, reply);
                    } else {
                        reply.complete(ProxyReplies.noAnswer(index + 1));
                    }
                });
    }

    private static boolean nothingWasSent(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    }

    private CompletableFuture<HttpResponse<Body>> send(HttpCall call, Endpoint endpoint) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(endpoint.url() + call.target()));
        if (!times.read().isZero()) {
            request.timeout(times.read().plus(times.dial()).plus(times.write()));
        }
        for (HttpField field : Forwarded.request(call)) {
            request.header(field.name(), field.value());
        }
        WatchedBody body = new WatchedBody(call.body());
        request.method(
                call.method(),
                call.body().length == 0 ? HttpRequest.BodyPublishers.noBody() : body);
        CompletableFuture<HttpResponse<Body>> exchange =
                members.client().sendAsync(request.build(), this::body);
        body.watch(timer, times.write(), () -> exchange.cancel(true));
        return exchange;
    }

    private HttpResponse.BodySubscriber<Body> body(HttpResponse.ResponseInfo head) {
        OptionalLong length = head.headers().firstValueAsLong("content-length");
        HttpResponse.BodySubscriber<Body> subscriber =
                length.isPresent() && length.getAsLong() <= WHOLE_BYTES_MAX
                        ? BodySubscribers.mapping(
                                BodySubscribers.ofByteArray(),
                                whole -> new Body(whole, Optional.empty()))
                        : BodySubscribers.mapping(
                                BodySubscribers.ofPublisher(),
                                stream -> new Body(new byte[0], Optional.of(stream)));
        return times.read().isZero()
                ? subscriber
                : new SilenceLimit<>(subscriber, timer, times.read());
    }

    private static HttpReply reply(HttpResponse<Body> response) {
        List<HttpField> fields = new ArrayList<>();
        response.headers()
                .map()
                .forEach(
                        (name, values) ->
                                values.forEach(value -> fields.add(new HttpField(name, value))));
        Body body = response.body();
        return new HttpReply(
                response.statusCode(), Forwarded.answer(fields), body.whole(), body.stream());
    }
}
