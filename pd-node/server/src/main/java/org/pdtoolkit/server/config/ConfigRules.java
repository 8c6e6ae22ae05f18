package org.pdtoolkit.server.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rules that need more than one key. They only read: nothing is created, bound or opened for
 * writing. Texts follow etcd and pd-server where these have one.
 */
final class ConfigRules {
    private static final int ELECTION_TICKS_MIN = 5;
    private static final long ELECTION_MILLIS_MAX = 50_000;

    /** Keys that each make the initial cluster a matter of asking somebody. */
    static final List<ConfigKey<?>> DISCOVERIES =
            List.of(
                    ConfigSchema.DISCOVERY,
                    ConfigSchema.DISCOVERY_ENDPOINTS,
                    ConfigSchema.DISCOVERY_SRV);

    /** The two flags mean the same here, but one is a key of ours. */
    static final String CERTIFICATES_NEED_AUTHORITIES =
            "--client-cert-auth and --peer-client-cert-auth need --trusted-ca-file";

    private final NodeConfig config;
    private final Set<ConfigKey<?>> given;
    private final Set<ConfigKey<?>> broken;
    private final Function<ConfigKey<?>, String> spelling;
    private final List<String> problems = new ArrayList<>();
    private final List<String> unsupported = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /**
     * @param config values of all rows that parsed
     * @param given rows that a flag, the environment or the file sets
     * @param broken rows whose text did not parse; rules that need them stay silent
     * @param spelling how the source of a row's value spells the row
     */
    ConfigRules(
            NodeConfig config,
            Set<ConfigKey<?>> given,
            Set<ConfigKey<?>> broken,
            Function<ConfigKey<?>, String> spelling) {
        this.config = config;
        this.given = given;
        this.broken = broken;
        this.spelling = spelling;
    }

    List<String> problems() {
        return problems;
    }

    List<String> unsupported() {
        return unsupported;
    }

    List<String> warnings() {
        return warnings;
    }

    void check() {
        bootstrapSources();
        discovery();
        advertisedClientUrls();
        if (known(ConfigSchema.TICK_INTERVAL, ConfigSchema.ELECTION_INTERVAL)) {
            electionTiming();
        }
        if (known(ConfigSchema.AUTO_COMPACTION_MODE, ConfigSchema.AUTO_COMPACTION_RETENTION)) {
            autoCompaction();
        }
        if (known(ConfigSchema.AUTH_TOKEN, ConfigSchema.CLIENT_CERT_AUTH)) {
            auth();
        }
        if (known(ConfigSchema.CLIENT_URLS, ConfigSchema.PEER_URLS)) {
            ports();
        }
        security();
        if (known(ConfigSchema.LOG_FILE, ConfigSchema.DATA_DIR)) {
            logFile();
        }
        config.metricsAddr()
                .ifPresent(
                        address ->
                                warnings.add(
                                        "metrics-addr: metrics are served under /metrics on the"
                                                + " client port, pushing them to "
                                                + address
                                                + " is not supported yet"));
        if (known(
                ConfigSchema.NAME,
                ConfigSchema.DATA_DIR,
                ConfigSchema.INITIAL_CLUSTER,
                ConfigSchema.PEER_URLS,
                ConfigSchema.ADVERTISE_PEER_URLS)) {
            bootstrap();
        }
    }

    private boolean known(ConfigKey<?>... rows) {
        return Stream.of(rows).noneMatch(broken::contains);
    }

    private void bootstrapSources() {
        List<ConfigKey<?>> exclusive = new ArrayList<>(DISCOVERIES);
        exclusive.add(ConfigSchema.INITIAL_CLUSTER);
        exclusive.add(ConfigSchema.JOIN);
        List<String> sources =
                exclusive.stream().filter(given::contains).map(spelling).sorted().toList();
        if (sources.size() > 1) {
            problems.add(
                    "multiple discovery or bootstrap flags are set. Choose one of"
                            + " \"initial-cluster\", \"discovery-endpoints\" or"
                            + " \"discovery-srv\" (set are "
                            + String.join(", ", sources)
                            + ")");
        }
    }

    private void discovery() {
        if (given.contains(ConfigSchema.DISCOVERY_ENDPOINTS)
                != given.contains(ConfigSchema.DISCOVERY_TOKEN)) {
            problems.add("both --discovery-token and --discovery-endpoints must be set");
        }
        together(ConfigSchema.DISCOVERY_CERT, ConfigSchema.DISCOVERY_KEY);
        needs(ConfigSchema.DISCOVERY_SRV_NAME, ConfigSchema.DISCOVERY_SRV);
        needs(ConfigSchema.DISCOVERY_PROXY, ConfigSchema.DISCOVERY);
        needs(ConfigSchema.DISCOVERY_PASSWORD, ConfigSchema.DISCOVERY_USER);
        config.find(ConfigSchema.DISCOVERY_USER)
                .filter(user -> !given.contains(ConfigSchema.DISCOVERY_PASSWORD))
                .filter(user -> user.indexOf(':') < 0)
                .ifPresent(user -> problems.add("discovery-user is set without a password"));
        readable(ConfigSchema.DISCOVERY_CACERT);
        readable(ConfigSchema.DISCOVERY_CERT);
        readable(ConfigSchema.DISCOVERY_KEY);
        config.find(ConfigSchema.DISCOVERY_KEY).ifPresent(this::warnIfPublic);
    }

