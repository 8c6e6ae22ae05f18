package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines and files that were written for pd-server and etcd. */
class OriginalsTest {
    @TempDir private Path folder;

    @Test
    void pdServersCommandLineStartsAMember() {
        NodeConfig config =
                start(
                                "--name=pd1",
                                "--data-dir=" + folder.resolve("pd1"),
                                "--client-urls=http://0.0.0.0:2379",
                                "--advertise-client-urls=http://10.0.1.11:2379",
                                "--peer-urls=http://10.0.1.11:2380",
                                "--advertise-peer-urls=http://10.0.1.11:2380",
                                "--initial-cluster=pd1=http://10.0.1.11:2380,pd2=http://h:2380",
                                "-L",
                                "debug",
                                "--log-file",
                                folder.resolve("log/pd.log").toString())
                        .config();

        assertEquals("pd1", config.name());
        assertEquals("debug", config.logLevel());
        assertEquals(Optional.of(folder.resolve("log/pd.log")), config.logFile());
        assertEquals(List.of("pd1", "pd2"), List.copyOf(config.initialCluster().keySet()));
    }

    @Test
    void etcdsCommandLineStartsAMember() {
        LoadResult.Start start =
                start(
                        "-name",
                        "infra0",
                        "--data-dir=" + folder.resolve("infra0"),
                        "-listen-client-urls=http://127.0.0.1:2379,http://[::1]:2379",
                        "--advertise-client-urls",
                        "http://127.0.0.1:2379",
                        "--listen-peer-urls=http://127.0.0.1:2380",
                        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
                        "--initial-cluster=infra0=http://127.0.0.1:2380",
                        "--initial-cluster-token=etcd-cluster-1",
                        "--initial-cluster-state=new",
                        "--heartbeat-interval=50",
                        "--election-timeout=500",
                        "--snapshot-count=5000",
                        "--experimental-snapshot-catchup-entries=100",
                        "--quota-backend-bytes=2147483648",
                        "--auto-compaction-mode=revision",
                        "--auto-compaction-retention=1000",
                        "--pre-vote=false",
                        "--strict-reconfig-check",
                        "--enable-pprof=false",
                        "--logger=zap",
                        "--log-outputs",
                        "stderr",
                        "--experimental-compact-hash-check-enabled=true",
                        "--proxy=off",
                        "--log-level=error");
        NodeConfig config = start.config();

        assertEquals("infra0", config.name());
        assertEquals(2, config.clientUrls().size());
        assertEquals("etcd-cluster-1", config.initialClusterToken());
        assertEquals(50, config.tickMillis());
        assertEquals(10, config.electionTicks());
        assertEquals(5000, config.snapshotCount());
        assertEquals(100, config.snapshotCatchUpEntries());
        assertEquals(2L << 30, config.quotaBackendBytes());
        assertEquals(
                new AutoCompaction(AutoCompaction.Mode.REVISION, 1000), config.autoCompaction());
        assertEquals(false, config.preVote());
        assertEquals(
                List.of(
                        "accepted without effect in this version:"
                                + " --enable-pprof, --logger, --log-outputs,"
                                + " --experimental-compact-hash-check-enabled"),
                start.warnings());
    }

