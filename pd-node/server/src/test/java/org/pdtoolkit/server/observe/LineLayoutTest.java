package org.pdtoolkit.server.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.time.MutableInstant;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineLayoutTest {
    @Test
    void textIsKeysAndValuesOnOneLine() {
        assertEquals(
                "ts=2026-11-21T09:10:11.012Z level=info logger=Tso thread=\"tso loop\""
                        + " msg=\"window saved until=42\"\n",
                line(false, false, Level.INFO, "window saved until=42", null));
    }

    @Test
    void jsonIsAnObjectALine() {
        assertEquals(
                "{\"ts\":\"2026-11-21T09:10:11.012Z\",\"level\":\"warn\",\"logger\":\"Tso\","
                        + "\"thread\":\"tso loop\",\"msg\":\"slow\"}\n",
                line(true, false, Level.WARN, "slow", null));
    }

    /** A name from a client must neither begin a new entry nor steer a terminal. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    GIVEN            | WRITTEN
                    a\\nts=b         | a\\nts=b
                    a\\rb            | a\\rb
                    tab\\there       | tab\\there
                    esc\\033[2J      | esc\\u001b[2J
                    "quoted" \\\\    | \\"quoted\\" \\\\
                    grün 数          | grün 数
                    """)
    void escapesWhatCouldForgeALine(String given, String written) {
        String message = given.translateEscapes();
        for (boolean json : new boolean[] {false, true}) {
            String line = line(json, false, Level.INFO, message, null);

            assertTrue(line.contains(written), line);
            assertEquals(1, line.lines().count(), line);
        }
    }

    @Test
    void escapesTextThatWouldBeShownBackwards() {
        assertTrue(line(false, false, Level.INFO, "a\u202eb", null).contains("a\\u202eb"));
    }

    @Test
    void theStackTraceFollowsInIndentedLines() {
        List<String> lines =
                line(false, true, Level.ERROR, "failed", new IllegalStateException("why\nx"))
                        .lines()
                        .toList();

        assertTrue(lines.get(0).startsWith("<3>ts="), lines.get(0));
        assertTrue(
                lines.get(0).endsWith(" error=\"java.lang.IllegalStateException: why\\nx\""),
                lines.get(0));
        lines.stream()
                .skip(1)
                .forEach(line -> assertTrue(line.startsWith("<3>\t"), "not indented: " + line));
        assertTrue(lines.get(3).contains("at org.pdtoolkit.server.observe.LineLayoutTest"));
    }

    @ParameterizedTest
    @CsvSource({"FATAL,<2>", "ERROR,<3>", "WARN,<4>", "INFO,<6>", "DEBUG,<7>", "TRACE,<7>"})
    void theJournalGetsPriorities(String level, String priority) {
        assertTrue(
                line(true, true, Level.valueOf(level), "x", null).startsWith(priority + "{\"ts\""));
    }

    private static String line(
            boolean json, boolean forJournal, Level level, String message, Throwable thrown) {
        MutableInstant instant = new MutableInstant();
        instant.initFromEpochMilli(1_795_252_211_012L, 0);
        LogEvent event =
                Log4jLogEvent.newBuilder()
                        .setLoggerName("org.pdtoolkit.server.Tso")
                        .setThreadName("tso loop")
                        .setLevel(level)
                        .setMessage(new SimpleMessage(message))
                        .setThrown(thrown)
                        .setInstant(instant)
                        .build();
        return new LineLayout(json, forJournal).toSerializable(event);
    }
}
