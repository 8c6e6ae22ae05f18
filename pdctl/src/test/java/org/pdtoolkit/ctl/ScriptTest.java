package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines from a pipe or a file. */
class ScriptTest {
    @Test
    void linesRunInOrderWithCommentsAndQuotes() {
        Cli cli = Cli.script("# two times\n\n  tso 1  \r\ntso '262144' -o json # trailing\n");

        assertEquals(0, cli.exit(), cli.err());
        assertTrue(cli.out().startsWith("system:  1970-01-01 00:00:00 +0000"), cli.out());
        assertTrue(cli.out().contains("\"physical_ms\": 1"), cli.out());
    }

    @Test
    void theFirstErrorEndsTheScriptWithItsLineAndCode() {
        Cli cli = Cli.script("tso 1\n\ntso x\ntso 2\n");

        assertEquals(2, cli.exit());
        assertTrue(cli.err().startsWith("pdctl: line 3: 'x' is not a timestamp"), cli.err());
        assertEquals(1, cli.out().split("system:").length - 1);
    }

    @Test
    void itCanGoOnAndThenReportsAPartialFailure() {
        Cli mixed = Cli.script("tso x\ntso 2\n'open\ntso 3\n", "--continue-on-error");
        Cli hopeless = Cli.script("tso x\nnosuch\n", "--continue-on-error");

        assertEquals(9, mixed.exit());
        assertEquals(2, mixed.out().split("system:").length - 1);
        assertTrue(mixed.err().contains("line 3: the quote ' is never closed"), mixed.err());
        assertEquals(2, hopeless.exit());
    }

    @Test
    void exitEndsItQuietly() {
        Cli cli = Cli.script("tso 1\nexit\ntso x\n");

        assertEquals(0, cli.exit());
        assertEquals("", cli.err());
    }

    @Test
    void anEmptyInputIsNoError() {
        Cli cli = Cli.run();

        assertEquals(new Cli(0, "", ""), cli);
    }

    @Test
    void aFileIsNamedInItsErrors(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("steps"), "tso 1\nhelth\n");

        Cli cli = Cli.run("-f", file.toString());

        assertEquals(2, cli.exit());
        assertTrue(cli.err().startsWith("pdctl: " + file + ":2: unknown command"), cli.err());
    }

    @Test
    void flagsOfTheProcessHoldForTheLinesAndLinesMayDiffer() {
        try (PdServer pd = PdServer.start()) {
            pd.on("GET /pd/api/v1/health", 200, "[]");

            Cli cli = Cli.script("health\nhealth -u " + PdServer.nobody() + "\n", "-u", pd.url());

            assertEquals(4, cli.exit());
            assertEquals("[]\n", cli.out());
        }
    }

    @Test
    void flagsOfTheProcessAreRefusedInALine() {
        Cli cli = Cli.script("-f other\n");

        assertEquals(2, cli.exit());
        assertTrue(cli.err().contains("belongs to the command line"), cli.err());
        assertEquals(2, Cli.script("-o json\n").exit());
    }

    @Test
    void linesRunBeforeTheInputEnds() {
        // Fails the test when a third line is asked for: the second one must have ended the script.
        InputStream in =
                new InputStream() {
                    private final byte[] bytes = "tso 1\ntso x\n".getBytes();
                    private int next;

                    @Override
                    public int read() {
                        return next < bytes.length ? bytes[next++] : fail("read on");
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        into[offset] = (byte) read();
                        return 1;
                    }
                };

        assertEquals(2, Cli.run(Map.of(), in).exit());
    }

    @Test
    void aCommandNeverTouchesTheInput() {
        InputStream in =
                new InputStream() {
                    @Override
                    public int read() {
                        return fail("the input was read");
                    }
                };

        assertEquals(0, Cli.run(Map.of(), in, "tso", "1").exit());
    }
}
