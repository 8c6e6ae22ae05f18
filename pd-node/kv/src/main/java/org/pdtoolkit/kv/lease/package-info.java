/**
 * Leases: which exist and which keys hang on them (replicated), and when they run out (known to the
 * leader only).
 *
 * <p>Start with {@link org.pdtoolkit.kv.lease.LeaseTable}. May import {@code codec} and {@code
 * org.pdtoolkit.bytes}. Source of the semantics: etcd lessor.
 */
package org.pdtoolkit.kv.lease;
