package org.pdtoolkit.server.config;

import static org.pdtoolkit.server.config.ConfigKey.key;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pdtoolkit.server.config.ConfigKey.Group;

/**
 * Every key the node knows, one row each, in the order of help and manual.
 *
 * <p>The rows feed the parser of all sources, the checks, {@code --help}, {@code pd-node.conf(5)},
 * {@code pd-node(8)} and the example file. Names and defaults are pd-server's where it has the key,
 * else etcd's; etcd's spellings are aliases. Rules across keys are in {@link ConfigRules}; keys of
 * the originals that are accepted without effect are in {@link OriginalKeys}.
 */
public final class ConfigSchema {
    private static final List<ConfigKey<?>> LIST = new ArrayList<>();
    private static final long MEBIBYTE = 1L << 20;
    private static final long DAY_MILLIS = 86_400_000L;

    // ---- Member

    static final ConfigKey<Path> CONFIG =
            key("config", ConfigType.path("FILE"), Group.MEMBER)
                    .alias("config-file")
                    .notInFile()
                    .doc("Read keys from this TOML file; pd-server's files are understood.")
                    .into(LIST::add);

    static final ConfigKey<Boolean> CONFIG_CHECK =
            key("config-check", ConfigType.bool(), Group.MEMBER)
                    .defaults("false")
                    .notInFile()
                    .doc("Check the configuration, say what was found, and exit.")
                    .into(LIST::add);

    public static final ConfigKey<String> NAME =
            key("name", ConfigType.memberName(), Group.MEMBER)
                    .derived("pd-<hostname>")
                    .doc("Name of this member, unique in the cluster.")
                    .into(LIST::add);

