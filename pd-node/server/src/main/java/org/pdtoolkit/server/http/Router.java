package org.pdtoolkit.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;

/**
 * Finds the page of a request: an exact path, or one with placeholders for whole segments.
 *
 * <p>As in the original a trailing slash makes another path, an unknown path is 404, and a known
 * one with another method (HEAD included) is 405 with nothing else.
 */
final class Router {
    /** Method of a route that takes every method. */
    static final String ANY = "*";

    private record Route(String method, List<String> segments, Page page) {}

    private final List<Route> routes = new ArrayList<>();

    /**
     * Adds a route.
     *
     * @param template segments divided by slashes; {@code {…}} stands for any one segment
     */
    Router add(String method, String template, Page page) {
        routes.add(new Route(method, List.of(template.split("/", -1)), page));
        return this;
    }

    CompletionStage<HttpReply> answer(HttpCall call, String path) {
        List<String> segments = List.of(path.split("/", -1));
        boolean known = false;
        for (Route route : routes) {
            Optional<List<String>> variables = match(route.segments(), segments);
            if (variables.isEmpty()) {
                continue;
            }
            if (route.method().equals(ANY) || route.method().equals(call.method())) {
                return answer(route, call, variables.get());
            }
            known = true;
        }
        return CompletableFuture.completedFuture(known ? HttpReply.empty(405) : Replies.notFound());
    }

    private static CompletionStage<HttpReply> answer(
            Route route, HttpCall call, List<String> encoded) {
        List<String> variables = new ArrayList<>(encoded.size());
        for (String value : encoded) {
            try {
                // A plus sign in a path stands for itself.
                variables.add(URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                return CompletableFuture.completedFuture(Replies.plain(400, "400 Bad Request"));
            }
        }
        return route.page().answer(call, variables);
    }

    private static Optional<List<String>> match(List<String> template, List<String> segments) {
        if (template.size() != segments.size()) {
            return Optional.empty();
        }
        List<String> variables = new ArrayList<>(2);
        for (int i = 0; i < template.size(); i++) {
            if (template.get(i).startsWith("{") && !segments.get(i).isEmpty()) {
                variables.add(segments.get(i));
            } else if (!template.get(i).equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
