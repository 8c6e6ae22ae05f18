package org.pdtoolkit.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.pdtoolkit.server.config.DiscoverySettings.Login;
import org.pdtoolkit.server.config.DiscoverySettings.Registry;
import org.pdtoolkit.server.config.DiscoverySettings.Srv;
import org.pdtoolkit.server.config.DiscoverySettings.Times;
import org.pdtoolkit.server.config.DiscoverySettings.TokenUrl;
import org.pdtoolkit.server.config.DiscoverySettings.Transport;

/**
 * The checked configuration of one node. Immutable; may be shared between threads.
 *
 * <p>Every value was parsed by its row in {@link ConfigSchema} and has passed {@link ConfigRules}.
 * A value that was not given is the row's default, or derived from other values as the row says.
 */
public final class NodeConfig {
    /** What a quota of 0 means: PD's own, */
    private static final long DEFAULT_QUOTA_BYTES = 8L << 30;

    /** and etcd's. */
    private static final long ETCD_QUOTA_BYTES = 2L << 30;

    private static final int HEARTBEAT_TICKS = 1;

    private final Map<ConfigKey<?>, Object> values;

    /**
     * Files of the TLS set-up, PEM each.
     *
     * @param caCert authorities of clients and peers; present means both must show a certificate
     * @param cert this member's certificate chain; present if and only if key is
     * @param key this member's private key
     */
    public record Security(Optional<Path> caCert, Optional<Path> cert, Optional<Path> key) {}

    /**
     * How clients log in.
     *
     * @param tokenTtlSeconds of simple tokens, since their last use
     * @param certificateNames whether the common name of a client's certificate is its user
     */
    public record Auth(
            AuthToken token, long tokenTtlSeconds, int bcryptCost, boolean certificateNames) {}

    /** Whether this node is a member or passes requests on, and which. */
    public enum ProxyMode {
        OFF,
        ON,
        READONLY
    }

    /**
     * What matters in proxy mode.
     *
     * @param endpoints client URLs to ask for the members; empty to ask peer URLs
     * @param failureWait how long a member that could not be reached is left alone
     * @param refresh between two looks at who the members are
     * @param dial time to connect
     * @param write time without progress of a request
     * @param read time without progress of an answer; zero for any
     */
    public record Proxy(
            ProxyMode mode,
            List<URI> endpoints,
            Duration failureWait,
            Duration refresh,
            Duration dial,
            Duration write,
            Duration read) {}

