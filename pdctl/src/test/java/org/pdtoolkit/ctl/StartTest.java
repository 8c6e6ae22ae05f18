package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process itself: what it loads, and streams that only a process can have. */
class StartTest {
    @TempDir Path directory;

    /** A pdctl of its own, its output in files. */
    private Cli process(ProcessBuilder.Redirect in, List<String> jvm, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("org.pdtoolkit.ctl.Main");
        command.addAll(List.of(words));
        return finished(new ProcessBuilder(command), in);
    }

    private Cli finished(ProcessBuilder builder, ProcessBuilder.Redirect in)
            throws IOException, InterruptedException {
        File out = directory.resolve("out").toFile();
        File err = directory.resolve("err").toFile();
        builder.environment().put("PD_ADDR", PdServer.nobody());
        Process process = builder.redirectInput(in).redirectOutput(out).redirectError(err).start();
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "pdctl hangs");
        } finally {
            process.destroyForcibly();
        }
        return new Cli(
                process.exitValue(),
                Files.readString(out.toPath(), StandardCharsets.UTF_8),
                Files.readString(err.toPath(), StandardCharsets.UTF_8));
    }

    @Test
    void aCommandLoadsNeitherTheShellNorJsonNorOtherNouns() throws Exception {
        try (PdServer pd = PdServer.start()) {
            pd.on("GET /pd/api/v1/members", 200, "{}");

            Cli cli =
                    process(
                            ProcessBuilder.Redirect.PIPE,
                            List.of("-Xlog:class+load:stderr"),
                            "-u",
                            pd.url(),
                            "member");

            assertEquals(0, cli.exit());
            assertEquals("{}\n", cli.out());
            assertTrue(cli.err().contains("org.pdtoolkit.ctl.command.MemberCommand "));
            for (String unwanted :
                    List.of(
                            "org.jline.",
                            "com.fasterxml.",
                            "java.net.http.",
                            "org.pdtoolkit.ctl.shell.",
                            "command.HealthCommand",
                            "java.util.logging.Logger ")) {
                assertFalse(cli.err().contains(unwanted), unwanted);
            }
        }
    }

    @Test
    void aPipeThatNobodyClosesDoesNotHoldUpACommand() throws Exception {
        // PIPE: this test holds the other end and never writes to it or closes it.
        Cli cli = process(ProcessBuilder.Redirect.PIPE, List.of(), "tso", "1");

        assertEquals(0, cli.exit(), cli.err());
    }

    @Test
    void withoutCommandAndInputNothingHappens() throws Exception {
        Cli cli = process(ProcessBuilder.Redirect.from(new File("/dev/null")), List.of());

        assertEquals(new Cli(0, "", ""), cli);
    }

    @Test
    void aClosedInputIsNoScript() throws Exception {
        // The JVM's own files get the number of a closed stream; pdctl must not run them.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String[] shell = {
            "sh",
            "-c",
            "exec \"$0\" -cp \"$1\" org.pdtoolkit.ctl.Main <&-",
            java,
            System.getProperty("java.class.path")
        };

        assertEquals(
                new Cli(0, "", ""),
                finished(new ProcessBuilder(shell), ProcessBuilder.Redirect.PIPE));
    }

    @Test
    void theEnvironmentOfTheProcessCounts() throws Exception {
        Cli cli = process(ProcessBuilder.Redirect.PIPE, List.of(), "health");

        assertEquals(4, cli.exit());
        assertTrue(cli.err().contains("connection refused"), cli.err());
    }
}
