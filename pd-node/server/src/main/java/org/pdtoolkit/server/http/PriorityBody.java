package org.pdtoolkit.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Reads {@code {"leader-priority": number}}. A fraction is cut off, other keys are ignored, as in
 * the original.
 */
final class PriorityBody {
    private static final int DEPTH_MAX = 64;
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                    .build();

    private PriorityBody() {}

    /**
     * @param priority absent when the body does not name it
     * @param refusal what to answer when the body cannot be used
     */
    record Result(OptionalInt priority, Optional<HttpReply> refusal) {}

    static Result read(byte[] body) {
        try (JsonParser json = FACTORY.createParser(body)) {
            JsonToken first = json.nextToken();
            if (first == null) {
                return refused(decoderProblem("unexpected EOF", -1));
            }
            if (first != JsonToken.START_OBJECT) {
                return refused(
                        decoderProblem("json: cannot unmarshal into an object of properties", 0));
            }
            return readObject(json);
        } catch (JsonEOFException e) {
            return refused(decoderProblem("unexpected EOF", -1));
        } catch (JsonParseException e) {
            DecoderText problem = DecoderText.of(e, body);
            return refused(decoderProblem(problem.text(), problem.offset()));
        } catch (IOException e) {
            return refused(decoderProblem("invalid JSON body", 0));
        }
    }

    private static Result readObject(JsonParser json) throws IOException {
        OptionalInt priority = OptionalInt.empty();
        boolean bad = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = json.currentName().equals("leader-priority");
            JsonToken value = json.nextToken();
            if (!wanted) {
                json.skipChildren();
            } else if (value.isNumeric() && Math.abs(json.getDoubleValue()) < Integer.MAX_VALUE) {
                priority = OptionalInt.of((int) json.getDoubleValue());
                bad = false;
            } else {
                json.skipChildren();
                bad = true;
            }
        }
        return bad
                ? refused(Replies.refusal(ErrorCatalogue.BAD_LEADER_PRIORITY))
                : new Result(priority, Optional.empty());
    }

    private static Result refused(HttpReply reply) {
        return new Result(OptionalInt.empty(), Optional.of(reply));
    }

    /**
     * The form of a body that cannot be decoded.
     *
     * @param offset bytes up to and with the offending one; negative when the body ended early
     */
    private static HttpReply decoderProblem(String text, long offset) {
        return HttpReply.of(
                        ErrorCatalogue.BAD_JSON.httpStatus(),
                        Replies.JSON,
                        GoJson.indented(
                                json -> {
                                    json.writeStartObject();
                                    json.writeStringField("code", "input");
                                    json.writeStringField(
                                            "msg", ErrorCatalogue.BAD_JSON.text(text));
                                    json.writeObjectFieldStart("data");
                                    if (offset >= 0) {
                                        json.writeNumberField("Offset", offset);
                                    }
                                    json.writeEndObject();
                                    json.writeEndObject();
                                }))
                .with("TiDB-Error-Code", "input");
    }
}