    /** Takes values as parsed by their rows; the loader is the only caller. */
    NodeConfig(Map<ConfigKey<?>, Object> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /** The value of any row; empty if it is unset and has no default. */
    // Only ConfigLoader fills the map, each value with what the row's own parser returned.
    @SuppressWarnings("unchecked")
    public <T> Optional<T> find(ConfigKey<T> row) {
        return Optional.ofNullable((T) values.get(row));
    }

    private <T> T get(ConfigKey<T> row) {
        return find(row).orElseThrow();
    }

    /** Name of this member. */
    public String name() {
        return get(ConfigSchema.NAME);
    }

    /** Directory of this member's data; need not exist. */
    public Path dataDir() {
        return get(ConfigSchema.DATA_DIR);
    }

    /** URLs to listen on for clients: scheme, IP address or localhost, port. */
    public List<URI> clientUrls() {
        return get(ConfigSchema.CLIENT_URLS);
    }

    /** Client URLs to tell others. */
    public List<URI> advertiseClientUrls() {
        return get(ConfigSchema.ADVERTISE_CLIENT_URLS);
    }

    /** URLs to listen on for other members: scheme, IP address or localhost, port. */
    public List<URI> peerUrls() {
        return get(ConfigSchema.PEER_URLS);
    }

    /** Peer URLs to tell others. */
    public List<URI> advertisePeerUrls() {
        return get(ConfigSchema.ADVERTISE_PEER_URLS);
    }

    /**
     * Peer URLs by member name in the order given, empty if they are to be discovered; of use only
     * for a member without data.
     */
    public Map<String, List<String>> initialCluster() {
        return find(ConfigSchema.INITIAL_CLUSTER).orElse(Map.of());
    }

    /** Where to ask for the initial cluster; empty if it is configured. */
    public Optional<DiscoverySettings> discovery() {
        Optional<DiscoverySettings> srv =
                find(ConfigSchema.DISCOVERY_SRV)
                        .map(d -> new Srv(d, find(ConfigSchema.DISCOVERY_SRV_NAME)));
        Optional<DiscoverySettings> tokenUrl =
                find(ConfigSchema.DISCOVERY)
                        .map(
                                url ->
                                        new TokenUrl(
                                                url,
                                                find(ConfigSchema.DISCOVERY_PROXY),
                                                get(ConfigSchema.DISCOVERY_FALLBACK)
                                                        .equals("proxy")));
        return find(ConfigSchema.DISCOVERY_ENDPOINTS)
                .map(this::registry)
                .or(() -> srv)
                .or(() -> tokenUrl);
    }

    private DiscoverySettings registry(List<String> endpoints) {
        return new Registry(
                endpoints,
                get(ConfigSchema.DISCOVERY_TOKEN),
                discoveryLogin(),
                new Transport(
                        get(ConfigSchema.DISCOVERY_INSECURE_TRANSPORT),
                        get(ConfigSchema.DISCOVERY_INSECURE_SKIP_TLS_VERIFY),
                        find(ConfigSchema.DISCOVERY_CACERT),
                        find(ConfigSchema.DISCOVERY_CERT),
                        find(ConfigSchema.DISCOVERY_KEY)),
                new Times(
                        get(ConfigSchema.DISCOVERY_DIAL_TIMEOUT),
                        get(ConfigSchema.DISCOVERY_REQUEST_TIMEOUT),
                        get(ConfigSchema.DISCOVERY_KEEPALIVE_TIME),
                        get(ConfigSchema.DISCOVERY_KEEPALIVE_TIMEOUT)));
    }

    /** With a password of its own the whole text is the user, as in etcd. */
    private Optional<Login> discoveryLogin() {
        Optional<String> password = find(ConfigSchema.DISCOVERY_PASSWORD);
        return find(ConfigSchema.DISCOVERY_USER)
                .map(
                        user -> {
                            int colon = password.isPresent() ? -1 : user.indexOf(':');
                            return colon < 0
                                    ? new Login(user, password.orElse(""))
                                    : new Login(
                                            user.substring(0, colon), user.substring(colon + 1));
                        });
    }

    /** {@code new} or {@code existing}; of use only for a member without data. */
    public String initialClusterState() {
        return get(ConfigSchema.INITIAL_CLUSTER_STATE);
    }

    /** Client URLs of a cluster to join; of use only for a member without data. */
    public Optional<List<URI>> join() {
        return find(ConfigSchema.JOIN).filter(urls -> !urls.isEmpty());
    }

    /** Whether a change of members that could cost the quorum is refused. */
    public boolean strictReconfigCheck() {
        return get(ConfigSchema.STRICT_RECONFIG_CHECK);
    }

    /** Learners that the cluster takes at one time. */
    public int maxLearners() {
        return Math.toIntExact(get(ConfigSchema.MAX_LEARNERS));
    }

    /** URLs with addresses for names; one that does not resolve stays as it is. */
    public static Set<String> resolved(Set<String> urls) {
        return ConfigRules.resolved(urls);
    }

    /** Whether to go on as the only member with the data of a lost cluster. */
    public boolean forceNewCluster() {
        return get(ConfigSchema.FORCE_NEW_CLUSTER);
    }

    /** Part of cluster and member ids. */
    public String initialClusterToken() {
        return get(ConfigSchema.INITIAL_CLUSTER_TOKEN);
    }

    /** Whether to run without any Placement Driver service. */
    public boolean etcdOnly() {
        return get(ConfigSchema.ETCD_ONLY);
    }

    /** Name of the storage backend. */
    public String storage() {
        return get(ConfigSchema.STORAGE);
    }

    /** Options for the storage backend, by name; it checks them. */
    public Map<String, String> storageOptions() {
        return find(ConfigSchema.STORAGE_OPTIONS).orElse(Map.of());
    }

    /** Length of a Raft tick in milliseconds. */
    public int tickMillis() {
        return Math.toIntExact(get(ConfigSchema.TICK_INTERVAL));
    }

    /** Ticks between heartbeats of the Raft leader: one, as in pd-server. */
    public int heartbeatTicks() {
        return HEARTBEAT_TICKS;
    }

    /** Ticks without a leader before a campaign, at least 5; randomised up to twice as many. */
    public int electionTicks() {
        return Math.toIntExact(get(ConfigSchema.ELECTION_INTERVAL) / tickMillis());
    }

    /** Whether an election is tried out before the term is raised. */
    public boolean preVote() {
        return get(ConfigSchema.PRE_VOTE);
    }

    /** Lease of the PD leader in seconds. */
    public int leaseSeconds() {
        return Math.toIntExact(get(ConfigSchema.LEASE));
    }

    /** How far ahead the timestamp window is saved, milliseconds. */
    public long tsoSaveIntervalMillis() {
        return get(ConfigSchema.TSO_SAVE_INTERVAL);
    }

    /** How often the physical part of timestamps moves, milliseconds. */
    public long tsoUpdateIntervalMillis() {
        return get(ConfigSchema.TSO_UPDATE_PHYSICAL_INTERVAL);
    }

    /** How often leader priorities are looked at, milliseconds. */
    public long leaderPriorityCheckMillis() {
        return get(ConfigSchema.LEADER_PRIORITY_CHECK_INTERVAL);
    }

    /** Applied entries between snapshots. */
    public long snapshotCount() {
        return get(ConfigSchema.SNAPSHOT_COUNT);
    }

    /** Log entries kept behind a snapshot. */
    public long snapshotCatchUpEntries() {
        return get(ConfigSchema.SNAPSHOT_CATCH_UP_ENTRIES);
    }

    /** Largest request of a client in bytes. */
    public int maxRequestBytes() {
        return Math.toIntExact(get(ConfigSchema.MAX_REQUEST_BYTES));
    }

    /** Size of the store in bytes at which writes are refused. */
    public long quotaBackendBytes() {
        long bytes = get(ConfigSchema.QUOTA_BACKEND_BYTES);
        if (bytes != 0) {
            return bytes;
        }
        return get(ConfigSchema.ETCD_ONLY) ? ETCD_QUOTA_BYTES : DEFAULT_QUOTA_BYTES;
    }

    /** Pause between two comparisons of the members' checksums in milliseconds, 0 for none. */
    public long corruptCheckMillis() {
        return get(ConfigSchema.CORRUPT_CHECK_TIME);
    }

    /** What is compacted by itself, and when. */
    public AutoCompaction autoCompaction() {
        return AutoCompaction.of(
                get(ConfigSchema.AUTO_COMPACTION_MODE),
                get(ConfigSchema.AUTO_COMPACTION_RETENTION));
    }

    /** Between two progress notifications of a watch that asks for them. */
    public Duration watchProgressInterval() {
        return Duration.ofMillis(get(ConfigSchema.WATCH_PROGRESS_NOTIFY_INTERVAL));
    }

    /** How clients log in. */
    public Auth auth() {
        return new Auth(
                AuthToken.of(get(ConfigSchema.AUTH_TOKEN)),
                get(ConfigSchema.AUTH_TOKEN_TTL),
                Math.toIntExact(get(ConfigSchema.BCRYPT_COST)),
                get(ConfigSchema.CLIENT_CERT_AUTH));
    }

    /** How to run as a proxy. */
    public Proxy proxy() {
        return new Proxy(
                ProxyMode.valueOf(get(ConfigSchema.PROXY).toUpperCase(Locale.ROOT)),
                find(ConfigSchema.ENDPOINTS).orElse(List.of()),
                Duration.ofMillis(get(ConfigSchema.PROXY_FAILURE_WAIT)),
                Duration.ofMillis(get(ConfigSchema.PROXY_REFRESH_INTERVAL)),
                Duration.ofMillis(get(ConfigSchema.PROXY_DIAL_TIMEOUT)),
                Duration.ofMillis(get(ConfigSchema.PROXY_WRITE_TIMEOUT)),
                Duration.ofMillis(get(ConfigSchema.PROXY_READ_TIMEOUT)));
    }

    /** Origins whose pages may read HTTP answers; {@code *} stands for all. */
    public Set<String> cors() {
        return words(ConfigSchema.CORS);
    }

    /** Hosts by which plain HTTP may call this node; {@code *} stands for all. */
    public Set<String> hostWhitelist() {
        return words(ConfigSchema.HOST_WHITELIST);
    }

    private Set<String> words(ConfigKey<String> row) {
        return Arrays.stream(get(row).split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** TLS files. */
    public Security security() {
        return new Security(
                find(ConfigSchema.CACERT), find(ConfigSchema.CERT), find(ConfigSchema.KEY));
    }

    /** Least severe level to log: debug, info, warn, error or fatal. */
    public String logLevel() {
        return switch (get(ConfigSchema.LOG_LEVEL)) {
            case "warning" -> "warn";
            case "panic", "dpanic" -> "fatal";
            default -> get(ConfigSchema.LOG_LEVEL);
        };
    }

    /** Log file; empty means standard error. */
    public Optional<Path> logFile() {
        return find(ConfigSchema.LOG_FILE);
    }

    /** {@code text} or {@code json}. */
    public String logFormat() {
        return get(ConfigSchema.LOG_FORMAT).equals("json") ? "json" : "text";
    }

    /** Size in bytes at which a new log file is begun. */
    public long logFileMaxBytes() {
        return get(ConfigSchema.LOG_FILE_MAX_SIZE) << 20;
    }

    /** Days that old log files are kept; 0 means for ever. */
    public int logFileMaxDays() {
        return Math.toIntExact(get(ConfigSchema.LOG_FILE_MAX_DAYS));
    }

    /** Number of old log files that are kept; 0 means all. */
    public int logFileMaxBackups() {
        return Math.toIntExact(get(ConfigSchema.LOG_FILE_MAX_BACKUPS));
    }

    /** Push gateway that was asked for; nothing is pushed yet. */
    public Optional<URI> metricsAddr() {
        return find(ConfigSchema.METRICS_ADDR);
    }

    /**
     * What keeps this configuration from founding a cluster: own name or own URLs not among its
     * members. The loader refuses these when the data directory is absent or empty and only warns
     * otherwise, because a member that has data ignores them. A runtime that finds no member in the
     * directory after all must ask again.
     *
     * @param members peer URLs by name, {@link #initialCluster} or what was discovered
     */
    public List<String> bootstrapProblems(Map<String, List<String>> members) {
        return ConfigRules.bootstrapProblems(this, members);
    }

    /** All values as {@code key=value} lines in schema order, for the log at start. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (row, value) ->
                        text.append(row)
                                .append('=')
                                .append(row.secret() ? "***" : value)
                                .append('\n'));
        return text.toString();
    }
}
