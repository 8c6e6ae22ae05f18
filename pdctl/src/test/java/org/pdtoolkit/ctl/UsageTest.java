package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What a wrong command line gets: exit 2, an empty stdout, and words that help. */
class UsageTest {
    @ParameterizedTest
    @CsvFileSource(resources = "/tables/usage.csv", useHeadersInDisplayName = true, delimiter = '|')
    void aWrongLineIsRefusedWithExitTwo(String line, String says, String hints) {
        String[] words = org.pdtoolkit.ctl.command.Words.split(line);

        Cli cli = Cli.run(words);

        assertEquals(2, cli.exit(), cli.err());
        assertEquals("", cli.out());
        String[] told = cli.err().split("\nhint: ", 2);
        assertTrue(told[0].startsWith("pdctl: ") && told[0].contains(says), cli.err());
        assertTrue(told.length == 2 && told[1].contains(hints), cli.err());
        assertFalse(cli.err().contains("\tat ") || cli.err().contains("Exception"), cli.err());
    }

    @Test
    void aWrongEnvironmentIsRefusedToo() {
        for (Map<String, String> env :
                List.of(
                        Map.of("PD_ADDR", "%zz"),
                        Map.of("PDCTL_PD", "ftp://x"),
                        Map.of("PDCTL_TIMEOUT", "never"),
                        Map.of("PDCTL_OUTPUT", "xml"))) {
            Cli cli = Cli.run(env, InputStream.nullInputStream(), "member");
            assertEquals(2, cli.exit(), env + cli.err());
            assertEquals("", cli.out());
        }
    }

    @Test
    void withJsonOutputTheErrorIsJson() {
        for (String[] line :
                new String[][] {
                    {"nosuch", "-o", "json"}, {"-ojson", "tso", "x"}, {"tso", "x", "--output=json"}
                }) {
            Cli cli = Cli.run(line);
            assertEquals(2, cli.exit());
            assertTrue(
                    cli.err().startsWith("{\"error\":{\"code\":\"usage\",\"message\":"), cli.err());
        }
    }
}
