package org.pdtoolkit.server.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Who may ask from a browser, and by which name.
 *
 * @param origins origins whose pages may read the answers; {@code *} stands for all
 * @param hosts names and addresses by which the port may be called; {@code *} stands for all. It
 *     keeps pages of others from reaching a node by a name that they let point to it, so it is not
 *     asked where TLS already proves the name
 * @param tls whether the port speaks TLS
 */
public record AccessRules(Set<String> origins, Set<String> hosts, boolean tls) {
    private static final String ALL = "*";

    public AccessRules {
        origins = Set.copyOf(origins);
        hosts = Set.copyOf(hosts);
    }

    /** The defaults: everybody. */
    public static AccessRules open() {
        return new AccessRules(Set.of(ALL), Set.of(ALL), false);
    }

    Optional<HttpReply> refusal(HttpCall call) {
        if (tls || hosts.contains(ALL)) {
            return Optional.empty();
        }
        String host = hostName(call.field("Host").orElse(""));
        if (hosts.contains(host)) {
            return Optional.empty();
        }
        ErrorCatalogue row = ErrorCatalogue.HOST_NOT_ALLOWED;
        return Optional.of(Replies.plain(row.httpStatus(), row.text(host) + "\n"));
    }

    /** Without the port, and without the brackets of an IPv6 address. */
    private static String hostName(String host) {
        int end = host.startsWith("[") ? host.indexOf(']') : host.indexOf(':');
        int begin = host.startsWith("[") ? 1 : 0;
        return end < 0 ? host : host.substring(begin, end);
    }

    /** The answer with the fields that let a page of the caller's origin read it. */
    HttpReply withFields(HttpCall call, HttpReply reply) {
        String allowed = ALL;
        if (!origins.contains(ALL)) {
            allowed = call.field("Origin").filter(origins::contains).orElse("");
        }
        if (allowed.isEmpty()) {
            return reply;
        }
        HttpReply answer = reply;
        for (HttpField field :
                List.of(
                        new HttpField(
                                "Access-Control-Allow-Headers",
                                "accept, content-type, authorization"),
                        new HttpField(
                                "Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE"),
                        new HttpField("Access-Control-Allow-Origin", allowed))) {
            answer = answer.with(field.name(), field.value());
        }
        return answer;
    }
}
