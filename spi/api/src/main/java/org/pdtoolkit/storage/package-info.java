/**
 * Contracts of the storage SPI: what a node needs to survive kill -9 and power loss.
 *
 * <p>Start with {@link org.pdtoolkit.storage.StorageProvider}, then {@link
 * org.pdtoolkit.storage.LogStore} (the Raft log and hard state), {@link
 * org.pdtoolkit.storage.OrderedStore} (applied state) and {@link
 * org.pdtoolkit.storage.SnapshotStore}. May import the JDK and {@code org.pdtoolkit.bytes} only.
 * Each numbered rule has a test of the same number in the kit ({@code spi/tck}).
 */
package org.pdtoolkit.storage;
