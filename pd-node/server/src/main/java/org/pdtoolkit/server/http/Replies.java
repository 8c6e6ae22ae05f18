package org.pdtoolkit.server.http;

import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/** The forms in which the original answers. */
final class Replies {
    static final String JSON = "application/json; charset=UTF-8";
    static final String JSON_V2 = "application/json; charset=utf-8";
    static final String TEXT = "text/plain; charset=utf-8";

    private Replies() {}

    static HttpReply json(GoJson.Content content) {
        return HttpReply.of(200, JSON, GoJson.indented(content));
    }

    /** A message: a JSON string and a newline. */
    static HttpReply message(int status, String text) {
        return HttpReply.of(status, JSON, GoJson.indented(json -> json.writeString(text)));
    }

    /** A refusal by a page. */
    static HttpReply refusal(ErrorCatalogue row, Object... arguments) {
        return message(row.httpStatus(), row.namedText(arguments));
    }

    /** A refusal before a page was reached: plain text, or a JSON string in the second API. */
    static HttpReply early(boolean v2, ErrorCatalogue row) {
        return v2
                ? HttpReply.of(row.httpStatus(), JSON_V2, GoJson.compact(row.namedText()))
                : plain(row.httpStatus(), row.namedText() + "\n");
    }

    static HttpReply plain(int status, String text) {
        return HttpReply.of(status, TEXT, text).with("X-Content-Type-Options", "nosniff");
    }

    static HttpReply notFound() {
        return plain(404, "404 page not found\n");
    }

    /** A failed future of the layers below; the original answers 500 with the text. */
    static HttpReply failed(Throwable failure) {
        Throwable cause = KvException.unwrapped(failure);
        if (cause instanceof PlacementException refused) {
            return message(500, ErrorRows.text(refused));
        }
        return message(500, String.valueOf(cause.getMessage()));
    }
}
