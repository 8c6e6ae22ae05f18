/**
 * Watches: history first, then live events, no gap and no duplicate.
 *
 * <p>Start with {@link org.pdtoolkit.kv.watch.WatchHub}. May import the root package and {@code
 * mvcc}. Source of the semantics: etcd watchable store.
 */
package org.pdtoolkit.kv.watch;
