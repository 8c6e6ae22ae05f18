package org.pdtoolkit.server.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggingTest {
    private static final long MEBIBYTE = 1 << 20;

    @TempDir private Path folder;

    @AfterEach
    void backToStandardError() {
        Logging.start(new LogSettings(Level.ERROR, false, false, null, MEBIBYTE, 0, 0));
    }

    @Test
    void writesEntriesFromTheLevelOnIntoTheFile() throws IOException {
        Path file = folder.resolve("deep/pd.log");
        Logging.start(settings(file, 0));
        Logger own = LogManager.getLogger("org.pdtoolkit.server.Some");

        own.debug("too fine");
        own.info("first");
        Logging.setLevel("debug");
        own.debug("second");
        Logging.setLevel("ERROR");
        own.warn("too fine again");
        assertEquals("error", Logging.level());

        List<String> lines = Files.readAllLines(file);
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains("level=info logger=Some "), lines.get(0));
        assertTrue(lines.get(1).contains("msg=\"second\""), lines.get(1));
    }

    @Test
    void librariesOnlyWarnUntilOneDebugs() throws IOException {
        Path file = folder.resolve("pd.log");
        Logging.start(settings(file, 0));
        Logger netty = LogManager.getLogger("io.netty.Some");
        java.util.logging.Logger grpc = java.util.logging.Logger.getLogger("io.grpc.Some");

        netty.info("too fine");
        grpc.info("too fine");
        grpc.warning("from grpc");
        Logging.setLevel("debug");
        netty.info("from netty");

        String content = Files.readString(file);
        assertFalse(content.contains("too fine"), content);
        assertTrue(content.contains("level=warn logger=Some"), content);
        assertTrue(content.contains("msg=\"from grpc\""), content);
        assertTrue(content.contains("msg=\"from netty\""), content);
    }

    @Test
    void turnsTheFileAtItsSizeAndKeepsTheNewestOldFiles() throws IOException {
        Path file = folder.resolve("pd.log");
        Logging.start(settings(file, 2));
        Logger log = LogManager.getLogger("org.pdtoolkit.Some");
        String filler = "x".repeat(1 << 10);
        for (int i = 0; i < 5 * 1024; i++) {
            log.info("{} {}", i, filler);
        }

        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of("pd.log", "pd.log.1", "pd.log.2"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        assertTrue(Files.size(folder.resolve("pd.log.1")) >= MEBIBYTE);
    }

    @Test
    void saysWhichFileItCannotWrite() {
        Path file = folder.resolve("directory");
        LogFileException e =
                assertThrows(
                        LogFileException.class,
                        () -> {
                            Files.createDirectory(file);
                            Logging.start(settings(file, 0));
                        });

        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    }

    @Test
    void refusesALevelThatDoesNotExist() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Logging.setLevel("loud"));

        assertTrue(e.getMessage().startsWith("log level loud is illegal"), e.getMessage());
    }

    private static LogSettings settings(Path file, int backups) {
        return new LogSettings(Level.INFO, false, false, file, MEBIBYTE, 0, backups);
    }
}
