package org.pdtoolkit.server.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Flags of etcd and file keys of pd-server that this node knows but does not use, so that both
 * originals' command lines and files start it.
 *
 * <p>A key without effect on safety is accepted with a warning. One that makes the original
 * stricter, such as a list of allowed certificate names, is refused unless it is switched off:
 * going on without it would be less secure than the user asked for.
 *
 * <p>Names are facts of etcd 3.4 to 3.6 (its help text) and of pd-server 8 (its configuration
 * types).
 */
final class OriginalKeys {

    /** What happens when the key is set. */
    enum Effect {
        /** Accepted, with a warning. */
        IGNORED,
        /**
         * Refused as not supported yet, unless the value is empty, off or the original's default.
         */
        REFUSED
    }

    private static final String EXPERIMENTAL = "experimental-";

    private static final Set<String> ETCD_SWITCHES =
            Set.of(
                    "peer-client-cert-auth",
                    "enable-grpc-gateway",
                    "enable-log-rotation",
                    "enable-pprof",
                    "enable-v2",
                    "initial-election-tick-advance",
                    "socket-reuse-address",
                    "socket-reuse-port",
                    "unsafe-no-fsync",
                    "auto-tls",
                    "peer-auto-tls",
                    "compact-hash-check-enabled",
                    "initial-corrupt-check",
                    "memory-mlock",
                    "peer-skip-client-san-verification",
                    "stop-grpc-service-on-defrag",
                    "enable-lease-checkpoint",
                    "enable-lease-checkpoint-persist",
                    "txn-mode-write-with-shared-buffer",
                    "enable-distributed-tracing");

    private static final Set<String> ETCD_VALUES =
            Set.of(
                    "backend-batch-interval",
                    "backend-batch-limit",
                    "backend-bbolt-freelist-type",
                    "bootstrap-defrag-threshold-megabytes",
                    "client-cert-file",
                    "client-key-file",
                    "compact-hash-check-time",
                    "compaction-batch-limit",
                    "compaction-sleep-interval",
                    "debug",
                    "distributed-tracing-address",
                    "distributed-tracing-instance-id",
                    "distributed-tracing-sampling-rate",
                    "distributed-tracing-service-name",
                    "downgrade-check-time",
                    "enable-v2v3",
                    "feature-gates",
                    "grpc-keepalive-interval",
                    "grpc-keepalive-min-time",
                    "grpc-keepalive-timeout",
                    "listen-metrics-urls",
                    "log-outputs",
                    "log-rotation-config-json",
                    "logger",
                    "max-concurrent-streams",
                    "max-snapshots",
                    "max-txn-ops",
                    "max-wals",
                    "metrics",
                    "peer-client-cert-file",
                    "peer-client-key-file",
                    "raft-read-timeout",
                    "raft-write-timeout",
                    "self-signed-cert-validity",
                    "v2-deprecation",
                    "wal-dir",
                    "warning-apply-duration",
                    "warning-unary-request-duration");

    /** Flags that make etcd stricter, with the values that leave it as it is. */
    private static final Map<String, List<String>> ETCD_STRICTER =
            Map.ofEntries(
                    Map.entry("auto-tls", List.of("false")),
                    Map.entry("peer-auto-tls", List.of("false")),
                    Map.entry("cipher-suites", List.of()),
                    Map.entry("client-cert-allowed-hostname", List.of()),
                    Map.entry("client-crl-file", List.of()),
                    Map.entry("listen-client-http-urls", List.of()),
                    Map.entry("peer-cert-allowed-cn", List.of()),
                    Map.entry("peer-cert-allowed-hostname", List.of()),
                    Map.entry("peer-crl-file", List.of()),
                    Map.entry("tls-max-version", List.of()),
                    Map.entry("tls-min-version", List.of("TLS1.2")));

    private static final Map<String, List<String>> PD_STRICTER =
            Map.of(
                    "security.cert-allowed-cn", List.of(),
                    "security.encryption.data-encryption-method", List.of("plaintext"));

