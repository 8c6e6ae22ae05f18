package org.pdtoolkit.server.http;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;

/** Answers the requests of one route. */
interface Page {
    /**
     * @param variables decoded values of the route's placeholders, in order
     */
    CompletionStage<HttpReply> answer(HttpCall call, List<String> variables);
}
