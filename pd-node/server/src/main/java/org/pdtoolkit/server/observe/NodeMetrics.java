package org.pdtoolkit.server.observe;

import java.util.Map;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.placement.Placement;

/** Figures of consensus and leadership, under the originals' names where they exist. */
public final class NodeMetrics {
    private NodeMetrics() {}

    /** Registers {@code etcd_server_*} and {@code pd_raft_*}. */
    public static void register(MetricRegistry metrics, Consensus consensus, String etcdVersion) {
        metrics.gauge(
                        "etcd_server_has_leader",
                        "Whether or not a leader exists. 1 is existence, 0 is not.",
                        () -> one(consensus.leaderId() != 0))
                .gauge(
                        "etcd_server_is_leader",
                        "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                        () -> one(consensus.leaderId() == consensus.memberId()))
                .counter(
                        "etcd_server_leader_changes_seen_total",
                        "The number of leader changes seen.",
                        consensus::leaderChanges)
                .gauge("pd_raft_term", "Current Raft term of this member.", consensus::term)
                .gauge("pd_raft_members", "Members of the Raft group.", () -> members(consensus))
                .gauge(
                        "etcd_server_id",
                        "Server or member ID in hexadecimal format. 1 for 'server_id' label.",
                        Map.of("server_id", Long.toHexString(consensus.memberId())),
                        () -> 1)
                .gauge(
                        "etcd_server_version",
                        "Which version is running. 1 for 'server_version' label.",
                        Map.of("server_version", etcdVersion),
                        () -> 1)
                .gauge(
                        "etcd_cluster_version",
                        "Which version is running. 1 for 'cluster_version' label.",
                        Map.of("cluster_version", etcdVersion),
                        () -> 1);
    }

    /** Registers the role as PD leader and PD's version. */
    public static void registerPd(MetricRegistry metrics, Placement placement, String version) {
        metrics.gauge(
                        "service_member_role",
                        "The leadership role of this member of a service.",
                        Map.of("service", "PD"),
                        () -> one(placement.serving()))
                .gauge(
                        "pd_server_info",
                        "Version of this server. 1 for the label.",
                        Map.of("version", version),
                        () -> 1);
    }

    /** Registers how far the log has come, how large the store is and what is in it. */
    public static void registerStore(MetricRegistry metrics, Maintenance store, long quotaBytes) {
        registerCounts(metrics, store);
        metrics.gauge(
                        "etcd_server_proposals_committed_total",
                        "The total number of consensus proposals committed.",
                        () -> store.progress().committedIndex())
                .gauge(
                        "etcd_server_proposals_applied_total",
                        "The total number of consensus proposals applied.",
                        () -> store.progress().appliedIndex())
                .gauge(
                        "etcd_mvcc_db_total_size_in_bytes",
                        "Total size of the store on disk in bytes.",
                        () -> store.progress().totalBytes())
                .gauge(
                        "etcd_mvcc_db_total_size_in_use_in_bytes",
                        "Size of what is live in the store in bytes, estimated.",
                        () -> {
                            Maintenance.Progress now = store.progress();
                            return Math.min(now.liveBytes(), now.totalBytes());
                        })
                .gauge(
                        "etcd_server_quota_backend_bytes",
                        "Size of the store in bytes at which writes are refused.",
                        () -> quotaBytes);
    }

    private static void registerCounts(MetricRegistry metrics, Maintenance store) {
        metrics.gauge(
                        "etcd_server_proposals_pending",
                        "Requests of this member that wait for their log entry.",
                        () -> store.counts().pendingProposals())
                .counter(
                        "etcd_server_proposals_failed_total",
                        "Requests of this member whose outcome was not heard of.",
                        () -> store.counts().failedProposals())
                .gauge("etcd_debugging_mvcc_keys_total", "Live keys.", () -> store.counts().keys())
                .counter("etcd_mvcc_put_total", "Puts applied.", () -> store.counts().puts())
                .counter(
                        "etcd_mvcc_delete_total",
                        "Deletions applied, also those that found nothing.",
                        () -> store.counts().deletes())
                .gauge(
                        "etcd_debugging_mvcc_watcher_total",
                        "Open watches.",
                        () -> store.counts().watches())
                .gauge(
                        "etcd_debugging_mvcc_slow_watcher_total",
                        "Open watches that have not been sent everything yet.",
                        () -> store.counts().slowWatches())
                .gauge("pd_lease_leases", "Leases granted.", () -> store.counts().leases());
    }

    /** Registers how long log and store take, under etcd's names. */
    public static void registerDisk(
            MetricRegistry metrics, Histogram logWrites, Histogram commits) {
        metrics.histogram(
                        "etcd_disk_wal_fsync_duration_seconds",
                        "Writes to the log, each with its fsync.",
                        logWrites)
                .histogram(
                        "etcd_disk_backend_commit_duration_seconds",
                        "Commits of the ordered store; they are not forced.",
                        commits);
    }

    private static double members(Consensus consensus) {
        return consensus.members().size();
    }

    private static double one(boolean condition) {
        return condition ? 1 : 0;
    }
}
