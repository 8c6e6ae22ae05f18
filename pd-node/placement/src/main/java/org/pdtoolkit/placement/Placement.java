package org.pdtoolkit.placement;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;

/**
 * What the gRPC and HTTP adapters may ask of the placement layer.
 *
 * <p>Thread: any; never blocks. Futures fail with {@link PlacementException}.
 */
public interface Placement {
    /** The PD cluster id of key {@code /pd/cluster_id}; 0 until known. Unsigned. */
    long clusterId();

    /** The member that this node knows as PD leader; itself only once it serves. */
    Optional<Member> leader();

    /** Whether this node is PD leader, promoted, and inside every fence right now. */
    boolean serving();

    /**
     * Gives out {@code count} consecutive timestamps and checks the fence again afterwards.
     *
     * <p>Thread: any, lock-free, touches no disk.
     *
     * @param count 1..2^18
     * @return the largest of them, {@code physical_ms << 18 | logical}
     * @throws PlacementException NOT_LEADER, NOT_LEADER_ANYMORE, TSO_NOT_READY, TSO_EXHAUSTED,
     *     TSO_COUNT_INVALID
     */
    long allocateTimestamps(long count);

    /** Gives out {@code count} consecutive ids; the future has the last of them. */
    CompletableFuture<Long> allocateIds(int count);

    /** Whether the cluster object runs on this leader. */
    boolean bootstrapped();

    /**
     * Writes the four bootstrap keys in one transaction guarded by the absence of the first.
     *
     * @param cluster encoded metapb.Cluster
     * @param storeId unsigned, for the key
     * @param store encoded metapb.Store
     * @param regionId unsigned, for the key
     * @param region encoded metapb.Region
     */
    CompletableFuture<Void> bootstrap(
            Bytes cluster, long storeId, Bytes store, long regionId, Bytes region);

    /** Unix nanoseconds of the bootstrap, 0 when not bootstrapped. */
    long bootstrapTimeNanos();

    /** Members in id order. */
    List<Member> members();

    /** The Raft leader as this node knows it. */
    Optional<Member> raftLeader();

    /** What a member wrote about itself and what operators wrote about it. */
    record MemberDetails(
            int leaderPriority, String deployPath, String binaryVersion, String gitHash) {}

    /** Details of a member from its keys; missing keys give 0 and empty texts. */
    CompletableFuture<MemberDetails> memberDetails(long memberId);

    /**
     * Writes the leader priority of the member of that name. Fails with NOT_LEADER,
     * MEMBER_NOT_FOUND, TXN_CONFLICT or STORE.
     */
    CompletableFuture<Void> setLeaderPriority(String memberName, int priority);

    /**
     * Removes the leader priority of a member, which then counts as 0; nothing when there is none.
     * Fails with NOT_LEADER, TXN_CONFLICT or STORE.
     */
    CompletableFuture<Void> deleteLeaderPriority(long memberId);

    /**
     * Stops serving, then hands Raft leadership to the member of that name; to itself: nothing.
     * Fails with MEMBER_NOT_FOUND, NOT_LEADER, or STORE when the member cannot lead or did not take
     * over; this member then is a candidate again.
     */
    CompletableFuture<Void> transferLeader(String memberName);

    /**
     * Stops serving, then hands Raft leadership to any other member; alone: nothing. Fails with
     * NOT_LEADER or STORE, as above.
     */
    CompletableFuture<Void> resignLeader();
}
