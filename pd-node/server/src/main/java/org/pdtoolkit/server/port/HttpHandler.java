package org.pdtoolkit.server.port;

import java.util.concurrent.CompletionStage;

/** Answers the HTTP/1.1 requests of the client port. */
public interface HttpHandler {
    /**
     * Answers one request. Requests of a connection come one at a time.
     *
     * <p>Thread: a network loop; must not block. The stage may complete on any thread; a failure is
     * logged and becomes status 500 without its text.
     */
    CompletionStage<HttpReply> handle(HttpCall call);
}
