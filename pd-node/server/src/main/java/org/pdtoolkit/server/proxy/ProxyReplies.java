package org.pdtoolkit.server.proxy;

import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/** The proxy's own answers. Source: etcd page, section 21. */
final class ProxyReplies {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private ProxyReplies() {}

    static HttpReply noEndpoint() {
        return message(ErrorCatalogue.PROXY_NO_ENDPOINT);
    }

    /**
     * @param tried members that did not answer
     */
    static HttpReply noAnswer(int tried) {
        return message(ErrorCatalogue.PROXY_NO_ANSWER, tried);
    }

    /** A request that is a write, on a read-only proxy: nothing but the status, as the original. */
    static HttpReply readOnly() {
        return HttpReply.empty(ErrorCatalogue.PROXY_READ_ONLY.httpStatus());
    }

    static HttpReply badRequest() {
        return text(400, "400 Bad Request");
    }

    static HttpReply text(int status, String text) {
        return HttpReply.of(status, TEXT, text);
    }

    private static HttpReply message(ErrorCatalogue row, Object... arguments) {
        return HttpReply.of(
                row.httpStatus(), JSON, "{\"message\":\"" + row.text(arguments) + "\"}");
    }
}
