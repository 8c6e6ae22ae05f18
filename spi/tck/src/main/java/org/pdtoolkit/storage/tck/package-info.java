/**
 * The compatibility kit: what every storage backend must show, as JUnit tests named by rule.
 *
 * <p>A backend's test class extends {@link org.pdtoolkit.storage.tck.StorageKit} and says how to
 * make its provider; with a provider over {@link org.pdtoolkit.storage.tck.SimulatedDisk} it is
 * also cut at every write, force and rename. {@link
 * org.pdtoolkit.storage.tck.MemoryStorageProvider} is the reference, and a storage for tests that
 * are about something else. May import the JDK, the contracts and JUnit only.
 */
package org.pdtoolkit.storage.tck;
