package org.pdtoolkit.ctl.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as plain Java values: {@code Map} (in order), {@code List}, {@code String}, {@link Num},
 * {@code Boolean} and {@code null}. Loaded only by commands that look inside a body.
 */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** A number with all its digits: PD's ids do not fit into a double. */
    public record Num(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    private Json() {}

    /**
     * Reads one document.
     *
     * @throws CtlException {@link ExitCode#FAILED} when the text is not JSON
     */
    public static Object parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            Object tree = value(parser);
            if (parser.nextToken() != null) {
                throw notJson("something follows its first value", null);
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw notJson(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CtlException notJson(String why, Throwable cause) {
        return new CtlException(
                ExitCode.FAILED,
                "the answer is not the JSON that PD sends: " + why,
                "is there a PD at this address? -o raw shows the answer as it came",
                cause);
    }

    private static Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw notJson("it is empty", null);
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getText());
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, value(parser));
        }
        return map;
    }

    private static List<Object> array(JsonParser parser) throws IOException {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(parser));
        }
        return list;
    }

    /** The named member of an object; {@code null} when absent or when the value is no object. */
    public static Object field(Object tree, String name) {
        return tree instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** The named member as text; empty when absent. */
    public static String text(Object tree, String name) {
        Object value = field(tree, name);
        return value == null ? "" : value.toString();
    }

    /** The named member as a list; empty when absent or when it is something else. */
    public static List<?> list(Object tree, String name) {
        return field(tree, name) instanceof List<?> list ? list : List.of();
    }

    /** Indented by two blanks as PD does, ending in one newline. */
    public static String pretty(Object tree) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        Separators separators =
                Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator("");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(separators)
                        .withObjectIndenter(indenter)
                        .withArrayIndenter(indenter);
        return text(tree, printer) + "\n";
    }

    /** On one line, without a newline. */
    public static String compact(Object tree) {
        return text(tree, (DefaultPrettyPrinter) null);
    }

    private static String text(Object tree, DefaultPrettyPrinter printer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            generator.setPrettyPrinter(printer);
            write(tree, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(Object tree, JsonGenerator generator) throws IOException {
        if (tree instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName(entry.getKey().toString());
                write(entry.getValue(), generator);
            }
            generator.writeEndObject();
        } else if (tree instanceof List<?> list) {
            generator.writeStartArray();
            for (Object item : list) {
                write(item, generator);
            }
            generator.writeEndArray();
        } else if (tree instanceof Num || tree instanceof Number) {
            generator.writeNumber(tree.toString());
        } else if (tree instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (tree == null) {
            generator.writeNull();
        } else {
            generator.writeString(tree.toString());
        }
    }
}