    /** Tables of pd-server's file and their keys; a star stands for any key below. */
    private static final Map<String, String> PD_KEYS =
            Map.ofEntries(
                    Map.entry(
                            "",
                            "cluster-version enable-dashboard enable-dynamic-config"
                                    + " enable-grpc-gateway enable-local-tso"
                                    + " max-concurrent-tso-proxy-streamings namespace-classifier"
                                    + " tso-proxy-recv-from-client-timeout"),
                    Map.entry("labels", "*"),
                    Map.entry("label-property", "*"),
                    Map.entry("schedulers-payload", "*"),
                    Map.entry("metering", "*"),
                    Map.entry("controller", "*"),
                    Map.entry("metric", "job interval"),
                    Map.entry(
                            "log",
                            "disable-timestamp development disable-caller disable-stacktrace"
                                    + " disable-error-verbose sampling error-output-path timeout"
                                    + " timeout-action"),
                    Map.entry("log.sampling", "*"),
                    Map.entry(
                            "log.file",
                            "log-rotate compression is-buffered buffer-size"
                                    + " buffer-flush-interval"),
                    Map.entry("security", "redact-info-log ssl-ca ssl-cert ssl-key"),
                    Map.entry("security.encryption", "data-key-rotation-period"),
                    Map.entry("security.encryption.master-key", "*"),
                    Map.entry(
                            "pd-server",
                            "use-region-storage max-gap-reset-ts key-type runtime-services"
                                    + " metric-storage dashboard-address flow-round-by-digit"
                                    + " trace-region-flow min-resolved-ts-persistence-interval"
                                    + " server-memory-limit server-memory-limit-gc-trigger"
                                    + " enable-gogc-tuner gc-tuner-threshold"
                                    + " block-safe-point-v1"),
                    Map.entry(
                            "schedule",
                            "max-snapshot-count max-pending-peer-count max-merge-region-size"
                                    + " max-merge-region-keys split-merge-interval"
                                    + " switch-witness-interval enable-one-way-merge"
                                    + " enable-cross-table-merge patrol-region-interval"
                                    + " max-store-down-time max-store-preparing-time"
                                    + " leader-schedule-limit leader-schedule-policy"
                                    + " leader-schedule-strategy region-schedule-limit"
                                    + " witness-schedule-limit replica-schedule-limit"
                                    + " merge-schedule-limit hot-region-schedule-limit"
                                    + " affinity-schedule-limit split-scatter-schedule-limit"
                                    + " hot-region-cache-hits-threshold store-balance-rate"
                                    + " default-store-limit store-limit store-limit-mode"
                                    + " tolerant-size-ratio low-space-ratio high-space-ratio"
                                    + " region-score-formula-version scheduler-max-waiting-operator"
                                    + " disable-raft-learner disable-remove-down-replica"
                                    + " disable-replace-offline-replica disable-make-up-replica"
                                    + " disable-remove-extra-replica disable-location-replacement"
                                    + " disable-namespace-relocation"
                                    + " enable-remove-down-replica enable-replace-offline-replica"
                                    + " enable-make-up-replica enable-remove-extra-replica"
                                    + " enable-location-replacement enable-debug-metrics"
                                    + " enable-joint-consensus enable-tikv-split-region"
                                    + " enable-heartbeat-breakdown-metrics"
                                    + " enable-heartbeat-concurrent-runner schedulers"
                                    + " hot-regions-write-interval hot-regions-reserved-days"
                                    + " max-movable-hot-peer-size enable-diagnostic enable-witness"
                                    + " slow-store-evicting-affected-store-ratio-threshold"
                                    + " store-limit-version halt-scheduling"
                                    + " patrol-region-worker-count max-affinity-merge-region-size"),
                    Map.entry("schedule.store-limit", "*"),
                    Map.entry("schedule.default-store-limit", "add-peer remove-peer"),
                    Map.entry(
                            "replication",
                            "max-replicas location-labels strictly-match-label"
                                    + " enable-placement-rules enable-placement-rules-cache"
                                    + " isolation-level"),
                    Map.entry("replication-mode", "replication-mode"),
                    Map.entry(
                            "replication-mode.dr-auto-sync",
                            "label-key primary dr primary-replicas dr-replicas wait-store-timeout"
                                    + " wait-recover-timeout wait-sync-timeout wait-async-timeout"
                                    + " pause-region-split"),
                    Map.entry(
                            "dashboard",
                            "tidb-cacert-path tidb-cert-path tidb-key-path public-path-prefix"
                                    + " temp-dir internal-proxy enable-telemetry"
                                    + " enable-experimental disable-custom-prom-addr"),
                    Map.entry(
                            "keyspace",
                            "pre-alloc wait-region-split wait-region-split-timeout"
                                    + " check-region-split-interval meta-service-groups"
                                    + " disable-raw-kv-region-split"),
                    Map.entry("keyspace.meta-service-groups", "*"),
                    Map.entry(
                            "micro-service",
                            "enable-scheduling-fallback enable-tso-dynamic-switching"
                                    + " enable-resource-manager-fallback"));

