package org.pdtoolkit.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.server.port.HttpCall;

/** The parameters behind the question mark of a request. One that cannot be decoded is left out. */
final class Query {
    private Query() {}

    static boolean has(HttpCall call, String name) {
        return !values(call, name).isEmpty();
    }

    /** The values of a parameter in order; empty for one that stands without a value. */
    static List<String> values(HttpCall call, String name) {
        List<String> values = new ArrayList<>(1);
        for (String pair : call.rawQuery().split("&")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            try {
                if (decoded(key).equals(name)) {
                    values.add(decoded(value));
                }
            } catch (IllegalArgumentException undecodable) {
                continue;
            }
        }
        return values;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