    public static final ConfigKey<Path> DATA_DIR =
            key("data-dir", ConfigType.path("DIR"), Group.MEMBER)
                    .derived("default.<name>")
                    .doc("Directory of this member's log, state and snapshots.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> CLIENT_URLS =
            key("client-urls", ConfigType.listenUrls(), Group.MEMBER)
                    .alias("listen-client-urls")
                    .defaults("http://127.0.0.1:2379")
                    .doc("Listen here for clients: gRPC and HTTP on one port.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> ADVERTISE_CLIENT_URLS =
            key("advertise-client-urls", ConfigType.urls(), Group.MEMBER)
                    .derived("<client-urls>")
                    .doc("Client URLs that the other members hand out for this member.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> PEER_URLS =
            key("peer-urls", ConfigType.listenUrls(), Group.MEMBER)
                    .alias("listen-peer-urls")
                    .defaults("http://127.0.0.1:2380")
                    .doc("Listen here for the other members.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> ADVERTISE_PEER_URLS =
            key("advertise-peer-urls", ConfigType.urls(), Group.MEMBER)
                    .alias("initial-advertise-peer-urls")
                    .derived("<peer-urls>")
                    .doc("Peer URLs that the other members use to reach this member.")
                    .into(LIST::add);

    // ---- Cluster

    public static final ConfigKey<Map<String, List<String>>> INITIAL_CLUSTER =
            key("initial-cluster", ConfigType.initialCluster(), Group.CLUSTER)
                    .derived("<name>=<advertise-peer-urls>")
                    .doc(
                            "Members of a new cluster. Ignored once the data directory holds a"
                                    + " member.")
                    .into(LIST::add);

    public static final ConfigKey<String> INITIAL_CLUSTER_STATE =
            key("initial-cluster-state", ConfigType.choice("new", "existing"), Group.CLUSTER)
                    .defaults("new")
                    .doc(
                            "new starts a cluster, existing adds this member to one. Ignored once"
                                    + " the data directory holds a member.")
                    .into(LIST::add);

    public static final ConfigKey<String> INITIAL_CLUSTER_TOKEN =
            key("initial-cluster-token", ConfigType.text("TOKEN"), Group.CLUSTER)
                    .defaults("pd-cluster")
                    .doc("Tells clusters with equal URLs apart; part of cluster and member ids.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> JOIN =
            key("join", ConfigType.urlsOrNone(), Group.CLUSTER)
                    .doc(
                            "Client URLs of a running cluster: this member adds itself there and"
                                    + " joins. Ignored once the data directory holds a member.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> FORCE_NEW_CLUSTER =
            key("force-new-cluster", ConfigType.bool(), Group.CLUSTER)
                    .defaults("false")
                    .doc(
                            "Go on as the only member with the data of a cluster that lost its"
                                    + " quorum for good. To be used once.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> STRICT_RECONFIG_CHECK =
            key("strict-reconfig-check", ConfigType.bool(), Group.CLUSTER)
                    .defaults("true")
                    .doc("Refuse changes of members that could cost the quorum.")
                    .into(LIST::add);

    public static final ConfigKey<Long> MAX_LEARNERS =
            key("max-learners", ConfigType.count(0, 100), Group.CLUSTER)
                    .defaults("1")
                    .doc("Learners that the cluster takes at one time.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> ETCD_ONLY =
            key("etcd-only", ConfigType.bool(), Group.CLUSTER)
                    .defaults("false")
                    .doc(
                            "Run Raft and the key-value store without any Placement Driver"
                                    + " service: an etcd, whose store only clients write to. The"
                                    + " same on all members.")
                    .into(LIST::add);

    // ---- Discovery

    public static final ConfigKey<List<String>> DISCOVERY_ENDPOINTS =
            key("discovery-endpoints", ConfigType.endpoints(), Group.DISCOVERY)
                    .doc(
                            "Client URLs of a running cluster in which the founders of this one"
                                    + " find each other, under discovery-token. Ignored once the"
                                    + " data directory holds a member.")
                    .into(LIST::add);

    public static final ConfigKey<String> DISCOVERY_TOKEN =
            key("discovery-token", ConfigType.text("TOKEN"), Group.DISCOVERY)
                    .doc(
                            "Name of this cluster at discovery-endpoints, and its"
                                    + " initial-cluster-token. The number of founders is to be put"
                                    + " under /_etcd/registry/TOKEN/_config/size there first.")
                    .into(LIST::add);

    public static final ConfigKey<Long> DISCOVERY_DIAL_TIMEOUT =
            discoveryTime(
                    "discovery-dial-timeout", "2s", "How long a connection to an endpoint takes.");

    public static final ConfigKey<Long> DISCOVERY_REQUEST_TIMEOUT =
            discoveryTime(
                    "discovery-request-timeout", "5s", "How long an answer of an endpoint takes.");

    public static final ConfigKey<Long> DISCOVERY_KEEPALIVE_TIME =
            discoveryTime(
                    "discovery-keepalive-time",
                    "2s",
                    "Silence after which an endpoint is pinged while the others are awaited.");

    public static final ConfigKey<Long> DISCOVERY_KEEPALIVE_TIMEOUT =
            discoveryTime("discovery-keepalive-timeout", "6s", "How long such a ping may take.");

    public static final ConfigKey<Boolean> DISCOVERY_INSECURE_TRANSPORT =
            key("discovery-insecure-transport", ConfigType.bool(), Group.DISCOVERY)
                    .defaults("true")
                    .doc("Speak plain text to endpoints given as host:port; https:// means TLS.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> DISCOVERY_INSECURE_SKIP_TLS_VERIFY =
            key("discovery-insecure-skip-tls-verify", ConfigType.bool(), Group.DISCOVERY)
                    .defaults("false")
                    .doc("Accept any certificate of an endpoint; for tests only.")
                    .into(LIST::add);

    public static final ConfigKey<Path> DISCOVERY_CACERT =
            discoveryFile(
                    "discovery-cacert",
                    "PEM file of the authorities that sign the endpoints' certificates.");

    public static final ConfigKey<Path> DISCOVERY_CERT =
            discoveryFile("discovery-cert", "PEM file of the certificate to show to endpoints.");

    public static final ConfigKey<Path> DISCOVERY_KEY =
            discoveryFile("discovery-key", "PEM file of that certificate's private key.");

    public static final ConfigKey<String> DISCOVERY_USER =
            key("discovery-user", ConfigType.text("NAME[:PASSWORD]"), Group.DISCOVERY)
                    .secret()
                    .doc("User to authenticate as at the endpoints.")
                    .into(LIST::add);

    public static final ConfigKey<String> DISCOVERY_PASSWORD =
            key("discovery-password", ConfigType.text("PASSWORD"), Group.DISCOVERY)
                    .secret()
                    .doc(
                            "Password of that user; every user of this machine can read it from a"
                                    + " flag, so prefer the environment or the file.")
                    .into(LIST::add);

    public static final ConfigKey<URI> DISCOVERY_SRV =
            key("discovery-srv", ConfigType.domain(), Group.DISCOVERY)
                    .doc(
                            "Domain whose SRV records _etcd-server-ssl._tcp and _etcd-server._tcp"
                                    + " name the founders' peer ports. dns://SERVER:PORT/DOMAIN"
                                    + " asks that name server instead of the system's. Ignored"
                                    + " once the data directory holds a member.")
                    .into(LIST::add);

    public static final ConfigKey<String> DISCOVERY_SRV_NAME =
            key("discovery-srv-name", ConfigType.text("NAME"), Group.DISCOVERY)
                    .doc("Ask for _etcd-server-ssl-NAME and _etcd-server-NAME instead.")
                    .into(LIST::add);

    public static final ConfigKey<URI> DISCOVERY =
            key("discovery", ConfigType.tokenUrl(), Group.DISCOVERY)
                    .doc(
                            "Token URL of a registry that speaks etcd's old keys API (v2). Ignored"
                                    + " once the data directory holds a member.")
                    .into(LIST::add);

    public static final ConfigKey<URI> DISCOVERY_PROXY =
            key("discovery-proxy", ConfigType.address(), Group.DISCOVERY)
                    .doc("HTTP proxy on the way to the token URL.")
                    .into(LIST::add);

    public static final ConfigKey<String> DISCOVERY_FALLBACK =
            key("discovery-fallback", ConfigType.choice("proxy", "exit"), Group.DISCOVERY)
                    .defaults("proxy")
                    .doc(
                            "What to do when the registry at the token URL has all its founders:"
                                    + " be a proxy to them, or exit.")
                    .into(LIST::add);

    // ---- Elections and timestamps

    public static final ConfigKey<Long> TICK_INTERVAL =
            key("tick-interval", ConfigType.durationOrMillis(0, DAY_MILLIS), Group.ELECTION)
                    .alias("heartbeat-interval")
                    .defaults("100ms")
                    .doc("Raft tick; the Raft leader sends a heartbeat every tick.")
                    .into(LIST::add);

    public static final ConfigKey<Long> ELECTION_INTERVAL =
            key("election-interval", ConfigType.durationOrMillis(0, DAY_MILLIS), Group.ELECTION)
                    .alias("election-timeout")
                    .defaults("1s")
                    .doc(
                            "A follower that hears no leader this long, and up to twice as long at"
                                    + " random, campaigns. At least 5 ticks, less than 50s.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> PRE_VOTE =
            key("pre-vote", ConfigType.bool(), Group.ELECTION)
                    .alias("enable-prevote")
                    .inFile("enable-prevote")
                    .defaults("true")
                    .doc("Ask whether an election could be won before raising the term.")
                    .into(LIST::add);

    public static final ConfigKey<Long> LEASE =
            key("lease", ConfigType.count(1, 3600), Group.ELECTION)
                    .defaults("3")
                    .doc("Lease of the PD leader in seconds, renewed every third of it.")
                    .into(LIST::add);

    public static final ConfigKey<Long> LEADER_PRIORITY_CHECK_INTERVAL =
            key(
                            "leader-priority-check-interval",
                            ConfigType.duration(100, DAY_MILLIS),
                            Group.ELECTION)
                    .defaults("1m")
                    .doc("How often a leader looks for a member of higher priority.")
                    .into(LIST::add);

    public static final ConfigKey<Long> TSO_SAVE_INTERVAL =
            key("tso-save-interval", ConfigType.duration(100, 3_600_000), Group.ELECTION)
                    .defaults("3s")
                    .doc("How far ahead of the clock the timestamp window is saved.")
                    .into(LIST::add);

    public static final ConfigKey<Long> TSO_UPDATE_PHYSICAL_INTERVAL =
            key("tso-update-physical-interval", ConfigType.duration(1, 10_000), Group.ELECTION)
                    .defaults("50ms")
                    .doc("How often the physical part of timestamps moves.")
                    .into(LIST::add);

    // ---- Storage and limits

    public static final ConfigKey<String> STORAGE =
            key("storage", ConfigType.backendName(), Group.STORAGE)
                    .defaults("file")
                    .doc(
                            "Storage backend: file, h2, or another one on the class path"
                                    + " (PD_NODE_CLASS_PATH). A data directory stays with the"
                                    + " backend that created it.")
                    .into(LIST::add);

    public static final ConfigKey<Map<String, String>> STORAGE_OPTIONS =
            key("storage-options", ConfigType.assignments(), Group.STORAGE)
                    .defaults("")
                    .doc("Options of the storage backend, see pd-storage(7).")
                    .into(LIST::add);

    public static final ConfigKey<Long> SNAPSHOT_COUNT =
            key("snapshot-count", ConfigType.count(10, 1_000_000_000L), Group.STORAGE)
                    .defaults("10000")
                    .doc("Take a snapshot after this many applied log entries.")
                    .into(LIST::add);

    public static final ConfigKey<Long> SNAPSHOT_CATCH_UP_ENTRIES =
            key("snapshot-catchup-entries", ConfigType.count(0, 1_000_000_000L), Group.STORAGE)
                    .alias("experimental-snapshot-catchup-entries")
                    .defaults("5000")
                    .doc("Log entries kept behind a snapshot for slow followers.")
                    .into(LIST::add);

    public static final ConfigKey<Long> MAX_REQUEST_BYTES =
            key("max-request-bytes", ConfigType.bytes(1024, 150 * MEBIBYTE), Group.STORAGE)
                    .defaults("1572864")
                    .doc("Largest client request that is accepted.")
                    .into(LIST::add);

    public static final ConfigKey<Long> QUOTA_BACKEND_BYTES =
            key("quota-backend-bytes", ConfigType.bytes(0, Long.MAX_VALUE), Group.STORAGE)
                    .defaults("0")
                    .doc(
                            "Size of the store at which clients' writes are refused; 0 means 8 GiB,"
                                    + " with etcd-only 2 GiB.")
                    .into(LIST::add);

    public static final ConfigKey<String> AUTO_COMPACTION_MODE =
            key("auto-compaction-mode", ConfigType.text("periodic|revision"), Group.STORAGE)
                    .defaults("periodic")
                    .doc("What auto-compaction-retention counts: time or revisions.")
                    .into(LIST::add);

    public static final ConfigKey<String> AUTO_COMPACTION_RETENTION =
            key("auto-compaction-retention", ConfigType.text("DURATION|N"), Group.STORAGE)
                    .defaults("1h")
                    .doc(
                            "History that auto-compaction keeps: a duration (a bare number means"
                                    + " hours) or a number of revisions; 0 compacts nothing.")
                    .into(LIST::add);

    public static final ConfigKey<Long> WATCH_PROGRESS_NOTIFY_INTERVAL =
            key(
                            "watch-progress-notify-interval",
                            ConfigType.duration(100, 365 * DAY_MILLIS),
                            Group.STORAGE)
                    .defaults("10m")
                    .doc("How often a quiet watch that asks for it is told how far it is.")
                    .into(LIST::add);

    public static final ConfigKey<Long> CORRUPT_CHECK_TIME =
            key("corrupt-check-time", ConfigType.duration(0, DAY_MILLIS), Group.STORAGE)
                    .defaults("5m")
                    .doc(
                            "Pause between two comparisons of what the members hold; a member that"
                                    + " differs raises the alarm CORRUPT. 0 compares nothing.")
                    .into(LIST::add);

    // ---- Security

    public static final ConfigKey<Path> CACERT =
            key("cacert", ConfigType.path("FILE"), Group.SECURITY)
                    .alias("trusted-ca-file", "peer-trusted-ca-file")
                    .inFile("security.cacert-path")
                    .doc(
                            "PEM file of the authorities that sign clients' and peers'"
                                    + " certificates; when set, both must present one.")
                    .into(LIST::add);

    public static final ConfigKey<Path> CERT =
            key("cert", ConfigType.path("FILE"), Group.SECURITY)
                    .alias("cert-file", "peer-cert-file")
                    .inFile("security.cert-path")
                    .doc("PEM file of this member's certificate chain.")
                    .into(LIST::add);

    public static final ConfigKey<Path> KEY =
            key("key", ConfigType.path("FILE"), Group.SECURITY)
                    .alias("key-file", "peer-key-file")
                    .inFile("security.key-path")
                    .doc("PEM file of this member's private key.")
                    .into(LIST::add);

    public static final ConfigKey<Boolean> CLIENT_CERT_AUTH =
            key("client-cert-auth", ConfigType.bool(), Group.SECURITY)
                    .defaults("false")
                    .doc(
                            "Let the common name of a client's certificate be its user where users"
                                    + " are enabled; needs cacert.")
                    .into(LIST::add);

    public static final ConfigKey<String> AUTH_TOKEN =
            key("auth-token", ConfigType.text("simple|jwt,OPTION=VALUE..."), Group.SECURITY)
                    .defaults("simple")
                    .doc(
                            "Tokens of users that log in: simple, kept in memory by every member;"
                                    + " or jwt, signed, with the options sign-method, priv-key,"
                                    + " pub-key (PEM files) and ttl.")
                    .into(LIST::add);

    public static final ConfigKey<Long> AUTH_TOKEN_TTL =
            key("auth-token-ttl", ConfigType.count(1, 31_536_000), Group.SECURITY)
                    .defaults("300")
                    .doc("Seconds after its last use at which a simple token ends.")
                    .into(LIST::add);

    public static final ConfigKey<Long> BCRYPT_COST =
            key("bcrypt-cost", ConfigType.count(4, 31), Group.SECURITY)
                    .defaults("10")
                    .doc("Binary logarithm of the rounds in which passwords are hashed.")
                    .into(LIST::add);

    public static final ConfigKey<String> CORS =
            key("cors", ConfigType.text("ORIGIN[,ORIGIN...]"), Group.SECURITY)
                    .defaults("*")
                    .doc("Origins whose pages may read HTTP answers in a browser; * means all.")
                    .into(LIST::add);

    public static final ConfigKey<String> HOST_WHITELIST =
            key("host-whitelist", ConfigType.text("HOST[,HOST...]"), Group.SECURITY)
                    .defaults("*")
                    .doc(
                            "Names and addresses by which HTTP without TLS may call this node; *"
                                    + " means all.")
                    .into(LIST::add);

    // ---- Logs and metrics

    public static final ConfigKey<String> LOG_LEVEL =
            key(
                            "log-level",
                            ConfigType.choice(
                                    "debug", "info", "warn", "error", "fatal", "panic", "dpanic",
                                    "warning"),
                            Group.LOG)
                    .letter('L')
                    .inFile("log.level")
                    .defaults("info")
                    .reloadable()
                    .doc("Least severe entry that is logged.")
                    .into(LIST::add);

    public static final ConfigKey<Path> LOG_FILE =
            key("log-file", ConfigType.path("FILE"), Group.LOG)
                    .inFile("log.file.filename")
                    .derived("standard error")
                    .doc("Log into this file, outside of the data directory.")
                    .into(LIST::add);

    public static final ConfigKey<String> LOG_FORMAT =
            key("log-format", ConfigType.choice("text", "json", "console"), Group.LOG)
                    .inFile("log.format")
                    .defaults("text")
                    .doc("text (console means the same) writes key=value, json an object a line.")
                    .into(LIST::add);

    public static final ConfigKey<Long> LOG_FILE_MAX_SIZE =
            key("log-file-max-size", ConfigType.count(1, 1_000_000), Group.LOG)
                    .inFile("log.file.max-size")
                    .defaults("300")
                    .doc("Size in MiB at which a new log file is begun.")
                    .into(LIST::add);

    public static final ConfigKey<Long> LOG_FILE_MAX_DAYS =
            key("log-file-max-days", ConfigType.count(0, 36_500), Group.LOG)
                    .inFile("log.file.max-days")
                    .defaults("0")
                    .doc("Days after which an old log file is deleted; 0 keeps them.")
                    .into(LIST::add);

    public static final ConfigKey<Long> LOG_FILE_MAX_BACKUPS =
            key("log-file-max-backups", ConfigType.count(0, 10_000), Group.LOG)
                    .inFile("log.file.max-backups")
                    .defaults("0")
                    .doc("Old log files to keep; 0 keeps all.")
                    .into(LIST::add);

    public static final ConfigKey<URI> METRICS_ADDR =
            key("metrics-addr", ConfigType.address(), Group.LOG)
                    .inFile("metric.address")
                    .doc(
                            "Push gateway for metrics. Metrics are served under /metrics on the"
                                    + " client port; pushing them is not supported yet, a warning"
                                    + " says so.")
                    .into(LIST::add);

    // ---- Proxy mode

    public static final ConfigKey<String> PROXY =
            key("proxy", ConfigType.choice("off", "on", "readonly"), Group.PROXY)
                    .defaults("off")
                    .doc(
                            "on passes every request on to a member of the cluster instead of"
                                    + " being one, readonly only those that change nothing. A data"
                                    + " directory that has been used stays what it is.")
                    .into(LIST::add);

    public static final ConfigKey<List<URI>> ENDPOINTS =
            key("endpoints", ConfigType.urls(), Group.PROXY)
                    .doc(
                            "Client URLs of members that a proxy asks for all members. Without"
                                    + " them it asks the peer URLs of the initial cluster.")
                    .into(LIST::add);

    public static final ConfigKey<Long> PROXY_FAILURE_WAIT =
            key("proxy-failure-wait", ConfigType.durationOrMillis(0, DAY_MILLIS), Group.PROXY)
                    .defaults("5s")
                    .doc("How long a proxy leaves a member alone that it could not reach.")
                    .into(LIST::add);

    public static final ConfigKey<Long> PROXY_REFRESH_INTERVAL =
            key("proxy-refresh-interval", ConfigType.durationOrMillis(1, DAY_MILLIS), Group.PROXY)
                    .defaults("30s")
                    .doc("How often a proxy asks who the members are; 1s while it knows none.")
                    .into(LIST::add);

    public static final ConfigKey<Long> PROXY_DIAL_TIMEOUT =
            key("proxy-dial-timeout", ConfigType.durationOrMillis(1, DAY_MILLIS), Group.PROXY)
                    .defaults("1s")
                    .doc("Time to connect to a member.")
                    .into(LIST::add);

    public static final ConfigKey<Long> PROXY_WRITE_TIMEOUT =
            key("proxy-write-timeout", ConfigType.durationOrMillis(1, DAY_MILLIS), Group.PROXY)
                    .defaults("5s")
                    .doc("Time a member may stay without taking more of an HTTP request.")
                    .into(LIST::add);

    public static final ConfigKey<Long> PROXY_READ_TIMEOUT =
            key("proxy-read-timeout", ConfigType.durationOrMillis(0, DAY_MILLIS), Group.PROXY)
                    .defaults("0s")
                    .doc(
                            "Time a member may stay silent while an HTTP answer is waited for; 0"
                                    + " waits for ever, as watches need it.")
                    .into(LIST::add);

    private static final List<ConfigKey<?>> ROWS = Collections.unmodifiableList(LIST);

    private ConfigSchema() {}

    private static ConfigKey<Path> discoveryFile(String name, String doc) {
        return key(name, ConfigType.path("FILE"), Group.DISCOVERY).doc(doc).into(LIST::add);
    }

    private static ConfigKey<Long> discoveryTime(String name, String time, String doc) {
        return key(name, ConfigType.duration(1, DAY_MILLIS), Group.DISCOVERY)
                .defaults(time)
                .doc(doc)
                .into(LIST::add);
    }

    /** All rows in the order of help and manual. */
    public static List<ConfigKey<?>> rows() {
        return ROWS;
    }

    /** The row that a flag's spelling, without dashes, belongs to. */
    static Optional<ConfigKey<?>> byFlag(String spelling) {
        return ROWS.stream()
                .filter(row -> row.name().equals(spelling) || row.aliases().contains(spelling))
                .findFirst();
    }

    /** The row that a dotted key of the file belongs to. */
    static Optional<ConfigKey<?>> byFileKey(String dotted) {
        return ROWS.stream().filter(row -> row.fileKeys().contains(dotted)).findFirst();
    }
}