    private OriginalKeys() {}

    /** What etcd's flag does here; empty if etcd has no such flag. */
    static Optional<Effect> ofEtcdFlag(String spelling) {
        String plain = plain(spelling);
        if (ETCD_STRICTER.containsKey(plain)) {
            return Optional.of(Effect.REFUSED);
        }
        boolean known = ETCD_SWITCHES.contains(plain) || ETCD_VALUES.contains(plain);
        return known ? Optional.of(Effect.IGNORED) : Optional.empty();
    }

    /** What pd-server's dotted key does here; empty if its file has no such key. */
    static Optional<Effect> ofFileKey(String dotted) {
        if (PD_STRICTER.containsKey(dotted)) {
            return Optional.of(Effect.REFUSED);
        }
        String table = dotted;
        while (!table.isEmpty()) {
            int dot = table.lastIndexOf('.');
            String inner = table.substring(dot + 1);
            table = dot < 0 ? "" : table.substring(0, dot);
            List<String> keys = List.of(PD_KEYS.getOrDefault(table, "").split(" "));
            boolean direct = dotted.equals(table.isEmpty() ? inner : table + "." + inner);
            if (keys.contains("*") || (direct && keys.contains(inner))) {
                return Optional.of(Effect.IGNORED);
            }
        }
        return Optional.empty();
    }

    /** Whether the value leaves a {@link Effect#REFUSED} key switched off. */
    static boolean isOff(String key, String value) {
        List<String> off = PD_STRICTER.getOrDefault(key, ETCD_STRICTER.get(plain(key)));
        return value.isEmpty() || (off != null && off.contains(value));
    }

    static boolean isEtcdSwitch(String spelling) {
        return ETCD_SWITCHES.contains(plain(spelling));
    }

    /** Every spelling of etcd's flags, sorted, for the parser, the manual and suggestions. */
    static Set<String> etcdFlags() {
        Set<String> flags = new TreeSet<>(ETCD_VALUES);
        flags.addAll(ETCD_SWITCHES);
        flags.addAll(ETCD_STRICTER.keySet());
        return flags;
    }

    /** Dotted keys of pd-server's file by table, both sorted. */
    static Map<String, List<String>> pdTables() {
        Map<String, List<String>> tables = new TreeMap<>();
        PD_KEYS.forEach(
                (table, keys) ->
                        tables.put(table, List.of(keys.split(" ")).stream().sorted().toList()));
        return tables;
    }

    /** etcd 3.5 spells young flags with a prefix that 3.6 drops; both are the same flag. */
    private static String plain(String spelling) {
        return spelling.startsWith(EXPERIMENTAL)
                ? spelling.substring(EXPERIMENTAL.length())
                : spelling;
    }
}