    @Test
    void pdServersFileStartsAMember() throws IOException {
        Path file = folder.resolve("pd.toml");
        try (InputStream content = OriginalsTest.class.getResourceAsStream("pd-server.toml")) {
            Files.copy(content, file);
        }
        LoadResult.Start start =
                start("--config", file.toString(), "--data-dir", folder.resolve("d").toString());
        NodeConfig config = start.config();

        assertEquals("pd-1", config.name());
        assertEquals(List.of(URI.create("http://10.0.1.11:2380")), config.advertisePeerUrls());
        assertEquals(3, config.initialCluster().size());
        assertEquals(5, config.leaseSeconds());
        assertEquals(5000, config.tsoSaveIntervalMillis());
        assertEquals(500, config.tickMillis());
        assertEquals(6, config.electionTicks());
        assertEquals("warn", config.logLevel());
        assertEquals(Optional.of(Path.of("log/pd.log")), config.logFile());
        assertEquals(28, config.logFileMaxDays());
        assertEquals(
                List.of(
                        "accepted without effect in this version:"
                                + " max-concurrent-tso-proxy-streamings",
                        "[dashboard] accepted without effect in this version: enable-telemetry",
                        "[label-property] accepted without effect in this version: reject-leader",
                        "[labels] accepted without effect in this version: zone",
                        "[metric] accepted without effect in this version: interval",
                        "[replication] accepted without effect in this version: max-replicas,"
                                + " location-labels",
                        "[schedule] accepted without effect in this version:"
                                + " max-merge-region-size, leader-schedule-limit,"
                                + " region-schedule-limit, schedulers",
                        "[security] accepted without effect in this version: redact-info-log"),
                start.warnings());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "security.cert-allowed-cn = [\"pd\"]",
                "[security.encryption]\ndata-encryption-method = \"aes128-ctr\""
            })
    void aFileThatAsksForMoreSecurityIsNotSupportedYet(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("pd.toml"), content);

        LoadResult.Exit exit =
                assertInstanceOf(
                        LoadResult.Exit.class, ConfigLoader.load(args(file.toString()), Map.of()));

        assertEquals(LoadResult.EXIT_NOT_SUPPORTED_YET, exit.code(), exit.stderrText());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    CONTENT                      | BECAUSE
                    lease = 3 = 4                | line 1 is not TOML
                    lease                        | line 1 is not TOML
                    '[schedule]\nlimit = 4'      | unknown key schedule.limit
                    '[logg]\nlevel = \"info\"'   | unknown key logg.level
                    nothing.like.this = 1        | unknown key nothing.like.this
                    [lease]                      | -
                    """)
    void refusesAFileThatItCannotUnderstand(String content, String because) throws IOException {
        Path file = Files.writeString(folder.resolve("pd.toml"), content.translateEscapes());
        LoadResult result = ConfigLoader.load(args(file.toString()), Map.of());

        if (because.equals("-")) {
            assertInstanceOf(LoadResult.Start.class, result);
            return;
        }
        LoadResult.Exit exit = assertInstanceOf(LoadResult.Exit.class, result);
        assertEquals(LoadResult.EXIT_USAGE, exit.code(), exit.stderrText());
        assertTrue(exit.stderrText().contains(because), exit.stderrText());
    }

    @Test
    void refusesAFileThatIsNoConfiguration() throws IOException {
        Path binary = folder.resolve("binary");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        Path huge = folder.resolve("huge");
        Files.write(huge, new byte[(int) ConfigFile.FILE_BYTES_MAX + 1]);

        for (Path file : List.of(binary, huge, folder)) {
            LoadResult.Exit exit =
                    assertInstanceOf(
                            LoadResult.Exit.class,
                            ConfigLoader.load(args(file.toString()), Map.of()));
            assertEquals(LoadResult.EXIT_USAGE, exit.code());
            assertTrue(exit.stderrText().contains(file.toString()), exit.stderrText());
        }
    }

    @Test
    void theFlatKeyOfPdServersOldFilesStillWorks() throws IOException {
        Path file = Files.writeString(folder.resolve("pd.toml"), "log-level = \"error\"\n");
        LoadResult.Start start =
                assertInstanceOf(
                        LoadResult.Start.class, ConfigLoader.load(args(file.toString()), Map.of()));

        assertEquals("error", start.config().logLevel());
    }

    /** What "etcdctl member add" prints is meant to be exported. */
    @Test
    void etcdsVariablesCountAfterThisNodesOwn() {
        Map<String, String> environment =
                Map.of(
                        "ETCD_NAME", "m4",
                        "PD_NODE_NAME", "m5",
                        "ETCD_DATA_DIR", folder.resolve("d").toString(),
                        "ETCD_INITIAL_ADVERTISE_PEER_URLS", "http://10.0.1.11:2380",
                        "ETCD_INITIAL_CLUSTER", "m5=http://10.0.1.11:2380",
                        "ETCD_ENABLE_PPROF", "true",
                        "ETCD_SERVICE_HOST", "10.0.0.1");
        LoadResult.Start start =
                assertInstanceOf(
                        LoadResult.Start.class, ConfigLoader.load(new String[0], environment));

        assertEquals("m5", start.config().name());
        assertEquals(
                List.of(URI.create("http://10.0.1.11:2380")), start.config().advertisePeerUrls());
        assertEquals(
                List.of("accepted without effect in this version: --enable-pprof"),
                start.warnings());
    }

    @Test
    void etcdsVariablesThatAskForMoreSecurityAreRefused() {
        LoadResult.Exit exit =
                assertInstanceOf(
                        LoadResult.Exit.class,
                        ConfigLoader.load(new String[0], Map.of("ETCD_AUTO_TLS", "true")));

        assertEquals(LoadResult.EXIT_NOT_SUPPORTED_YET, exit.code(), exit.stderrText());
    }

    @Test
    void everyFlagOfEtcdIsTakenInBothSpellings() {
        for (String flag : OriginalKeys.etcdFlags()) {
            for (String spelling : List.of("--" + flag, "--experimental-" + flag)) {
                LoadResult result =
                        ConfigLoader.load(
                                new String[] {
                                    spelling + "=false", "--data-dir=" + folder.resolve("d")
                                },
                                Map.of());
                if (result instanceof LoadResult.Exit exit) {
                    // Stricter than etcd's default, and false is no value that switches it off.
                    assertEquals(
                            LoadResult.EXIT_NOT_SUPPORTED_YET,
                            exit.code(),
                            spelling + " " + exit.stderrText());
                }
            }
        }
    }

    private String[] args(String file) {
        return new String[] {"--config", file, "--data-dir", folder.resolve("d").toString()};
    }

    private static LoadResult.Start start(String... args) {
        LoadResult result = ConfigLoader.load(args, Map.of());
        if (result instanceof LoadResult.Exit exit) {
            throw new AssertionError(exit.stderrText());
        }
        return (LoadResult.Start) result;
    }
}
