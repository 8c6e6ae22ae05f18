package org.pdtoolkit.kv.machine;

/**
 * Bounds of the store.
 *
 * @param leaseTtlSecondsMin shorter leases are raised to it when they are granted; must be the same
 *     on all members (etcd: 1.5 election timeouts, rounded up)
 * @param txnOpsMax most entries of each list of a transaction
 * @param compactionStepRecords most history records that compaction deletes with one command; must
 *     be the same on all members
 */
public record KvLimits(long leaseTtlSecondsMin, int txnOpsMax, int compactionStepRecords) {
    public static final KvLimits DEFAULT = new KvLimits(2, 128, 1000);

    /** Longest time to live of a lease that can be asked for (etcd lessor). */
    public static final long LEASE_TTL_SECONDS_MAX = 9_000_000_000L;

    public KvLimits {
        if (leaseTtlSecondsMin < 1
                || leaseTtlSecondsMin > LEASE_TTL_SECONDS_MAX
                || txnOpsMax < 1
                || compactionStepRecords < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
