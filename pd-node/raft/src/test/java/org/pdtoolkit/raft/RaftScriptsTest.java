package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.pdtoolkit.raft.ScriptFile.Block;

/**
 * Runs every script and compares its output byte for byte. {@code -Draft.scripts} names another
 * folder with the subfolders {@code raft}, {@code confchange} and {@code quorum}; {@code
 * -Draft.script} limits the run to the files whose name contains it.
 */
class RaftScriptsTest {
    @TestFactory
    List<DynamicTest> raft() {
        return tests("raft", () -> new RaftScript()::run);
    }

    @TestFactory
    List<DynamicTest> confchange() {
        return tests("confchange", () -> new ConfChangeScript()::run);
    }

    @TestFactory
    List<DynamicTest> quorum() {
        return tests("quorum", () -> QuorumScript::run);
    }

    private interface Environment {
        Function<Block, String> start();
    }

    private static List<DynamicTest> tests(String folder, Environment environment) {
        String filter = System.getProperty("raft.script", "");
        try (Stream<Path> files = Files.list(root().resolve(folder))) {
            List<DynamicTest> tests =
                    files.filter(file -> file.toString().endsWith(".txt"))
                            .filter(file -> file.getFileName().toString().contains(filter))
                            .sorted()
                            .map(file -> test(file, environment))
                            .toList();
            assertFalse(tests.isEmpty() && filter.isEmpty(), "no scripts in " + folder);
            return tests;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        String configured = System.getProperty("raft.scripts", "");
        if (!configured.isEmpty()) {
            return Path.of(configured);
        }
        try {
            return Path.of(RaftScriptsTest.class.getResource("/raft-scripts").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DynamicTest test(Path file, Environment environment) {
        return DynamicTest.dynamicTest(
                file.getFileName().toString(), () -> run(file, environment.start()));
    }

    private static void run(Path file, Function<Block, String> script) throws IOException {
        for (Block block : ScriptFile.parse(Files.readAllLines(file))) {
            String actual = script.apply(block);
            if (!actual.isEmpty() && !actual.endsWith("\n")) {
                actual += "\n";
            }
            assertEquals(
                    block.expected(),
                    actual,
                    file.getFileName() + ":" + block.line() + " " + block.command());
        }
    }
}
