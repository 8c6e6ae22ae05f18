package org.pdtoolkit.placement.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class KeyPathTest {
    @Test
    void keysHaveTheOriginalsLayoutAndUnsignedNumbers() {
        KeyPath keys = new KeyPath(-2);
        String root = "/pd/18446744073709551614/";
        assertEquals("/pd/cluster_id", KeyPath.CLUSTER_ID.toUtf8());
        assertEquals(root + "leader", keys.leader().toUtf8());
        assertEquals(root + "timestamp", keys.timestamp().toUtf8());
        assertEquals(root + "alloc_id", keys.allocId().toUtf8());
        assertEquals(root + "raft", keys.cluster().toUtf8());
        assertEquals(root + "raft/status/raft_bootstrap_time", keys.bootstrapTime().toUtf8());
        assertEquals(root + "raft/s/00000000000000000007", keys.store(7).toUtf8());
        assertEquals(root + "raft/r/18446744073709551615", keys.region(-1).toUtf8());
        String member = root + "member/18446744073709551615/";
        assertEquals(member + "deploy_path", keys.deployPath(-1).toUtf8());
        assertEquals(member + "git_hash", keys.gitHash(-1).toUtf8());
        assertEquals(member + "binary_version", keys.binaryVersion(-1).toUtf8());
        assertEquals(member + "leader_priority", keys.leaderPriority(-1).toUtf8());
    }
}
