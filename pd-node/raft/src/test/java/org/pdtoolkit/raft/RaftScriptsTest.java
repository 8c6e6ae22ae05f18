package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.pdtoolkit.raft.ScriptFile.Block;

/**
 * Runs every script and compares its output byte for byte. {@code -Draft.scripts} names another
 * folder with the subfolders {@code raft}, {@code confchange} and {@code quorum}; {@code
 * -Draft.script} limits the run to the files whose name contains it. {@code -Draft.rewrite=true}
 * writes what comes out into the project's own scripts instead of comparing it.
 */
class RaftScriptsTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Path OWN = RESOURCES.resolve("own-scripts");
    private static final boolean REWRITE = Boolean.getBoolean("raft.rewrite");

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
        List<DynamicTest> tests = new ArrayList<>();
        for (Path root : roots()) {
            Path scripts = root.resolve(folder);
            if (Files.isDirectory(scripts)) {
                tests.addAll(testsIn(scripts, filter, environment));
            }
        }
        assertFalse(tests.isEmpty() && filter.isEmpty() && !REWRITE, "no scripts in " + folder);
        return tests;
    }

    private static List<DynamicTest> testsIn(Path folder, String filter, Environment environment) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .filter(file -> file.getFileName().toString().contains(filter))
                    .sorted()
                    .map(file -> test(file, environment))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> roots() {
        String configured = System.getProperty("raft.scripts", "");
        if (!configured.isEmpty()) {
            return List.of(Path.of(configured));
        }
        return REWRITE ? List.of(OWN) : List.of(RESOURCES.resolve("raft-scripts"), OWN);
    }

    private static DynamicTest test(Path file, Environment environment) {
        return DynamicTest.dynamicTest(
                file.getFileName().toString(), () -> run(file, environment.start()));
    }

    private static void run(Path file, Function<Block, String> script) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<Block> blocks = ScriptFile.parse(lines);
        List<String> outputs = new ArrayList<>();
        for (Block block : blocks) {
            String actual = script.apply(block);
            if (!actual.isEmpty() && !actual.endsWith("\n")) {
                actual += "\n";
            }
            outputs.add(actual);
            if (!REWRITE) {
                assertEquals(
                        block.expected(),
                        actual,
                        file.getFileName() + ":" + block.line() + " " + block.command());
            }
        }
        if (REWRITE) {
            Files.write(file, ScriptFile.rewritten(lines, blocks, outputs));
        }
    }
}
