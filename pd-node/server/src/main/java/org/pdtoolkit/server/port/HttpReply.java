package org.pdtoolkit.server.port;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;

/**
 * An HTTP answer. {@code Content-Length}, {@code Transfer-Encoding}, {@code Date} and {@code
 * Connection} are the port's.
 *
 * @param body whole body, empty when it comes from {@code stream}; must not be changed afterwards
 * @param stream a body that comes piece by piece. The port subscribes once, asks for the next piece
 *     when the client has taken the one before, and cancels when the client goes away. An error
 *     ends the connection without the end of the body, so that the client sees that it is not whole
 */
public record HttpReply(
        int status,
        List<HttpField> fields,
        byte[] body,
        Optional<Flow.Publisher<List<ByteBuffer>>> stream) {
    private static final byte[] NOTHING = {};

    public HttpReply {
        fields = List.copyOf(fields);
    }

    public HttpReply(int status, List<HttpField> fields, byte[] body) {
        this(status, fields, body, Optional.empty());
    }

    /** An answer without body and content type. */
    public static HttpReply empty(int status) {
        return new HttpReply(status, List.of(), NOTHING);
    }

    public static HttpReply of(int status, String contentType, byte[] body) {
        return new HttpReply(status, List.of(new HttpField("Content-Type", contentType)), body);
    }

    public static HttpReply of(int status, String contentType, String body) {
        return of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer whose body comes piece by piece. */
    public static HttpReply streamed(
            int status, List<HttpField> fields, Flow.Publisher<List<ByteBuffer>> stream) {
        return new HttpReply(status, fields, NOTHING, Optional.of(stream));
    }

    /** This answer with one more field. */
    public HttpReply with(String name, String value) {
        List<HttpField> more = new ArrayList<>(fields);
        more.add(new HttpField(name, value));
        return new HttpReply(status, more, body, stream);
    }
}
