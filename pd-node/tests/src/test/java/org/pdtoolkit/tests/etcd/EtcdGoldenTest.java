package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
 *
 * <p>An etcdctl older than those the sessions are made for prints some answers in another form. For
 * such a one a resource, {@code etcdctl-3.4.txt} for 3.4, lists the cases that fail with it against
 * the original; all others have to pass.
 */
class EtcdGoldenTest {
    private static final Path SESSIONS =
            Path.of(System.getProperty("etcd.golden", "../../../shared/wire/etcd-golden"));
    private static final Path PAGE = Path.of("../../man/pd-etcd.7");
    private static final Pattern VERSION = Pattern.compile("etcdctl version: 3\\.(\\d+)");
    private static final Pattern CASE =
            Pattern.compile("\"id\": \"([^\"]+)\",\\s*\"pass\": (true|false)");
    private static final int NODES = 6;

    /** The oldest etcdctl that prints what was recorded. */
    private static final int SESSIONS_MINOR = 6;

    @TempDir Path directory;

    @TestFactory
    Stream<DynamicTest> everySessionIsThatOfTheOriginal() throws IOException {
        Optional<Path> etcdctl = onPath("etcdctl");
        if (!Files.isDirectory(SESSIONS)) {
            return skipped("no recorded sessions in " + SESSIONS);
        } else if (onPath("python3").isEmpty() || etcdctl.isEmpty()) {
            return skipped("no python3 or no etcdctl on the PATH");
        }
        int minor = minorVersion(etcdctl.get());
        Optional<Set<String>> other = printedOtherwise(minor);
        if (other.isEmpty()) {
            return skipped("nobody has listed which cases etcdctl 3." + minor + " can run");
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
                                            () -> replay(session, minor, other.get())));
        }
    }

    private static Stream<DynamicTest> skipped(String reason) {
        System.out.println("etcd's recorded sessions are skipped: " + reason);
        return Stream.of(DynamicTest.dynamicTest("skipped: " + reason, () -> abort(reason)));
    }

    private void replay(Path session, int minor, Set<String> printedOtherwise) throws Exception {
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
        tagsToSkip(minor).forEach(tag -> command.addAll(List.of("--skip-tag", tag)));
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
            if (!printedOtherwise.contains(matcher.group(1))) {
                cases++;
                if (matcher.group(2).equals("false")) {
                    failed.add(matcher.group(1));
                }
            }
        }
        String name = session.getFileName().toString().replace(".jsonl", "");
        Set<String> expected = deviations(name);
        expected.removeAll(printedOtherwise);
        assertTrue(cases > 0, output);
        assertEquals(expected, failed, output);
    }

    private static int minorVersion(Path etcdctl) throws IOException {
        Process process = new ProcessBuilder(etcdctl.toString(), "version").start();
        String output = new String(process.getInputStream().readAllBytes());
        Matcher version = VERSION.matcher(output);
        assertTrue(version.find(), output);
        return Integer.parseInt(version.group(1));
    }

    /** Cases that come out otherwise whatever the server; empty when that is not known. */
    private static Optional<Set<String>> printedOtherwise(int minor) throws IOException {
        if (minor >= SESSIONS_MINOR) {
            return Optional.of(Set.of());
        }
        String list = "etcdctl-3." + minor + ".txt";
        try (InputStream in = EtcdGoldenTest.class.getResourceAsStream(list)) {
            if (in == null) {
                return Optional.empty();
            }
            return Optional.of(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .flatMap(EtcdGoldenTest::cases)
                            .collect(Collectors.toSet()));
        }
    }

    /** Ids of a line such as {@code kv-basic 003 017}. */
    private static Stream<String> cases(String line) {
        String[] words = line.split(" ");
        return Stream.of(words).skip(1).map(number -> words[0] + "-" + number);
    }

    /** Tags of cases that this etcdctl cannot run. */
    private static List<String> tagsToSkip(int minor) {
        List<String> tags = new ArrayList<>(List.of("bbolt"));
        if (minor < 8) {
            tags.add("etcdctl38");
        }
        if (minor < 7) {
            tags.add("etcdctl37");
        }
        return tags;
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
