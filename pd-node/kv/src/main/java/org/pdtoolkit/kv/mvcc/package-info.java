/**
 * The multi-version key space: which versions each key has, and their records in the ordered store.
 *
 * <p>What is where. The store's {@code HISTORY} space holds one record for each change, under its
 * revision; values live only there. Memory holds an immutable {@link
 * org.pdtoolkit.kv.mvcc.KeyIndex}: a balanced tree from key to the chain of its {@link
 * org.pdtoolkit.kv.mvcc.Version}s, newest first, with everything but the value. So puts, deletes,
 * counts, and comparisons of anything but values touch no disk.
 *
 * <p>Concurrency. One apply thread writes; any thread reads. Each commit makes a new {@link
 * org.pdtoolkit.kv.mvcc.MvccState} (revision, compact revision, index; path copying) and publishes
 * it through one volatile field, so readers take no lock and see whole revisions only. The one
 * thing that changes under a reader is that compaction cuts old versions off and deletes their
 * records. The mark is published by an earlier commit than any such cut, so a reader that finds the
 * mark unmoved afterwards has seen everything; otherwise it reads again ({@link
 * org.pdtoolkit.kv.mvcc.MvccStore#read}).
 *
 * <p>Compaction moves the mark at once and deletes records in bounded steps, a step with each later
 * commit ({@link org.pdtoolkit.kv.mvcc.Compactor}).
 *
 * <p>Start with {@link org.pdtoolkit.kv.mvcc.MvccStore}. May import the root package, {@code codec}
 * and the storage SPI. Source of the semantics: etcd mvcc.
 */
package org.pdtoolkit.kv.mvcc;
