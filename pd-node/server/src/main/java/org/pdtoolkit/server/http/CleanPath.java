package org.pdtoolkit.server.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;

/**
 * Redirects a path with repeated slashes or dot segments to its clean form. Clients rely on it: a
 * base URL that ends in a slash makes each of their requests begin with two.
 */
final class CleanPath {
    private CleanPath() {}

    /** The redirect, or nothing when the path is clean. */
    static Optional<HttpReply> redirect(HttpCall call, String path) {
        String clean = clean(path);
        return clean.equals(path) ? Optional.empty() : Optional.of(to(call, clean));
    }

    static HttpReply to(HttpCall call, String path) {
        String location = call.rawQuery().isEmpty() ? path : path + '?' + call.rawQuery();
        if (!call.method().equals("GET")) {
            return HttpReply.empty(307).with("Location", location);
        }
        return HttpReply.of(
                        307,
                        "text/html; charset=utf-8",
                        "<a href=\"" + html(location) + "\">Temporary Redirect</a>.\n\n")
                .with("Location", location);
    }

    /** Always begins with exactly one slash; keeps a slash at the end. */
    static String clean(String path) {
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        String joined = "/" + String.join("/", kept);
        return path.endsWith("/") && joined.length() > 1 ? joined + "/" : joined;
    }

    private static String html(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }
}
