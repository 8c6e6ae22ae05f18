package org.pdtoolkit.kv.lease;

import java.util.TreeSet;
import org.pdtoolkit.bytes.Bytes;

/** A lease as the table keeps it. Thread: under the table's monitor. */
final class Lease {
    /** No expiry is known: this member does not lead, or has not been told the time since. */
    static final long UNTIMED = -1;

    final long id;
    final long ttlSeconds;
    final TreeSet<Bytes> keys = new TreeSet<>();

    /** Time at which it runs out; {@link #UNTIMED} or nanoseconds on the table's scale. */
    long expiryNanos = UNTIMED;

    /** Time at which it is to be handed out for revocation: the expiry, later after a hand-out. */
    long dueNanos = UNTIMED;

    Lease(long id, long ttlSeconds) {
        this.id = id;
        this.ttlSeconds = ttlSeconds;
    }
}
