package org.pdtoolkit.placement.keys;

import org.pdtoolkit.bytes.Bytes;

/**
 * Every key that the placement layer writes, in the original's layout (wire/pd-grpc.md §22).
 *
 * <p>Thread: safe, immutable.
 */
public final class KeyPath {
    /** u64 big endian; decides the prefix of all other keys. */
    public static final Bytes CLUSTER_ID = Bytes.utf8("/pd/cluster_id");

    private static final int PADDED_DIGITS = 20;

    private final String root;

    /**
     * @param clusterId unsigned
     */
    public KeyPath(long clusterId) {
        root = "/pd/" + Long.toUnsignedString(clusterId) + '/';
    }

    /** pdpb.Member of the PD leader; hangs on its lease. */
    public Bytes leader() {
        return key("leader");
    }

    /** u64: unix nanoseconds, end of the timestamp window. */
    public Bytes timestamp() {
        return key("timestamp");
    }

    /** u64: last id of the reserved window. */
    public Bytes allocId() {
        return key("alloc_id");
    }

    /** Prefix of everything under the members. */
    public Bytes members() {
        return key("member/");
    }

    public Bytes deployPath(long memberId) {
        return member(memberId, "deploy_path");
    }

    public Bytes gitHash(long memberId) {
        return member(memberId, "git_hash");
    }

    public Bytes binaryVersion(long memberId) {
        return member(memberId, "binary_version");
    }

    /** Decimal text. */
    public Bytes leaderPriority(long memberId) {
        return member(memberId, "leader_priority");
    }

    /** metapb.Cluster; its existence means bootstrapped. */
    public Bytes cluster() {
        return key("raft");
    }

    /** u64: unix nanoseconds. */
    public Bytes bootstrapTime() {
        return key("raft/status/raft_bootstrap_time");
    }

    /** metapb.Store. */
    public Bytes store(long storeId) {
        return key("raft/s/" + padded(storeId));
    }

    /** metapb.Region. */
    public Bytes region(long regionId) {
        return key("raft/r/" + padded(regionId));
    }

    private Bytes member(long memberId, String leaf) {
        return key("member/" + Long.toUnsignedString(memberId) + '/' + leaf);
    }

    private Bytes key(String path) {
        return Bytes.utf8(root + path);
    }

    private static String padded(long id) {
        String digits = Long.toUnsignedString(id);
        return "0".repeat(PADDED_DIGITS - digits.length()) + digits;
    }
}
