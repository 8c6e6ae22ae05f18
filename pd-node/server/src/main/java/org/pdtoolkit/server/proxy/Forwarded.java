package org.pdtoolkit.server.proxy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;

/** Which header fields travel through a proxy. Source: RFC 9110, 7.6.1; etcd page, section 21. */
final class Forwarded {
    static final String FOR = "X-Forwarded-For";

    /** Fields of one connection. */
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "http2-settings",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "trailers",
                    "transfer-encoding",
                    "upgrade");

    /** Written anew by the HTTP client. */
    private static final Set<String> REQUEST_ONLY = Set.of("content-length", "expect", "host");

    /** Written anew by the port. */
    private static final Set<String> ANSWER_ONLY = Set.of("content-length", "date");

    private Forwarded() {}

    /** Fields of a request as they go onward, with the caller added to those it came for. */
    static List<HttpField> request(HttpCall call) {
        List<HttpField> fields = new ArrayList<>();
        String came = "";
        for (HttpField field : endToEnd(call.fields(), REQUEST_ONLY)) {
            if (field.name().equalsIgnoreCase(FOR)) {
                came += field.value() + ", ";
            } else {
                fields.add(field);
            }
        }
        fields.add(new HttpField(FOR, came + call.client().getAddress().getHostAddress()));
        return fields;
    }

    /** Fields of an answer as they go back. */
    static List<HttpField> answer(List<HttpField> fields) {
        return endToEnd(fields, ANSWER_ONLY);
    }

    private static List<HttpField> endToEnd(List<HttpField> fields, Set<String> anew) {
        Set<String> dropped = new HashSet<>(HOP_BY_HOP);
        dropped.addAll(anew);
        for (HttpField field : fields) {
            if (field.name().equalsIgnoreCase("connection")) {
                for (String named : field.value().split(",")) {
                    dropped.add(named.trim().toLowerCase(Locale.ROOT));
                }
            }
        }
        return fields.stream()
                .filter(field -> !dropped.contains(field.name().toLowerCase(Locale.ROOT)))
                .toList();
    }
}
