package org.pdtoolkit.server.port;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP answer. {@code Content-Length}, {@code Date} and {@code Connection} are the port's.
 *
 * @param body whole body; must not be changed afterwards
 */
public record HttpReply(int status, List<HttpField> fields, byte[] body) {
    private static final byte[] NOTHING = {};

    public HttpReply {
        fields = List.copyOf(fields);
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

    /** This answer with one more field. */
    public HttpReply with(String name, String value) {
        List<HttpField> more = new ArrayList<>(fields);
        more.add(new HttpField(name, value));
        return new HttpReply(status, more, body);
    }
}
