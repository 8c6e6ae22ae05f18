package org.pdtoolkit.ctl.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.pdtoolkit.ctl.render.Console;

/** Where the shell keeps its history: a file that only its user can read. */
final class HistoryFile {
    private HistoryFile() {}

    /**
     * Creates the file if need be.
     *
     * @return the file, or {@code null} when history cannot be kept there safely
     */
    static Path prepare(Console console) {
        String state = console.env("XDG_STATE_HOME");
        String home = console.env("HOME");
        if (state.isEmpty() && home.isEmpty()) {
            return null;
        }
        try {
            Path base = state.isEmpty() ? Path.of(home, ".local", "state") : Path.of(state);
            if (!base.isAbsolute()) {
                return null;
            }
            Path directory = base.resolve("pdctl");
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Path file = directory.resolve("history");
            if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            // A shell without history is better than none.
            return null;
        }
    }
}
