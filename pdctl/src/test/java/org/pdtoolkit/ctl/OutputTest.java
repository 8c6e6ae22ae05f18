package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.ctl.client.Json;

/** Formats, terminals and streams. */
class OutputTest {
    private final PdServer pd = PdServer.start();

    @AfterEach
    void stop() {
        pd.close();
    }

    @Test
    void aTerminalGetsATableAndAPipeTheBody() {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd2"));

        assertEquals(Bodies.members("pd2") + "\n", Cli.run("-u", pd.url(), "member").out());
        assertEquals(
                """
                NAME  ROLE    PRIORITY  ID (HEX)          CLIENT URLS            VERSION
                pd1   member  0         f7322a05675f4b80  http://127.0.0.1:2379  v8.5.0
                pd2   leader  0         f7322a05675f4b81  http://127.0.0.1:2389  v8.5.0
                pd3   member  0         f7322a05675f4b82  http://127.0.0.1:2399  v8.5.0
                """,
                Cli.onTerminal(80, "-u", pd.url(), "member").out());
    }

    @Test
    void aNarrowTerminalGetsBlocksAndLosesNothing() {
        pd.on(
                "GET /pd/api/v1/health",
                200,
                "[{\"name\":\"pd1\",\"health\":false,\"client_urls\":"
                        + "[\"http://127.0.0.1:1\"]},{\"name\":\"小さい\",\"health\":true}]");

        assertEquals(
                """
                NAME         pd1
                HEALTH       UNHEALTHY
                CLIENT URLS  http://127.0.0.1:1

                NAME         小さい
                HEALTH       healthy
                CLIENT URLS
                """,
                Cli.onTerminal(1, "-u", pd.url(), "health").out());
        assertEquals(
                """
                NAME    HEALTH     CLIENT URLS
                pd1     UNHEALTHY  http://127.0.0.1:1
                小さい  healthy
                """,
                Cli.run("-u", pd.url(), "health", "-o", "table").out());
    }

    @Test
    void jsonKeepsAllDigitsAndEndsInOneNewline() {
        pd.on("GET /pd/api/v1/cluster", 200, "{\"id\":18446744073709551615,\"n\":[],\"x\":1.50}");

        Cli cli = Cli.run("-u", pd.url(), "cluster", "-o", "json");

        assertEquals(
                "{\n  \"id\": 18446744073709551615,\n  \"n\": [],\n  \"x\": 1.50\n}\n", cli.out());
    }

    @Test
    void aDeedIsAnObjectInJson() {
        pd.on("POST /pd/api/v1/members/name/pd1", 200, "\"success\"");

        Cli cli = Cli.run("-u", pd.url(), "-o", "json", "member", "leader_priority", "pd1", "7");

        Object tree = Json.parse(cli.out());
        assertEquals("success", Json.text(tree, "status"));
        assertEquals("7", Json.text(tree, "leader_priority"));
    }

    @Test
    void serverTextCannotSteerTheTerminal() {
        String evil = "\u001b]0;owned\u0007\u009b31m\u202e";
        pd.on("GET /pd/api/v1/health", 200, "[{\"name\":\"" + evil + "\"}]")
                .on("GET /pd/api/v1/leader", 500, evil + "\nmore");

        String raw = Cli.onTerminal(80, "-u", pd.url(), "health", "-o", "raw").out();
        assertTrue(raw.contains("\\u001b]0;owned\\u0007\\u009b31m\\u202e"), raw);
        String err = Cli.run("-u", pd.url(), "member", "leader", "show").err();
        assertFalse(err.contains("\u001b") || err.contains("\u009b"), err);
        // A pipe gets the bytes as they came.
        assertTrue(Cli.run("-u", pd.url(), "health").out().contains(evil));
    }

    @Test
    void pingShowsATimeInEachFormat() {
        pd.on("GET /pd/api/v1/ping", 200, "");

        assertTrue(Cli.run("-u", pd.url(), "ping").out().startsWith("time: "));
        Object tree = Json.parse(Cli.run("-u", pd.url(), "ping", "-o", "json").out());
        assertEquals(pd.url(), Json.text(tree, "endpoint"));
        assertTrue(Long.parseLong(Json.text(tree, "nanoseconds")) > 0);
    }

    @Test
    void versionHasTheLinesOfPdCtl() {
        String out = Cli.run("-V").out();

        assertEquals(out, Cli.run("version").out());
        assertTrue(
                out.matches(
                        "Release Version: [0-9.]+\\S*\nEdition: Community\nKernel Type: Classic\n"
                                + "Git Commit Hash: \\S+\nGit Branch: \\S+\n"
                                + "UTC Build Time:  \\S+\n"),
                out);
    }

    @Test
    void aReaderThatLeftEndsTheCommandQuietly() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int exit =
                Main.run(
                        new String[] {"help"},
                        InputStream.nullInputStream(),
                        failing("Broken pipe"),
                        err,
                        Map.of());

        assertEquals(141, exit);
        assertEquals("", err.toString());
    }

    @Test
    void aFullDiskIsAnError() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int exit =
                Main.run(
                        new String[] {"help"},
                        InputStream.nullInputStream(),
                        failing("No space left on device"),
                        err,
                        Map.of());

        assertEquals(1, exit);
        assertTrue(err.toString().contains("No space left on device"));
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(why);
            }
        };
    }
}
