package org.pdtoolkit.server.port;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * An HTTP request that has arrived completely.
 *
 * @param method upper case as sent
 * @param target request target as sent: path and query, still percent-encoded
 * @param body whole body; must not be changed
 * @param client address of the caller
 * @param gone completes, on the network loop, if the caller goes away before it has its answer;
 *     what was begun for it may be given up then
 */
public record HttpCall(
        String method,
        String target,
        List<HttpField> fields,
        byte[] body,
        InetSocketAddress client,
        CompletionStage<Void> gone) {
    public HttpCall {
        fields = List.copyOf(fields);
    }

    /** Path before the query, still percent-encoded. */
    public String rawPath() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /** What follows the question mark, still percent-encoded; empty without one. */
    public String rawQuery() {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }

    /** First value of a field. */
    public Optional<String> field(String name) {
        for (HttpField field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return Optional.of(field.value());
            }
        }
        return Optional.empty();
    }
}
