package org.pdtoolkit.server.grpc.etcd;

import java.time.Duration;
import org.pdtoolkit.kv.AlarmControl;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges;

/**
 * What stands behind the services.
 *
 * @param clusterId of the Raft group, unsigned
 * @param requestBytesMax bound of one proposal, {@code max-request-bytes}
 * @param electionTimeout of the Raft group
 * @param requestTimeout for which this member goes on trying in a caller's place
 * @param watchProgress between two progress notifications of a watch that asks for them
 * @param quotaBytes size of the store at which writes are refused
 * @param access who clients are, and what they may do
 * @param alarms of the cluster
 */
public record EtcdBackend(
        EtcdKv kv,
        Consensus consensus,
        Maintenance maintenance,
        MemberChanges members,
        long clusterId,
        int requestBytesMax,
        Duration electionTimeout,
        Duration requestTimeout,
        Duration watchProgress,
        long quotaBytes,
        EtcdAccess access,
        AlarmControl alarms) {

    /** What a message may be larger than the proposal it becomes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;

    /** Bound of one message, as etcd's servers receive it. */
    public int messageBytesMax() {
        return requestBytesMax + MESSAGE_OVERHEAD_BYTES;
    }

    /** Whether this member does not vote. */
    boolean learner() {
        long self = consensus.memberId();
        for (Member member : consensus.members()) {
            if (member.id() == self) {
                return member.learner();
            }
        }
        return false;
    }
}
