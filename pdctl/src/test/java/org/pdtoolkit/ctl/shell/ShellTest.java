package org.pdtoolkit.ctl.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.ctl.Bodies;
import org.pdtoolkit.ctl.PdServer;
import org.pdtoolkit.ctl.client.Endpoint;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.command.Session;
import org.pdtoolkit.ctl.command.Settings;
import org.pdtoolkit.ctl.render.Console;

/** The shell, fed with keys over a terminal without a screen. */
@Timeout(30)
class ShellTest {
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";

    private final PdServer pd = PdServer.start();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    @TempDir Path home;

    @AfterEach
    void stop() {
        pd.close();
    }

    private Console console() {
        Console.Tty tty = new Console.Tty(true, true, true, 80);
        Map<String, String> env = Map.of("XDG_STATE_HOME", home.toString(), "TERM", "dumb");
        return new Console(InputStream.nullInputStream(), out, err, env, tty);
    }

    private Session session(String pdUrl) {
        Settings settings =
                new Settings(
                        Endpoint.parseList(pdUrl), "", "", "", Duration.ofSeconds(10), null, false);
        return new Session(console(), settings);
    }

    /** Types the keys and waits for the shell to end. */
    private ExitCode type(String pdUrl, String keys) throws Exception {
        PipedInputStream input = new PipedInputStream(1 << 16);
        try (OutputStream keyboard = new PipedOutputStream(input)) {
            keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            return run(session(pdUrl), input).get(20, TimeUnit.SECONDS);
        }
    }

    private CompletableFuture<ExitCode> run(Session session, InputStream input) throws IOException {
        Terminal terminal = new DumbTerminal("test", "ansi", input, screen, StandardCharsets.UTF_8);
        terminal.setSize(Size.of(80, 24));
        Attributes keys = terminal.getAttributes();
        keys.setControlChar(Attributes.ControlChar.VINTR, 3);
        keys.setControlChar(Attributes.ControlChar.VEOF, 4);
        keys.setLocalFlag(Attributes.LocalFlag.ISIG, true);
        terminal.setAttributes(keys);
        Path history = HistoryFile.prepare(session.console());
        ClusterCache cluster = new ClusterCache(session.settings().connection());
        Shell shell = new Shell(session, terminal, cluster, history);
        return CompletableFuture.supplyAsync(shell::loop);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String screen() {
        return screen.toString(StandardCharsets.UTF_8);
    }

    @Test
    void runsLinesUntilCtrlDAndShowsClusterAndLeader() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd2"))
                .on("GET /pd/api/v1/cluster", 200, "{\"id\":1}\n");

        assertEquals(ExitCode.OK, type(pd.url(), "cluster\ntso x\n" + CTRL_D));

        assertEquals("{\"id\":1}\n", out());
        assertTrue(err.toString().contains("'x' is not a timestamp"), err.toString());
        assertTrue(screen().contains("pd 7312…(pd2)> "), screen());
    }

    @Test
    void exitLeavesAtOnce() throws Exception {
        assertEquals(ExitCode.OK, type(PdServer.nobody(), "exit\ntso 1\n"));

        assertEquals("", out());
    }

    @Test
    void tabCompletesCommandsFlagsValuesAndLiveNames() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd1", 0, "north", "south"))
                .on("POST /pd/api/v1/members/name/south", 200, "\"success\"")
                .on("GET /pd/api/v1/cluster", 200, "{\"id\":1}");

        type(pd.url(), "memb\tleader_\tso\t7\n" + "clus\t--out\tjs\t\n" + CTRL_D);

