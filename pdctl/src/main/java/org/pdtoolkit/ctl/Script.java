package org.pdtoolkit.ctl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.command.Session;

/** Runs lines one after the other as they arrive; it never waits for the end of its input. */
final class Script {
    // Nobody writes such a line; without a bound a stray binary would fill the memory.
    private static final int LINE_CHARS_MAX = 1 << 20;

    private final Session session;
    private final boolean continueOnError;
    private int failed;
    private int succeeded;
    private ExitCode firstFailure = ExitCode.OK;

    Script(Session session, boolean continueOnError) {
        this.session = session;
        this.continueOnError = continueOnError;
    }

    static ExitCode file(Session session, String file, boolean continueOnError) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return new Script(session, continueOnError).run(in, file + ":");
        } catch (IOException | java.nio.file.InvalidPathException e) {
            throw new CtlException(
                    ExitCode.USAGE,
                    "cannot read the script " + file,
                    "check the path and that you may read it",
                    e);
        }
    }

    ExitCode run(InputStream in, String name) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int number = 0;
        for (String line = next(lines); line != null; line = next(lines)) {
            number++;
            session.setPlace(name.isEmpty() ? "line " + number : name + number);
            ExitCode exit = session.run(line);
            if (exit == ExitCode.OK) {
                succeeded++;
            } else {
                failed++;
                firstFailure = firstFailure == ExitCode.OK ? exit : firstFailure;
            }
            boolean fatal = exit == ExitCode.BROKEN_PIPE || exit == ExitCode.INTERRUPTED;
            if (session.ended() || fatal || exit != ExitCode.OK && !continueOnError) {
                break;
            }
        }
        return continueOnError && failed > 0 && succeeded > 0 ? ExitCode.PARTIAL : firstFailure;
    }

    private static String next(BufferedReader lines) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = lines.read();
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n') {
            line.append((char) c);
            if (line.length() > LINE_CHARS_MAX) {
                throw CtlException.usage(
                        "a line of the script is longer than a million characters",
                        "is this a text file?");
            }
            c = lines.read();
        }
        return line.toString();
    }
}
