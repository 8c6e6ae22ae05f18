package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class HelpTextTest {
    private static final int WIDTH = 80;

    @Test
    void fitsATerminalOf80ColumnsAndEndsWithALineBreak() {
        List<String> lines = HelpText.help().lines().toList();

        for (String line : lines) {
            assertTrue(line.length() <= WIDTH, line);
            assertTrue(line.equals(line.stripTrailing()), "blank at the end of: " + line);
        }
        assertTrue(HelpText.help().endsWith(".\n"));
    }

    @Test
    void namesEveryFlagWithItsDefault() {
        String flat = HelpText.help().replaceAll("\\s+", " ");
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            assertTrue(flat.contains("--" + row.name() + " "), row.name());
            assertTrue(flat.contains(row.doc()), row.doc());
            if (!row.shownDefault().isEmpty() && !row.shownDefault().equals("false")) {
                assertTrue(
                        flat.contains(row.doc() + " Default: " + row.shownDefault() + "."),
                        row.name());
            }
        }
    }
}
