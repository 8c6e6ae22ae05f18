/**
 * The compatibility kit: what every storage backend must show, as JUnit tests named by rule.
 *
 * <p>To run it against a backend of your own, take {@code org.pdtoolkit:storage-tck} in test scope
 * and write this class:
 *
 * <pre>{@code
 * class MyStorageKitTest extends StorageKit {
 *     private final StorageProvider provider = new MyStorageProvider();
 *
 *     @Override
 *     public StorageProvider provider() {
 *         return provider;
 *     }
 *
 *     @Override
 *     public Map<String, String> smallOptions() {
 *         return Map.of("segment-bytes", "4096");
 *     }
 * }
 * }</pre>
 *
 * <ul>
 *   <li>The provider needs a constructor without arguments, as for {@link java.util.ServiceLoader}:
 *       some tests open the directory in another process.
 *   <li>The small options make files roll, merge and be rewritten after a few kilobytes. A path of
 *       the backend that short histories do not visit is not tested.
 *   <li>A backend that is {@link org.pdtoolkit.storage.Capability#DURABLE} reaches its files
 *       through the given {@link java.nio.file.Path} and {@code java.nio} only, never through
 *       {@code java.io.File} or a mapping into memory. The kit then also opens it on a {@link
 *       org.pdtoolkit.storage.tck.disk.SimulatedDisk} and cuts the power, fails, fills up, damages
 *       and write-protects that at every step. A backend without the capability skips those tests.
 *   <li>If opening takes long, {@link org.pdtoolkit.storage.tck.KitSubject#opensOfADamageRule}
 *       bounds the tests about damage.
 * </ul>
 *
 * <p>The run ends with one line that counts what was tried. Tests with the tag {@code long} repeat
 * the same with many more histories and every byte of larger files; {@code scripts/test --long}
 * runs them, elsewhere {@code -Dgroups=long}. A failure names the history step, the disk step and
 * the seed, and the same numbers fail again.
 *
 * <p>Where to start reading: {@link org.pdtoolkit.storage.tck.StorageKit} lists the groups of
 * rules; {@code Trial} is the argument why a recovered state is right; {@code History} makes the
 * calls. {@link org.pdtoolkit.storage.tck.MemoryStorageProvider} is the reference, and a storage
 * for tests that are about something else. In the tests of this module {@code plain} is a small
 * backend with files as a worked example, and {@code PlantedFlawsTest} plants a flaw against every
 * rule there and demands that the kit finds it. May import the JDK, the contracts and JUnit only.
 */
package org.pdtoolkit.storage.tck;
