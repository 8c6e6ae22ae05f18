package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class ConfigSchemaTest {
    private static final String ROWS = "/org/pdtoolkit/server/config/rows.csv";

    @ParameterizedTest
    @CsvFileSource(resources = ROWS, useHeadersInDisplayName = true, delimiter = ';')
    void aRowTakesItsValuesAndRefusesOthers(
            String key, String given, String value, String refused, String because)
            throws ConfigValueException {
        ConfigKey<?> row = ConfigSchema.byFlag(key).orElseThrow();

        assertEquals(value, String.valueOf(row.parse(given)));
        if (refused != null) {
            ConfigValueException e =
                    assertThrows(ConfigValueException.class, () -> row.parse(refused));
            assertTrue(e.getMessage().contains(because), e.getMessage());
        }
    }

    @Test
    void everyRowHasALineInTheTable() throws IOException {
        Set<String> tested = new TreeSet<>();
        try (InputStream table = ConfigSchemaTest.class.getResourceAsStream(ROWS)) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(2)
                    .forEach(line -> tested.add(line.split(";")[0].strip()));
        }
        Set<String> rows = new TreeSet<>();
        ConfigSchema.rows().forEach(row -> rows.add(row.name()));

        assertEquals(rows, tested);
    }

    @Test
    void everyDefaultIsAValueThatTheRowTakes() throws ConfigValueException {
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            if (!row.defaultText().isEmpty()) {
                row.parse(row.defaultText());
            }
        }
    }

    @Test
    void noSpellingBelongsToTwoRows() {
        List<String> flags = new ArrayList<>();
        List<String> fileKeys = new ArrayList<>();
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            flags.add(row.name());
            flags.addAll(row.aliases());
            fileKeys.addAll(row.fileKeys());
        }
        flags.addAll(OriginalKeys.etcdFlags());

        assertEquals(flags.size(), new HashSet<>(flags).size(), flags.toString());
        assertEquals(fileKeys.size(), new HashSet<>(fileKeys).size(), fileKeys.toString());
        for (String key : fileKeys) {
            assertTrue(OriginalKeys.ofFileKey(key).isEmpty() || key.startsWith("metric"), key);
        }
    }

    @Test
    void everyRowIsDocumentedInSentences() {
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            assertTrue(row.doc().endsWith("."), row.name());
            assertFalse(row.doc().contains("\n"), row.name());
        }
    }
}
