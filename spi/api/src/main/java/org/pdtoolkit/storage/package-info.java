/**
 * Contracts of the storage SPI: what a node needs to survive kill -9 and power loss.
 *
 * <p>Start with {@link org.pdtoolkit.storage.StorageProvider}, then {@link
 * org.pdtoolkit.storage.LogStore} (the Raft log and hard state), {@link
 * org.pdtoolkit.storage.OrderedStore} (applied state) and {@link
 * org.pdtoolkit.storage.SnapshotStore}. May import the JDK and {@code org.pdtoolkit.bytes} only.
 * Each numbered rule has a test of the same number in the kit ({@code spi/tck}).
 *
 * <p>Units: an index and a term are unsigned 64-bit numbers, sizes are bytes. Errors: every method
 * may throw {@link org.pdtoolkit.storage.StorageException.Failed}, and {@link
 * IllegalStateException} once the storage is closed; what else it throws is named at the method.
 *
 * <p>Versions. What changes here is one of three things, and {@code signatures.txt} beside the
 * tests changes in the same commit:
 *
 * <ol>
 *   <li>An addition that a backend may ignore (a default method, a constant of {@link
 *       org.pdtoolkit.storage.Capability}): nothing else to do.
 *   <li>Anything that an existing backend could notice (a method without a default, a record
 *       component, another meaning of a rule): {@link
 *       org.pdtoolkit.storage.StorageProvider#API_VERSION} is raised, and a node refuses backends
 *       of another version at start.
 *   <li>A stricter kit: a backend that now fails had a fault. No version changes.
 * </ol>
 *
 * The disk format of a backend has a number of its own ({@link
 * org.pdtoolkit.storage.support.StorageFormat}) and an ordered list of migrations.
 */
package org.pdtoolkit.storage;
