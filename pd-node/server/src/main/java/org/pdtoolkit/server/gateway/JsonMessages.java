package org.pdtoolkit.server.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages as JSON: names as in the proto, bytes in base64, 64-bit numbers as texts, enums by name,
 * default values left out. On the way in an enum may be a number too, names in camel case are
 * taken, and what is unknown is ignored.
 *
 * <p>Thread: any.
 */
public final class JsonMessages {
    private static final int DEPTH_MAX = 200;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    // The port bounds the body.
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

    private JsonMessages() {}

    /** A body that is no JSON of this message; the text says where. */
    public static final class BadBodyException extends Exception {
        private static final long serialVersionUID = 1L;

        BadBodyException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * The first JSON value of a body as the request of a call. What follows is ignored, as in the
     * original; an empty body is the empty message.
     */
    public static <T extends Message> T first(MethodDescriptor<T, ?> method, byte[] body)
            throws BadBodyException {
        List<String> values = values(body, 1);
        return values.isEmpty() ? prototype(method) : parse(prototype(method), values.get(0));
    }

    /** Every JSON value of a body as a request of a call. */
    static <T extends Message> List<T> all(MethodDescriptor<T, ?> method, byte[] body)
            throws BadBodyException {
        List<T> messages = new ArrayList<>(1);
        for (String value : values(body, Integer.MAX_VALUE)) {
            messages.add(parse(prototype(method), value));
        }
        return messages;
    }

    private static <T extends Message> T prototype(MethodDescriptor<T, ?> method) {
        PrototypeMarshaller<T> marshaller = (PrototypeMarshaller<T>) method.getRequestMarshaller();
        return marshaller.getMessagePrototype();
    }

    // A builder of a message builds that message.
    @SuppressWarnings("unchecked")
    private static <T extends Message> T parse(T prototype, String json) throws BadBodyException {
        Message.Builder builder = prototype.newBuilderForType();
        try {
            PARSER.merge(json, builder);
        } catch (InvalidProtocolBufferException | IllegalStateException e) {
            throw new BadBodyException(String.valueOf(e.getMessage()), e);
        }
        return (T) builder.build();
    }

    /**
     * The texts of the JSON values in a body. They are copied by a strict parser, since the one of
     * the protobuf library also takes what is no JSON.
     */
    private static List<String> values(byte[] body, int valuesMax) throws BadBodyException {
        List<String> values = new ArrayList<>(1);
        try (JsonParser json = FACTORY.createParser(body)) {
            while (values.size() < valuesMax && json.nextToken() != null) {
                StringWriter text = new StringWriter(body.length);
                try (JsonGenerator copy = FACTORY.createGenerator(text)) {
                    copy.copyCurrentStructure(json);
                }
                values.add(text.toString());
            }
        } catch (JsonProcessingException e) {
            throw new BadBodyException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new BadBodyException(String.valueOf(e.getMessage()), e);
        }
        return values;
    }

    static String print(Message message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message without Any fields has a JSON form", e);
        }
    }

    /** {@code {"code":3,"message":"…"}}. */
    static String print(Status status) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("code", status.getCode().value());
            if (status.getDescription() != null) {
                json.writeStringField("message", status.getDescription());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
