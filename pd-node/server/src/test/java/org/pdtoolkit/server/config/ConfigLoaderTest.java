package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
    @TempDir private Path folder;
    private Path data;

    @BeforeEach
    void nameADataDirectoryThatDoesNotExist() {
        data = folder.resolve("data");
    }

    @Test
    void withoutAnythingItIsAClusterOfOneOnLoopback() {
        NodeConfig config = started(load(Map.of()));

        assertTrue(config.name().startsWith("pd-"), config.name());
        assertEquals(Path.of("default." + config.name()), config.dataDir());
        assertEquals(List.of(URI.create("http://127.0.0.1:2379")), config.clientUrls());
        assertEquals(config.clientUrls(), config.advertiseClientUrls());
        assertEquals(List.of(URI.create("http://127.0.0.1:2380")), config.peerUrls());
        assertEquals(
                Map.of(config.name(), List.of("http://127.0.0.1:2380")), config.initialCluster());
        assertEquals("pd-cluster", config.initialClusterToken());
        assertEquals("new", config.initialClusterState());
        assertEquals("file", config.storage());
        assertEquals(100, config.tickMillis());
        assertEquals(1, config.heartbeatTicks());
        assertEquals(10, config.electionTicks());
        assertTrue(config.preVote());
        assertFalse(config.etcdOnly());
        assertEquals(3, config.leaseSeconds());
        assertEquals(3000, config.tsoSaveIntervalMillis());
        assertEquals(50, config.tsoUpdateIntervalMillis());
        assertEquals(60_000, config.leaderPriorityCheckMillis());
        assertEquals(10_000, config.snapshotCount());
        assertEquals(5000, config.snapshotCatchUpEntries());
        assertEquals(1_572_864, config.maxRequestBytes());
        assertEquals(8L << 30, config.quotaBackendBytes());
        assertEquals(
                new AutoCompaction(AutoCompaction.Mode.PERIODIC, 3_600_000),
                config.autoCompaction());
        assertEquals(
                new NodeConfig.Security(Optional.empty(), Optional.empty(), Optional.empty()),
                config.security());
        assertEquals("info", config.logLevel());
        assertEquals("text", config.logFormat());
        assertEquals(Optional.empty(), config.logFile());
        assertEquals(300L << 20, config.logFileMaxBytes());
        assertEquals(Optional.empty(), config.metricsAddr());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    FLAG | ENVIRONMENT | FILE | LEASE
                    -    | -           | -    | 3
                    -    | -           | 4    | 4
                    -    | 5           | 4    | 5
                    6    | 5           | 4    | 6
                    6    | -           | -    | 6
                    # An empty text unsets the key, as it does in pd-server's files.
                    ''   | 5           | 4    | 3
                    """)
    void aFlagWinsOverTheEnvironmentAndThatOverTheFile(
            String flag, String environment, String file, int lease) throws IOException {
        List<String> args = new ArrayList<>();
        if (flag != null) {
            args.add("--lease=" + flag);
        }
        if (file != null) {
            args.add("--config=" + file("lease = " + file));
        }
        Map<String, String> variables =
                environment == null ? Map.of() : Map.of("PD_NODE_LEASE", environment);

        assertEquals(lease, started(load(variables, args.toArray(String[]::new))).leaseSeconds());
    }

    @Test
    void tellsAllProblemsOfAllSourcesAtOnce() throws IOException {
        Path file = file("leese = 3\n[log]\nlevel = \"loud\"\n[shedule]\nx = 1\n");

        LoadResult.Exit exit =
                refused(
                        load(
                                Map.of("PD_NODE_STORAGE", "tape!"),
                                "--config=" + file,
                                "--clientt-urls=http://127.0.0.1:1",
                                "--peer-urls=http://some.host:2380",
                                "--heartbeat-interval=100",
                                "--election-timeout=400",
                                "extra",
                                "--name"));

        assertEquals(LoadResult.EXIT_USAGE, exit.code());
        for (String part :
                List.of(
                        "unknown flag --clientt-urls; did you mean \"--client-urls\"?",
                        "unexpected argument \"extra\"",
                        "Expected parameter for option '--name'",
                        "unknown key leese in " + file + "; did you mean \"lease\"?",
                        "unknown key shedule.x",
                        "log.level in " + file + ": expected debug|info|warn|error|fatal",
                        "PD_NODE_STORAGE: expected file, h2 or the name of another"
                                + " backend, got \"tape!\"",
                        "--peer-urls: expected IP in URL for binding (http://some.host:2380)",
                        "--election-timeout[400ms] should be at least as 5 times as"
                                + " --heartbeat-interval[100ms]")) {
            assertTrue(exit.stderrText().contains(part), part + "\nnot in\n" + exit.stderrText());
        }
        assertTrue(exit.stderrText().startsWith("pd-node: not started, 9 problems:\n"));
        assertFalse(exit.stderrText().contains("\tat "), exit.stderrText());
        assertEquals("", exit.stdoutText());
        assertFalse(Files.exists(data));
    }

    @ParameterizedTest
    @CsvFileSource(
            resources = "/org/pdtoolkit/server/config/refused.csv",
            useHeadersInDisplayName = true,
            delimiter = '|')
    void refusesACommandLine(String flags, String because) {
        LoadResult.Exit exit =
                refused(ConfigLoader.load(("--name m1 " + flags).split(" "), Map.of()));

        assertEquals(LoadResult.EXIT_USAGE, exit.code(), exit.stderrText());
        assertTrue(exit.stderrText().contains(because), exit.stderrText());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    FLAG                             | WHAT
                    --auto-tls                       | --auto-tls "true"
                    --peer-cert-allowed-cn=pd        | --peer-cert-allowed-cn "pd"
                    --tls-min-version=TLS1.3         | --tls-min-version "TLS1.3"
                    """)
    void saysWhatIsNotSupportedYetWithACodeOfItsOwn(String flag, String what) {
        LoadResult.Exit exit = refused(load(Map.of(), flag));

        assertEquals(LoadResult.EXIT_NOT_SUPPORTED_YET, exit.code(), exit.stderrText());
        assertTrue(exit.stderrText().contains(what), exit.stderrText());
        assertTrue(exit.stderrText().contains("not supported yet"), exit.stderrText());
    }

    @ParameterizedTest
    @CsvSource({
        "--join=",
        "--force-new-cluster=false",
        "--discovery=",
        "--discovery-fallback=proxy",
        "--auto-tls=false",
        "--tls-min-version=TLS1.2",
        "--cipher-suites="
    })
    void takesWhatIsNotSupportedYetWhileItIsOff(String flag) {
        started(load(Map.of(), flag));
    }

    @Test
    void aMemberThatHasDataIgnoresTheInitialCluster() throws IOException {
        Files.createDirectories(data);
        Files.createFile(data.resolve("something"));

        LoadResult.Start start =
                assertInstanceOf(
                        LoadResult.Start.class,
                        load(
                                Map.of(),
                                "--initial-cluster=other=http://127.0.0.1:2380",
                                "--initial-cluster-state=existing"));

        assertTrue(start.warnings().get(0).contains("already holds data"), "" + start.warnings());
        NodeConfig config = start.config();
        assertEquals(1, config.bootstrapProblems(config.initialCluster()).size());
    }

    @Test
    void namesAndAddressesOfTheSameHostAreEqual() {
        started(
                load(
                        Map.of(),
                        "--name=m1",
                        "--advertise-peer-urls=http://127.0.0.1:2380",
                        "--initial-cluster=m1=http://localhost:2380"));
    }

    @Test
    void warnsOfAnUnknownVariableWithoutRefusing() {
        LoadResult.Start start =
                assertInstanceOf(
                        LoadResult.Start.class,
                        load(
                                Map.of(
                                        "PD_NODE_LAESE", "4",
                                        "PD_NODE_SERVICE_HOST", "10.0.0.1",
                                        "PD_NODE_JAVA_OPTS", "-Xmx1g")));

        assertEquals(2, start.warnings().size(), start.warnings().toString());
        assertTrue(start.warnings().get(0).contains("did you mean \"PD_NODE_LEASE\"?"));
    }

    @Test
    void whoIsToBeDiscoveredIsNotConfigured() {
        NodeConfig srv = started(load(Map.of(), "--discovery-srv=a.example"));
        assertEquals(Map.of(), srv.initialCluster());
        assertEquals(
                Optional.of(
                        new DiscoverySettings.Srv(
                                URI.create("dns:///a.example"), Optional.empty())),
                srv.discovery());

        NodeConfig tokenUrl =
                started(
                        load(
                                Map.of("PD_NODE_DISCOVERY", "https://d/t"),
                                "--discovery-proxy=proxy:3128",
                                "--discovery-fallback=exit"));
        assertEquals(
                Optional.of(
                        new DiscoverySettings.TokenUrl(
                                URI.create("https://d/t"),
                                Optional.of(URI.create("http://proxy:3128")),
                                false)),
                tokenUrl.discovery());
    }

    @Test
    void theRegistrysUserMayBringItsPasswordAlong() throws IOException {
        Path file =
                file(
                        "discovery-endpoints = [\"h:1\", \"https://i:2\"]\n"
                                + "discovery-token = \"t\"\n"
                                + "discovery-keepalive-time = \"7s\"");
        DiscoverySettings.Registry together =
                registry(load(Map.of(), "--config=" + file, "--discovery-user=root:a:b"));
        assertEquals(List.of("h:1", "https://i:2"), together.endpoints());
        assertEquals(new DiscoverySettings.Times(2_000, 5_000, 7_000, 6_000), together.times());
        assertEquals(Optional.of(new DiscoverySettings.Login("root", "a:b")), together.login());

        NodeConfig config =
                started(
                        load(
                                Map.of("PD_NODE_DISCOVERY_PASSWORD", "sesame"),
                                "--config=" + file,
                                "--discovery-user=root:a"));
        assertEquals(
                Optional.of(new DiscoverySettings.Login("root:a", "sesame")),
                ((DiscoverySettings.Registry) config.discovery().orElseThrow()).login());
        assertFalse(config.toString().contains("sesame"), config.toString());
    }

    private static DiscoverySettings.Registry registry(LoadResult result) {
        return assertInstanceOf(
                DiscoverySettings.Registry.class, started(result).discovery().orElseThrow());
    }

    @Test
    void configCheckSaysWhatItFound() {
        LoadResult.Exit good = refused(load(Map.of(), "--config-check"));
        assertEquals(LoadResult.EXIT_OK, good.code());
        assertEquals("config check successful\n", good.stdoutText());

        LoadResult.Exit warned =
                refused(load(Map.of(), "--config-check", "--metrics-addr=10.0.0.9:9091"));
        assertEquals(LoadResult.EXIT_OK, warned.code());
        assertTrue(warned.stdoutText().contains("metrics-addr: "), warned.stdoutText());

        LoadResult.Exit bad = refused(load(Map.of(), "--config-check", "--lease=0"));
        assertEquals(LoadResult.EXIT_USAGE, bad.code());
    }

    @Test
    void helpAndVersionComeBeforeProblems() {
        LoadResult.Exit help = refused(load(Map.of(), "--lease=0", "--help"));
        assertEquals(LoadResult.EXIT_OK, help.code());
        assertTrue(help.stdoutText().startsWith("Usage: pd-node"));

        LoadResult.Exit version = refused(load(Map.of(), "-V"));
        assertEquals(LoadResult.EXIT_OK, version.code());
        assertTrue(version.stdoutText().startsWith("Release Version: v"), version.stdoutText());
        assertFalse(version.stdoutText().contains("${"), version.stdoutText());
    }

    private LoadResult load(Map<String, String> environment, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--data-dir=" + data);
        boolean needsDefault = args.length == 0 && environment.isEmpty();
        return ConfigLoader.load(needsDefault ? args : all.toArray(String[]::new), environment);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("pd.toml"), content);
    }

    private static NodeConfig started(LoadResult result) {
        if (result instanceof LoadResult.Exit exit) {
            throw new AssertionError(exit.stderrText());
        }
        return ((LoadResult.Start) result).config();
    }

    private static LoadResult.Exit refused(LoadResult result) {
        return assertInstanceOf(LoadResult.Exit.class, result);
    }
}
