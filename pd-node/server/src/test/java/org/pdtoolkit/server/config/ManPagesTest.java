package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checked-in pages are what the schema says; {@code -Dtestdata.rewrite=true} renews them. */
class ManPagesTest {
    private static final Path ROOT = Path.of("..", "..");

    @TempDir private Path folder;

    @Test
    void thePageOfTheCommandIsCurrent() throws IOException {
        assertCurrent("man/pd-node.8", ManPages.command());
    }

    @Test
    void thePageOfTheFileIsCurrent() throws IOException {
        assertCurrent("man/pd-node.conf.5", ManPages.file());
    }

    @Test
    void theExampleFileIsCurrent() throws IOException {
        assertCurrent("scripts/systemd/pd-node.toml", ManPages.example());
    }

    @Test
    void theExampleFileWithEveryKeySetToItsDefaultIsTaken() throws IOException {
        StringBuilder content = new StringBuilder();
        ManPages.example()
                .lines()
                .filter(line -> line.matches("# [a-z.-]+ = [^<]*") || line.startsWith("["))
                .filter(line -> !line.contains("standard error"))
                .forEach(line -> content.append(line.replaceFirst("^# ", "")).append('\n'));
        Path file = Files.writeString(folder.resolve("pd.toml"), content);

        LoadResult result =
                ConfigLoader.load(
                        new String[] {"--config=" + file, "--data-dir=" + folder.resolve("d")},
                        Map.of());

        assertInstanceOf(LoadResult.Start.class, result, result.toString());
    }

    private static void assertCurrent(String file, String content) throws IOException {
        Path path = ROOT.resolve(file);
        if (Boolean.getBoolean("testdata.rewrite")) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
        }
        assertEquals(
                Files.exists(path) ? Files.readString(path) : "",
                content,
                file + " differs from the schema; run this test with -Dtestdata.rewrite=true");
    }
}
