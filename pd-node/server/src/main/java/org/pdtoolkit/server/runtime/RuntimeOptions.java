package org.pdtoolkit.server.runtime;

/**
 * Numbers of the runtime.
 *
 * @param tickMillis length of a Raft tick
 * @param heartbeatTicks ticks between heartbeats
 * @param electionTicks election timeout in ticks; each draw is in [electionTicks, 2 ×
 *     electionTicks)
 * @param snapshotCount applied entries after which the log is cut
 * @param catchUpEntries entries kept behind the cut for slow followers
 * @param requestBytesMax bound of one proposal
 * @param compaction what the leader does about old revisions
 * @param corruptCheckMillis pause between two comparisons of the members' checksums; 0 for none
 * @param quotaBytes size of the store at which clients' writes are refused
 */
public record RuntimeOptions(
        int tickMillis,
        int heartbeatTicks,
        int electionTicks,
        boolean preVote,
        long snapshotCount,
        long catchUpEntries,
        int requestBytesMax,
        CompactionPolicy compaction,
        long corruptCheckMillis,
        long quotaBytes) {

    /** How long the server waits for its own requests (etcd: 5 s and two election timeouts). */
    public long requestTimeoutMillis() {
        return 5_000 + 2L * electionTicks * tickMillis;
    }

    public long electionTimeoutMillis() {
        return (long) electionTicks * tickMillis;
    }

    /**
     * Time after sending a heartbeat that a quorum answered during which none of that quorum votes
     * for another member. A voter counts whole ticks: one may be pending and one about to come when
     * the heartbeat arrives, hence two less; the rest is the drift margin of 5 %.
     */
    int promiseMillis() {
        return (int) (Math.max(1, electionTicks - 2) * tickMillis * 95L / 100);
    }

    /** How long a completed fsync counts as recent. */
    long diskFenceNanos() {
        return 2 * electionTimeoutMillis() * 1_000_000L;
    }
}