    private void needs(ConfigKey<?> row, ConfigKey<?> needed) {
        if (given.contains(row) && !given.contains(needed)) {
            problems.add(row + " is set without " + needed);
        }
    }

    private void together(ConfigKey<?> one, ConfigKey<?> other) {
        if (given.contains(one) != given.contains(other)) {
            boolean first = given.contains(one);
            problems.add(
                    String.format(
                            "%s is set without %s: set both or none",
                            first ? one : other, first ? other : one));
        }
    }

    /** etcd's rule for etcd's spelling, which its scripts rely on; pd-server has no such rule. */
    private void advertisedClientUrls() {
        boolean mayBeProxy =
                !config.find(ConfigSchema.PROXY).orElse("off").equals("off")
                        || (given.contains(ConfigSchema.DISCOVERY)
                                && config.find(ConfigSchema.DISCOVERY_FALLBACK)
                                        .orElse("")
                                        .equals("proxy"));
        if (spelling.apply(ConfigSchema.CLIENT_URLS).equals("--listen-client-urls")
                && !given.contains(ConfigSchema.ADVERTISE_CLIENT_URLS)
                && !mayBeProxy) {
            problems.add(
                    "--advertise-client-urls is required when --listen-client-urls is set"
                            + " explicitly");
        }
    }

    private void electionTiming() {
        long tick = config.find(ConfigSchema.TICK_INTERVAL).orElseThrow();
        long election = config.find(ConfigSchema.ELECTION_INTERVAL).orElseThrow();
        if (tick <= 0) {
            problems.add("--heartbeat-interval must be >0 (set to " + tick + "ms)");
        } else if (election < ELECTION_TICKS_MIN * tick) {
            problems.add(
                    String.format(
                            "--election-timeout[%dms] should be at least as 5 times as"
                                    + " --heartbeat-interval[%dms]",
                            election, tick));
        }
        if (election >= ELECTION_MILLIS_MAX) {
            problems.add(
                    String.format(
                            "--election-timeout[%dms] is too long, and should be set less than"
                                    + " 50000ms",
                            election));
        }
    }

    private void autoCompaction() {
        try {
            AutoCompaction.parse(
                    config.find(ConfigSchema.AUTO_COMPACTION_MODE).orElseThrow(),
                    config.find(ConfigSchema.AUTO_COMPACTION_RETENTION).orElseThrow());
        } catch (ConfigValueException e) {
            problems.add(e.getMessage());
        }
    }

    private void auth() {
        try {
            AuthToken.parse(config.find(ConfigSchema.AUTH_TOKEN).orElseThrow());
        } catch (ConfigValueException e) {
            problems.add(e.getMessage());
        }
        if (config.find(ConfigSchema.CLIENT_CERT_AUTH).orElseThrow()
                && config.security().caCert().isEmpty()) {
            problems.add(CERTIFICATES_NEED_AUTHORITIES);
        }
    }

    private void ports() {
        for (URI client : config.clientUrls()) {
            for (URI peer : config.peerUrls()) {
                boolean sameHost =
                        client.getHost().equals(peer.getHost())
                                || Urls.isUnspecified(client)
                                || Urls.isUnspecified(peer);
                if (sameHost && client.getPort() == peer.getPort()) {
                    problems.add("client-urls and peer-urls collide: " + client + ", " + peer);
                }
            }
        }
        warnIfUnreachable(ConfigSchema.CLIENT_URLS, ConfigSchema.ADVERTISE_CLIENT_URLS);
        warnIfUnreachable(ConfigSchema.PEER_URLS, ConfigSchema.ADVERTISE_PEER_URLS);
    }

    private void warnIfUnreachable(ConfigKey<List<URI>> listen, ConfigKey<List<URI>> advertise) {
        if (broken.contains(advertise)) {
            return;
        }
        for (URI url : config.find(advertise).orElseThrow()) {
            if (Urls.isUnspecified(url)) {
                warnings.add(
                        String.format(
                                "%s is %s, which others cannot connect to: set %s",
                                given.contains(advertise) ? advertise : listen, url, advertise));
            }
        }
    }

