package org.pdtoolkit.kv.lease;

/**
 * Chooses lease ids that no other member chooses: 15 bits of the member, then a counter that starts
 * at the wall clock, so that a restarted member does not repeat itself (etcd idutil).
 *
 * <p>Thread: any.
 */
public final class LeaseIds {
    private static final int COUNTER_BITS = 48;

    /**
     * Low bits of the counter below the milliseconds: 256 ids a millisecond before it runs ahead.
     */
    private static final int SPARE_BITS = 8;

    private final long member;
    private long counter;

    /**
     * @param memberId unsigned
     * @param startMillis wall clock at the start of this process
     */
    public LeaseIds(long memberId, long startMillis) {
        long mixed = memberId ^ (memberId >>> 16) ^ (memberId >>> 32) ^ (memberId >>> 48);
        member = (mixed & 0x7fff) << COUNTER_BITS;
        counter = startMillis << SPARE_BITS;
    }

    /** A positive id, different with each call. */
    public synchronized long next() {
        counter++;
        return member | Math.max(1, counter & ((1L << COUNTER_BITS) - 1));
    }
}
