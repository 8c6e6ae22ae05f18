package org.pdtoolkit.kv;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.pdtoolkit.bytes.Bytes;

/**
 * The replicated store with everything that etcd's clients may ask of it.
 *
 * <p>Unlike through {@link ReplicatedKv} alone, a write waits for a leader: it fails with NO_LEADER
 * never, and with NOT_PROPOSED when none came before the time was over.
 */
public interface EtcdKv extends ReplicatedKv {
    /**
     * The same store in the name of a client: what the client may not do, or there is no space for,
     * is refused. The errors of every call then include USER_EMPTY, INVALID_AUTH_TOKEN,
     * AUTH_OLD_REVISION, PERMISSION_DENIED and NO_SPACE; a watch is refused by throwing.
     */
    EtcdKv as(Identity client);

    /**
     * Refuses a range that the client may not watch; {@link #watch} refuses it too. Nobody asks
     * again while the watch is open.
     *
     * @throws KvException USER_EMPTY, INVALID_AUTH_TOKEN, AUTH_OLD_REVISION, PERMISSION_DENIED
     */
    void requireWatch(KeyRange range);

    /**
     * Completes on the apply thread once everything committed before this call is applied here, so
     * that a local read is linearizable. Fails with TIMEOUT.
     */
    CompletableFuture<Void> barrier();

    /** Newest revision of the local, applied state. */
    long revision();

    /**
     * Forgets the history below {@code revision}.
     *
     * @param physical whether to wait until the old records are deleted here
     * @return the newest revision; fails with COMPACTED, FUTURE_REVISION
     */
    CompletableFuture<Long> compact(long revision, boolean physical);

    /**
     * How a lease stands.
     *
     * @param ttl whole seconds left; -1 if there is no such lease
     * @param grantedTtl seconds; 0 if there is no such lease
     * @param keys keys that hang on it, empty unless asked for
     */
    record LeaseStatus(long id, long ttl, long grantedTtl, List<Bytes> keys) {
        public LeaseStatus {
            keys = List.copyOf(keys);
        }
    }

    /** Looks at a lease's clock, which only the leader has: fails with NOT_LEADER elsewhere. */
    CompletableFuture<LeaseStatus> leaseTimeToLive(long id, boolean withKeys);

    /** Leases of the local, applied state; soonest to run out first where the clocks run. */
    List<Long> leases();

    /**
     * Asks how far watches of this store are: {@code then} gets a revision up to which all of them
     * have been given everything, not older than the newest one now; or 0 if one of them has
     * history to catch up with, waits for a revision in the future, or is over. It is called on the
     * watch thread, in order with the events.
     */
    void watchProgress(Collection<? extends Watch> watches, LongConsumer then);
}
