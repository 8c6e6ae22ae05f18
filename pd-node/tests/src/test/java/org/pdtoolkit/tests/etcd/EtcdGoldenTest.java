package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;

/**
 * Recorded sessions of the original's etcdctl, replayed against clusters of ours.
 *
 * <p>Needs python3 and etcdctl on the PATH and the folder of sessions (system property {@code
 * etcd.golden}, else where the project's shared pages are); skips otherwise, and says what is
 * missing.
 */
class EtcdGoldenTest {
    private static final Path SESSIONS =
            Path.of(System.getProperty("etcd.golden", "../../../shared/wire/etcd-golden"));
    private static final Path PAGE = Path.of("../../man/pd-etcd.7");
    private static final Pattern VERSION = Pattern.compile("etcdctl version: (\\d+)\\.(\\d+)");
    private static final Pattern CASE =
            Pattern.compile("\"id\": \"([^\"]+)\",\\s*\"pass\": (true|false)");
    private static final int NODES = 6;

    @TempDir Path directory;

    @TestFactory
    Stream<DynamicTest> everySessionIsThatOfTheOriginal() throws IOException {
        Optional<Path> etcdctl = onPath("etcdctl");
        if (!Files.isDirectory(SESSIONS)) {
            return skipped("no recorded sessions in " + SESSIONS);
        } else if (onPath("python3").isEmpty() || etcdctl.isEmpty()) {
            return skipped("no python3 or no etcdctl on the PATH");
        }
        Optional<List<String>> tags = tagsToSkip(etcdctl.get());
        if (tags.isEmpty()) {
            return skipped("etcdctl is older than 3.6, which the sessions need");
        }
        try (Stream<Path> files = Files.list(SESSIONS)) {
            List<Path> sessions =
                    files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
            assertFalse(sessions.isEmpty(), "no session in " + SESSIONS);
            return sessions.stream()
                    .map(
                            session ->
                                    DynamicTest.dynamicTest(
                                            session.getFileName().toString(),
                                            () -> replay(session, tags.get())));
        }
    }

    private static Stream<DynamicTest> skipped(String reason) {
        System.out.println("etcd's recorded sessions are skipped: " + reason);
        return Stream.of(DynamicTest.dynamicTest("skipped: " + reason, () -> abort(reason)));
    }

    private void replay(Path session, List<String> skippedTags) throws Exception {
        Path report = directory.resolve("report.json");
        Path log = directory.resolve("replay.log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "python3",
                                SESSIONS.resolve("replay.py").toString(),
                                session.toString(),
                                "--server",
                                String.join(" ", NodeProcess.command(List.of("--etcd-only"))),
                                "--port-base",
                                Integer.toString(Ports.free(10 * NODES)),
                                "--workdir",
                                directory.toString(),
                                "--report",
                                report.toString()));
        skippedTags.forEach(tag -> command.addAll(List.of("--skip-tag", tag)));
        Process replay =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        replay.waitFor();
        String output = Files.readString(log);
        assertTrue(Files.exists(report), output);
        Set<String> failed = new TreeSet<>();
        int cases = 0;
        Matcher matcher = CASE.matcher(Files.readString(report));
        while (matcher.find()) {
            cases++;
            if (matcher.group(2).equals("false")) {
                failed.add(matcher.group(1));
            }
        }
        String name = session.getFileName().toString().replace(".jsonl", "");
        assertTrue(cases > 0, output);
        assertEquals(deviations(name), failed, output);
    }

    /** Tags of cases that this etcdctl cannot run; empty when it is too old for all of them. */
    private static Optional<List<String>> tagsToSkip(Path etcdctl) throws IOException {
        Process process = new ProcessBuilder(etcdctl.toString(), "version").start();
        Matcher version = VERSION.matcher(new String(process.getInputStream().readAllBytes()));
        if (!version.find()) {
            return Optional.empty();
        }
        int minor = Integer.parseInt(version.group(2));
        List<String> tags = new ArrayList<>(List.of("bbolt"));
        if (minor < 8) {
            tags.add("etcdctl38");
        }
        if (minor < 7) {
            tags.add("etcdctl37");
        }
        return minor < 6 ? Optional.empty() : Optional.of(tags);
    }

    private static Optional<Path> onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Cases that are answered otherwise on purpose; pd-etcd(7) says why. */
    private static Set<String> deviations(String session) throws IOException {
        Pattern id = Pattern.compile("\\b" + Pattern.quote(session) + "-\\d+");
        return Files.readAllLines(PAGE).stream()
                .map(line -> line.replace("\\-", "-"))
                .flatMap(line -> id.matcher(line).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
