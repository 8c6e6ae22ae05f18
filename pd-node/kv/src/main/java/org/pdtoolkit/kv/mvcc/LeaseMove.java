package org.pdtoolkit.kv.mvcc;

import org.pdtoolkit.bytes.Bytes;

/**
 * A key that changed its lease.
 *
 * @param from lease it leaves, 0 for none
 * @param to lease it hangs on now, 0 for none
 */
public record LeaseMove(Bytes key, long from, long to) {}
