/**
 * The replicated key-value service as its clients see it, and the requests and results it takes.
 *
 * <p>Start with {@link org.pdtoolkit.kv.ReplicatedKv}. This package is all that {@code placement}
 * may know of the store; the state machine behind it lives in the packages below. Semantics are
 * those of etcd v3: revisions, transactions, leases, watches.
 */
package org.pdtoolkit.kv;
