/**
 * A disk that forgets: a {@code java.nio.file} file system in memory that loses power, fails, fills
 * up or turns read-only at a chosen step.
 *
 * <p>Start with {@link org.pdtoolkit.storage.tck.disk.SimulatedDisk}; everything else is reached
 * through the paths it hands out. May import the JDK only.
 */
package org.pdtoolkit.storage.tck.disk;
