package org.pdtoolkit.ctl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.pdtoolkit.ctl.render.Console;

/** Runs pdctl in this JVM and keeps what it said. */
record Cli(int exit, String out, String err) {

    static Cli run(String... args) {
        return run(Map.of(), InputStream.nullInputStream(), args);
    }

    static Cli script(String lines, String... args) {
        return run(
                Map.of(), new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), args);
    }

    static Cli run(Map<String, String> env, InputStream in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Main.run(args, in, out, err, env);
        return new Cli(exit, text(out), text(err));
    }

    /** As if a person sat at a terminal and typed these lines. */
    static Cli atTerminal(String lines, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console =
                new Console(
                        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                        out,
                        err,
                        Map.of("TERM", "xterm"),
                        new Console.Tty(true, true, true, 80));
        return new Cli(Main.run(args, console), text(out), text(err));
    }

    /** As if the output were a terminal of this width. */
    static Cli onTerminal(int columns, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console.Tty tty = new Console.Tty(false, true, true, columns);
        Console console =
                new Console(InputStream.nullInputStream(), out, err, Map.of("TERM", "xterm"), tty);
        return new Cli(Main.run(args, console), text(out), text(err));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
