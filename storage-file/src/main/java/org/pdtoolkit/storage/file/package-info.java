/**
 * The flat-file storage backend: every byte on disk is laid out here, no library below the JDK.
 *
 * <p>Start with {@link org.pdtoolkit.storage.file.FileStorageProvider}, then {@link
 * org.pdtoolkit.storage.file.Frame} (the checksummed, chained unit that the log and the state file
 * share), {@code FileLogStore}, {@code FileOrderedStore} and {@code FileSnapshotStore}. All disk
 * access goes through {@code FileSystemOps}, so that the kit can cut the power at every call. May
 * import the JDK, {@code org.pdtoolkit.storage} and {@code org.pdtoolkit.bytes} only.
 *
 * <p>Memory: the ordered store keeps every live key and value resident (about 100 bytes a pair
 * beside the bytes themselves); the log keeps 32 bytes an entry and a bounded cache of recent data;
 * each file being written holds one buffer of the size of its largest write, trimmed to 4 MiB.
 */
package org.pdtoolkit.storage.file;
