package org.pdtoolkit.server.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a TOML file into dotted keys and their texts; the texts are judged later, all at once. */
final class ConfigFile {
    /** A file of this size is no configuration; do not read it into memory. */
    static final long FILE_BYTES_MAX = 1 << 20;

    private ConfigFile() {}

    /**
     * Dotted keys in the order of the file.
     *
     * @throws ConfigValueException if the file cannot be read or is not TOML; the message names it
     */
    static Map<String, String> read(Path file) throws ConfigValueException {
        JsonNode root;
        try {
            if (!Files.isRegularFile(file)) {
                String kind = Files.exists(file) ? "is not a file" : "does not exist";
                throw new ConfigValueException("configuration file " + file + " " + kind);
            }
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new ConfigValueException(
                        "configuration file " + file + " is larger than 1 MiB");
            }
            root = new TomlMapper().readTree(Files.readString(file));
        } catch (JacksonException e) {
            String where = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new ConfigValueException(
                    "configuration file "
                            + file
                            + where
                            + " is not TOML: "
                            + e.getOriginalMessage());
        } catch (CharacterCodingException e) {
            throw new ConfigValueException("configuration file " + file + " is not UTF-8 text");
        } catch (IOException e) {
            throw new ConfigValueException("configuration file " + file + " cannot be read: " + e);
        }
        Map<String, String> values = new LinkedHashMap<>();
        flatten("", root, values);
        return values;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> values) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject()) {
                flatten(key, value, values);
            } else {
                values.put(key, text(value));
            }
        }
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.asText();
        }
        List<String> items = new ArrayList<>();
        value.forEach(item -> items.add(item.isValueNode() ? item.asText() : item.toString()));
        return String.join(",", items);
    }
}
