package org.pdtoolkit.server.http;

import com.fasterxml.jackson.core.JsonParseException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a JSON text in the words of the original's decoder.
 *
 * @param offset bytes up to and with the offending one
 */
record DecoderText(String text, long offset) {
    private static final Pattern TOKEN = Pattern.compile("Unrecognized token '(.*?)'");

    /** What our parser expected, and how the original's says it. */
    private static final Map<String, String> EXPECTED =
            Map.of(
                    "to start field name", "looking for beginning of object key string",
                    "separate field name and value", "after object key",
                    "separate Object entries", "after object key:value pair",
                    "separate Array entries", "after array element");

    static DecoderText of(JsonParseException failure, byte[] body) {
        String reason = String.valueOf(failure.getOriginalMessage());
        // Our parser counts from 0.
        long offset = failure.getLocation().getByteOffset() + 1;
        Matcher token = TOKEN.matcher(reason);
        if (token.find()) {
            // The parser stands behind the token, the original before it.
            offset -= token.group(1).length();
        }
        offset = Math.min(Math.max(offset, 1), body.length);
        String where = "looking for beginning of value";
        for (Map.Entry<String, String> words : EXPECTED.entrySet()) {
            if (reason.contains(words.getKey())) {
                where = words.getValue();
            }
        }
        char character = (char) (body[(int) offset - 1] & 0xff);
        return new DecoderText("invalid character '%s' %s".formatted(character, where), offset);
    }
}
