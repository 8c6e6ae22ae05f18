/**
 * The storage backend {@code h2}: versioned maps of H2's MVStore, on files of our own that survive
 * a loss of power and find damage.
 *
 * <p>Start with {@link org.pdtoolkit.storage.h2.H2StorageProvider}, then from the disk upwards:
 * {@code Journal} (what makes a group of blocks durable in one step), {@code BlockFile}
 * (checksummed blocks), {@code BlockStore} (what MVStore takes for its file), {@code
 * VersionedStore} (an MVStore whose saved versions are durable), and the stores of the contracts:
 * {@code H2LogStore}, {@code H2OrderedStore}, {@code H2SnapshotStore}. May import the JDK, {@code
 * org.h2.mvstore}, {@code org.pdtoolkit.storage} and {@code org.pdtoolkit.bytes} only. No SQL is
 * involved: of H2, only the store below it is used.
 *
 * <p>Why it is built so is in {@code pd-node/docs/adr/0004-h2-storage.md}.
 *
 * <p>Memory: the page cache ({@code cache-bytes}); for each of the three files up to four times
 * {@code journal-bytes} of blocks that are not in their places yet, half of it of changes that are
 * not saved yet, and about 300 bytes a chunk of MVStore; and what one append or one batch holds.
 */
package org.pdtoolkit.storage.h2;