    private void security() {
        if (!known(ConfigSchema.CACERT, ConfigSchema.CERT, ConfigSchema.KEY)) {
            return;
        }
        NodeConfig.Security security = config.security();
        together(ConfigSchema.CERT, ConfigSchema.KEY);
        readable(ConfigSchema.CACERT);
        readable(ConfigSchema.CERT);
        readable(ConfigSchema.KEY);
        security.key().ifPresent(this::warnIfPublic);
        boolean hasTls = security.cert().isPresent() && security.key().isPresent();
        for (ConfigKey<List<URI>> row : List.of(ConfigSchema.CLIENT_URLS, ConfigSchema.PEER_URLS)) {
            if (broken.contains(row)) {
                continue;
            }
            for (URI url : config.find(row).orElseThrow()) {
                boolean https = url.getScheme().equals("https");
                if (https && !hasTls) {
                    problems.add(row + ": " + url + " needs cert and key");
                } else if (!https && hasTls) {
                    warnings.add(row + ": " + url + " is served without TLS although cert is set");
                }
            }
        }
    }

    private void readable(ConfigKey<Path> row) {
        config.find(row)
                .filter(file -> !Files.isReadable(file) || Files.isDirectory(file))
                .ifPresent(file -> problems.add(row + ": cannot read file " + file));
    }

    private void warnIfPublic(Path keyFile) {
        try {
            if (Files.getPosixFilePermissions(keyFile).contains(PosixFilePermission.OTHERS_READ)) {
                warnings.add("key: " + keyFile + " can be read by every user of this machine");
            }
        } catch (IOException | UnsupportedOperationException e) {
            // The file is missing, which is a problem of its own, or has no such permissions.
            return;
        }
    }

    private void logFile() {
        config.logFile()
                .ifPresent(
                        file -> {
                            Path data = config.dataDir().toAbsolutePath().normalize();
                            Path directory = file.toAbsolutePath().normalize().getParent();
                            if (directory != null && directory.startsWith(data)) {
                                problems.add(
                                        "log directory shouldn't be the subdirectory of data"
                                                + " directory: "
                                                + file
                                                + " is in "
                                                + config.dataDir());
                            }
                        });
    }

    private void bootstrap() {
        if (config.proxy().mode() != NodeConfig.ProxyMode.OFF) {
            return;
        }
        boolean fresh = isAbsentOrEmpty(config.dataDir());
        if (DISCOVERIES.stream().anyMatch(given::contains)) {
            if (fresh && config.initialClusterState().equals("existing")) {
                problems.add(
                        "discovery URL should not be set when joining existing initial cluster");
            }
            return;
        }
        for (String problem : bootstrapProblems(config, config.initialCluster())) {
            if (fresh) {
                problems.add(problem);
            } else {
                warnings.add(problem + "; ignored, " + config.dataDir() + " already holds data");
            }
        }
        if (config.forceNewCluster()) {
            warnings.add(
                    "force-new-cluster: to be used once; left on, each start removes the members"
                            + " added since");
        }
    }

    private static boolean isAbsentOrEmpty(Path directory) {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            // Not ours to judge: the storage backend says what is wrong with the directory.
            return false;
        }
    }

    static List<String> bootstrapProblems(NodeConfig config, Map<String, List<String>> members) {
        List<String> mapped = members.get(config.name());
        if (mapped == null) {
            return List.of(
                    String.format(
                            "couldn't find local name \"%s\" in the initial cluster configuration"
                                    + " (it names %s)",
                            config.name(), String.join(", ", members.keySet())));
        }
        Set<String> inCluster = new TreeSet<>(mapped);
        Set<String> advertised =
                config.advertisePeerUrls().stream()
                        .map(URI::toString)
                        .collect(Collectors.toCollection(TreeSet::new));
        if (inCluster.equals(advertised) || resolved(inCluster).equals(resolved(advertised))) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        for (String url : inCluster) {
            if (!advertised.contains(url)) {
                problems.add(
                        String.format(
                                "--initial-cluster has %s=%s but missing from"
                                        + " --initial-advertise-peer-urls=%s",
                                config.name(), url, String.join(",", advertised)));
            }
        }
        for (String url : advertised) {
            if (!inCluster.contains(url)) {
                problems.add(
                        String.format(
                                "--initial-advertise-peer-urls has %s but missing from"
                                        + " --initial-cluster=%s=%s",
                                url, config.name(), String.join(",", inCluster)));
            }
        }
        return problems;
    }

    /** The URLs with addresses for names; one that does not resolve stays as it is. */
    static Set<String> resolved(Set<String> urls) {
        Set<String> resolved = new TreeSet<>();
        for (String text : urls) {
            URI url = URI.create(text);
            try {
                String address = InetAddress.getByName(url.getHost()).getHostAddress();
                resolved.add(url.getScheme() + "://" + address + ":" + url.getPort());
            } catch (UnknownHostException e) {
                resolved.add(text);
            }
        }
        return resolved;
    }
}