        assertEquals("Success!\n{\n  \"id\": 1\n}\n", out(), screen() + err);
        assertTrue(
                pd.requests()
                        .contains("POST /pd/api/v1/members/name/south {\"leader-priority\":7}"));
    }

    @Test
    void completionOfWordsWorksOffline() throws Exception {
        type(PdServer.nobody(), "ts\t1\n" + "member leader tran\t\t" + CTRL_C + CTRL_D);

        assertTrue(out().startsWith("system:"), out() + err);
        assertTrue(screen().contains("pd (no answer)> "), screen());
    }

    @Test
    void aQuestionIsAnsweredInTheShellAndForgotten() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd1"))
                .on("DELETE /pd/api/v1/members/name/pd3", 200, "\"removed, pd: pd3\"\n");

        type(pd.url(), "member delete name pd3\npd3\n" + "member delete name pd3\nno\n" + CTRL_D);

        assertEquals("Success!\n", out(), err.toString());
        assertTrue(err.toString().contains("nothing was changed"), err.toString());
        Path history = home.resolve("pdctl").resolve("history");
        assertFalse(Files.readString(history).contains(":no"), Files.readString(history));
    }

    @Test
    void ctrlCDropsTheLineAndKeepsTheShell() throws Exception {
        type(PdServer.nobody(), "tso x" + CTRL_C + "tso 1\n" + CTRL_D);

        assertTrue(out().startsWith("system:"), out());
        assertEquals("", err.toString());
    }

    @Test
    void aQuoteThatStaysOpenAsksForMore() throws Exception {
        type(PdServer.nobody(), "tso '1\n'\n" + CTRL_D);

        assertTrue(screen().contains("> '"), screen());
        assertTrue(err.toString().contains("is not a timestamp"), err.toString());
    }

    @Test
    void exclamationMarksAreNotReplaced() throws Exception {
        type(PdServer.nobody(), "tso 1\ntso !!\n" + CTRL_D);

        assertTrue(err.toString().contains("'!!' is not a timestamp"), err.toString());
    }

    @Test
    void cancelBreaksOffTheCommandAndKeepsTheShell() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd1")).stall("GET /pd/api/v1/cluster");
        Session session = session(pd.url());
        PipedInputStream input = new PipedInputStream(1 << 16);
        try (OutputStream keyboard = new PipedOutputStream(input)) {
            CompletableFuture<ExitCode> shell = run(session, input);
            keyboard.write("cluster\n".getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            pd.awaitRequest("GET /pd/api/v1/cluster");

            session.cancel();
            keyboard.write(("tso 1\n" + CTRL_D).getBytes(StandardCharsets.UTF_8));
            keyboard.flush();

            assertEquals(ExitCode.OK, shell.get(5, TimeUnit.SECONDS));
        }
        assertTrue(err.toString().contains("pdctl: interrupted"), err.toString());
        assertTrue(out().startsWith("system:"), out());
    }

    @Test
    void cancelEndsAWatch() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd1"))
                .on("GET /pd/api/v1/cluster", 200, "{\"id\":1}");
        Session session = session(pd.url());
        PipedInputStream input = new PipedInputStream(1 << 16);
        try (OutputStream keyboard = new PipedOutputStream(input)) {
            CompletableFuture<ExitCode> shell = run(session, input);
            keyboard.write("watch 1h cluster\n".getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            pd.awaitRequest("GET /pd/api/v1/cluster");

            session.cancel();
            keyboard.write(CTRL_D.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();

            assertEquals(ExitCode.OK, shell.get(5, TimeUnit.SECONDS));
        }
        assertTrue(out().startsWith("every 1h: cluster\n\n"), out());
    }

    @Test
    void aSilentPdDoesNotHoldUpThePrompt() throws Exception {
        pd.stall("GET /pd/api/v1/members");
        long start = System.nanoTime();

        type(pd.url(), "tso 1\n" + CTRL_D);

        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
        assertTrue(screen().contains("pd (no answer)> "), screen());
    }

    @Test
    void aLateAnswerReplacesThePromptOfTheWaitingLine() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        pd.on("GET /pd/api/v1/members", gate, 200, Bodies.members("pd2"));
        PipedInputStream input = new PipedInputStream(1 << 16);
        try (OutputStream keyboard = new PipedOutputStream(input)) {
            CompletableFuture<ExitCode> shell = run(session(pd.url()), input);
            awaitScreen("pd (no answer)> ");

            gate.countDown();

            // Only what differs is drawn again.
            awaitScreen("7312");
            keyboard.write(CTRL_D.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            assertEquals(ExitCode.OK, shell.get(5, TimeUnit.SECONDS));
        }
    }

    /** Polls, for a screen announces nothing. */
    private void awaitScreen(String text) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!screen().contains(text)) {
            assertTrue(System.nanoTime() - end < 0, screen());
            Thread.onSpinWait();
        }
    }

    @Test
    void historyIsPrivateAndLeavesOutLinesWithALeadingBlank() throws Exception {
        type(PdServer.nobody(), "tso 1\n tso 2\n" + CTRL_D);

        Path file = home.resolve("pdctl").resolve("history");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        List<String> lines = Files.readAllLines(file);
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).endsWith("tso 1"), lines.toString());
    }

    @Test
    void aHistoryThatIsALinkIsNotFollowed() throws IOException {
        Path victim = Files.writeString(home.resolve("victim"), "keep");
        Files.createDirectory(home.resolve("pdctl"));
        Files.createSymbolicLink(home.resolve("pdctl").resolve("history"), victim);

        assertNull(HistoryFile.prepare(console()));
        assertEquals("keep", Files.readString(victim));
    }

    @Test
    void namesFromTheServerCannotSteerTheTerminal() throws Exception {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("\\u001b]0;x\\u0007"));

        type(pd.url(), "member leader transfer \t" + CTRL_C + CTRL_D);

        assertFalse(screen().contains("\u001b]0;x"), screen());
    }
}
