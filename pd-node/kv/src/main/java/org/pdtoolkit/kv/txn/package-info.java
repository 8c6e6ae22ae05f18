/**
 * What requests mean: shape checks before a request is proposed, and its execution when it is
 * applied or read.
 *
 * <p>Start with {@link org.pdtoolkit.kv.txn.Executor}. May import the root package and {@code
 * mvcc}. Source of the semantics: etcd v3rpc (checks) and apply (execution).
 */
package org.pdtoolkit.kv.txn;
