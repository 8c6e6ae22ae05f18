package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manual in the repository is the one that the command model makes. */
class ManPagesTest {
    private static final Path MAN = Path.of("..", "man");

    @Test
    void thePagesInTheRepositoryAreUpToDate() throws IOException {
        Map<String, String> made = ManPages.all();
        if (Boolean.getBoolean("man.rewrite")) {
            Files.createDirectories(MAN);
            ManPages.main(new String[] {MAN.toString()});
        }

        Map<String, String> present = new TreeMap<>();
        try (Stream<Path> files = Files.list(MAN)) {
            for (Path file : files.filter(f -> isOurs(f.getFileName().toString())).toList()) {
                present.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        String how =
                "mvn -pl pdctl test -Dtest=ManPagesTest -Dtest.jvm.arguments=-Dman.rewrite=true";
        assertEquals(made.keySet(), present.keySet(), how);
        for (String name : made.keySet()) {
            assertEquals(made.get(name), present.get(name), name + "; to rewrite: " + how);
        }
    }

    private static boolean isOurs(String name) {
        return name.matches("pdctl(-[a-z_]+)?\\.1");
    }
}
