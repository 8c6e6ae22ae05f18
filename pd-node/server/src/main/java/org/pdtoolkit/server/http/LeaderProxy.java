package org.pdtoolkit.server.http;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Answers on a follower by asking the leader: the follower copies the answer back and never sends
 * its client elsewhere.
 *
 * <p>Without a known leader the first API waits, since the next leader is usually a moment away;
 * the second answers at once. A request that another member passed on is not passed on again.
 *
 * <p>Thread: any; never blocks.
 */
final class LeaderProxy {
    private static final String REDIRECTOR = "PD-Redirector";
    private static final long FIRST_WAIT_MILLIS = 100;
    private static final long WAIT_MILLIS_MAX = 3_000;

    /** Of one connection, or written anew by the client library. */
    private static final Set<String> NOT_PASSED_ON =
            Set.of(
                    "accept-encoding",
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "http2-settings",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "x-forwarded-for",
                    "x-forwarded-port");

    /** Of one connection, or written anew by this node. */
    private static final Set<String> NOT_COPIED_BACK =
            Set.of(
                    "access-control-allow-headers",
                    "access-control-allow-methods",
                    "access-control-allow-origin",
                    "connection",
                    "content-encoding",
                    "content-length",
                    "date",
                    "keep-alive",
                    "transfer-encoding");

    private final Placement placement;
    private final MemberClient client;
    private final String ownName;
    private final ScheduledExecutorService timer;

    LeaderProxy(
            Placement placement,
            MemberClient client,
            String ownName,
            ScheduledExecutorService timer) {
        this.placement = placement;
        this.client = client;
        this.ownName = ownName;
        this.timer = timer;
    }

    /**
     * @param local answers here, in case this node becomes the leader while it waits
     */
    CompletionStage<HttpReply> forward(
            HttpCall call, boolean v2, Supplier<CompletionStage<HttpReply>> local) {
        if (call.field(REDIRECTOR).isPresent()) {
            return done(Replies.early(v2, ErrorCatalogue.REDIRECT_TO_NOT_LEADER));
        }
        CompletableFuture<HttpReply> answer = new CompletableFuture<>();
        attempt(call, v2, local, answer, FIRST_WAIT_MILLIS, 0);
        return answer;
    }

    private void attempt(
            HttpCall call,
            boolean v2,
            Supplier<CompletionStage<HttpReply>> local,
            CompletableFuture<HttpReply> answer,
            long waitMillis,
            long waitedMillis) {
        if (placement.serving()) {
            complete(answer, local.get());
            return;
        }
        Optional<Member> leader =
                placement.leader().filter(member -> !member.clientUrls().isEmpty());
        if (leader.isPresent()) {
            complete(answer, send(call, leader.get().clientUrls(), 0));
        } else if (v2) {
            answer.complete(Replies.early(true, ErrorCatalogue.LEADER_NIL));
        } else if (waitedMillis >= WAIT_MILLIS_MAX) {
            answer.complete(Replies.early(false, ErrorCatalogue.REDIRECT_NO_LEADER));
        } else {
            long pause = Math.min(waitMillis, WAIT_MILLIS_MAX - waitedMillis);
            timer.schedule(
                    () -> attempt(call, v2, local, answer, pause * 2, waitedMillis + pause),
                    pause,
                    TimeUnit.MILLISECONDS);
        }
    }

    private static void complete(
            CompletableFuture<HttpReply> answer, CompletionStage<HttpReply> with) {
        with.whenComplete(
                (reply, failure) -> {
                    if (failure == null) {
                        answer.complete(reply);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }

    private CompletionStage<HttpReply> send(HttpCall call, List<String> urls, int next) {
        if (next == urls.size()) {
            return done(Replies.early(false, ErrorCatalogue.REDIRECT_FAILED));
        }
        HttpRequest.Builder request;
        try {
            request = request(call, urls.get(next));
        } catch (IllegalArgumentException unusable) {
            return send(call, urls, next + 1);
        }
        return client.send(request)
                .handle(
                        (response, failure) ->
                                failure == null ? done(copy(response)) : send(call, urls, next + 1))
                .thenCompose(reply -> reply);
    }

    private HttpRequest.Builder request(HttpCall call, String url) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + legal(call.target())))
                        .method(
                                call.method(),
                                call.body().length == 0
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(call.body()));
        for (HttpField field : call.fields()) {
            if (!NOT_PASSED_ON.contains(field.name().toLowerCase(Locale.ROOT))) {
                request.header(field.name(), field.value());
            }
        }
        if (call.client().getAddress() != null) {
            request.header("X-Forwarded-For", call.client().getAddress().getHostAddress());
        }
        return request.header("X-Forwarded-Port", String.valueOf(call.client().getPort()))
                .header(REDIRECTOR, ownName);
    }

    private static HttpReply copy(HttpResponse<byte[]> response) {
        List<HttpField> fields = new ArrayList<>();
        response.headers()
                .map()
                .forEach(
                        (name, values) -> {
                            if (!name.startsWith(":")
                                    && !NOT_COPIED_BACK.contains(name.toLowerCase(Locale.ROOT))) {
                                values.forEach(value -> fields.add(new HttpField(name, value)));
                            }
                        });
        return new HttpReply(response.statusCode(), fields, response.body());
    }

    /** Encodes what {@link URI} refuses and clients send nevertheless. */
    static String legal(String target) {
        StringBuilder out = new StringBuilder(target.length());
        for (byte signed : target.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (signed & 0xff);
            boolean keep = c > ' ' && c < 0x7f && "\"<>\\^`{|}[]".indexOf(c) < 0;
            if (keep) {
                out.append(c);
            } else {
                out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(signed));
            }
        }
        return out.toString();
    }

    private static CompletionStage<HttpReply> done(HttpReply reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
