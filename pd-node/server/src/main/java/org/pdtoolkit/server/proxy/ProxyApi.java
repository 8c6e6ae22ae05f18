package org.pdtoolkit.server.proxy;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.pdtoolkit.server.gateway.GatewayRoute;
import org.pdtoolkit.server.gateway.JsonMessages;
import org.pdtoolkit.server.gateway.JsonMessages.BadBodyException;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.proxy.RpcTable.Kind;

/**
 * Everything a proxy answers over HTTP/1.1: its endpoints and its own figures; the rest goes to a
 * member.
 *
 * <p>A read-only proxy forwards GET, and POST to a path of the JSON gateway whose call changes
 * nothing.
 *
 * <p>Thread: any; never blocks.
 */
final class ProxyApi implements HttpHandler {
    private static final String METRICS_TYPE =
            "text/plain; version=0.0.4; charset=utf-8; escaping=values";

    private final Endpoints endpoints;
    private final HttpForwarder forwarder;
    private final MetricRegistry metrics;
    private final Executor background;
    private final boolean readOnly;

    ProxyApi(
            Endpoints endpoints,
            HttpForwarder forwarder,
            MetricRegistry metrics,
            Executor background,
            boolean readOnly) {
        this.endpoints = endpoints;
        this.forwarder = forwarder;
        this.metrics = metrics;
        this.background = background;
        this.readOnly = readOnly;
    }

    @Override
    public CompletionStage<HttpReply> handle(HttpCall call) {
        boolean get = call.method().equals("GET");
        if (get && call.rawPath().equals("/v2/config/local/proxy")) {
            return CompletableFuture.completedFuture(ProxyReplies.text(200, endpointList()));
        }
        if (get && call.rawPath().equals("/metrics")) {
            return CompletableFuture.supplyAsync(
                    () -> HttpReply.of(200, METRICS_TYPE, metrics.scrape()), background);
        }
        if (!call.target().startsWith("/")) {
            return CompletableFuture.completedFuture(ProxyReplies.badRequest());
        }
        boolean read = get || call.method().equals("HEAD") || reads(call);
        if (readOnly && !read) {
            return CompletableFuture.completedFuture(ProxyReplies.readOnly());
        }
        return forwarder.forward(call, read);
    }

    private String endpointList() {
        return endpoints.available().stream()
                .map(endpoint -> "\"" + endpoint + "\"")
                .collect(Collectors.joining(",", "{\"endpoints\":[", "]}\n"));
    }

    /** Whether this is a call of the JSON gateway that changes nothing. */
    private static boolean reads(HttpCall call) {
        Optional<GatewayRoute> route = GatewayRoute.find(call.rawPath());
        return route.isPresent()
                && call.method().equals("POST")
                && reads(route.get().method(), call.body());
    }

    private static <Q extends Message> boolean reads(MethodDescriptor<Q, ?> method, byte[] body) {
        Kind kind = RpcTable.kind(method.getFullMethodName());
        if (kind == Kind.READ || kind == Kind.WRITE) {
            return kind == Kind.READ;
        }
        try {
            return !RpcTable.writes(kind, JsonMessages.first(method, body).toByteArray());
        } catch (BadBodyException e) {
            return false;
        }
    }
}
