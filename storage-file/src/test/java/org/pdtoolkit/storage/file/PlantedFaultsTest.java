package org.pdtoolkit.storage.file;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.SimulatedDisk;
import org.pdtoolkit.storage.tck.StorageKit;

/** The kit must find a backend that cheats: each variant here breaks one promise. */
class PlantedFaultsTest {
    /** The file system of a variant: everything passes through, some of it changed. */
    private static class Cheating implements FileSystemOps {
        private final FileSystemOps real;

        Cheating(SimulatedDisk disk) {
            real = new SimulatedFileSystem(disk);
        }

        @Override
        public void createDirectories(Path directory) throws IOException {
            real.createDirectories(directory);
        }

        @Override
        public List<String> list(Path directory) throws IOException {
            return real.list(directory);
        }

        @Override
        public Handle create(Path file) throws IOException {
            return handle(file, real.create(file));
        }

        @Override
        public Handle open(Path file) throws IOException {
            return handle(file, real.open(file));
        }

        @Override
        public Handle openForRead(Path file) throws IOException {
            return handle(file, real.openForRead(file));
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            real.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            real.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            real.syncDirectory(directory);
        }

        @Override
        public Lock tryLock(Path file) throws IOException {
            return real.tryLock(file);
        }

        @Override
        public String lockHolder(Path file) {
            return real.lockHolder(file);
        }

        Handle handle(Path file, Handle handle) {
            return new CheatingHandle(handle);
        }
    }

    private static class CheatingHandle implements FileSystemOps.Handle {
        final FileSystemOps.Handle real;

        CheatingHandle(FileSystemOps.Handle real) {
            this.real = real;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return real.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            real.write(source, position);
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            real.truncate(size);
        }

        @Override
        public void force() throws IOException {
            real.force();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    private static boolean in(Path file, String directory) {
        return file.getParent().endsWith(directory);
    }

    private static FileSystemOps noForceIn(SimulatedDisk disk, String directory) {
        return new Cheating(disk) {
            @Override
            Handle handle(Path file, Handle handle) {
                return new CheatingHandle(handle) {
                    @Override
                    public void force() throws IOException {
                        if (!in(file, directory)) {
                            real.force();
                        }
                    }
                };
            }
        };
    }

    private static FileSystemOps noDirectorySyncIn(SimulatedDisk disk, String directory) {
        return new Cheating(disk) {
            @Override
            public void syncDirectory(Path path) throws IOException {
                if (!path.endsWith(directory)) {
                    super.syncDirectory(path);
                }
            }
        };
    }

    /** Forces what was written before, then writes: the order of a careless rewrite. */
    private static FileSystemOps forceBeforeWrite(SimulatedDisk disk) {
        return new Cheating(disk) {
            @Override
            Handle handle(Path file, Handle handle) {
                return new CheatingHandle(handle) {
                    @Override
                    public void write(ByteBuffer source, long position) throws IOException {
                        real.force();
                        real.write(source, position);
                    }

                    @Override
                    public void force() {
                        // done before the write
                    }
                };
            }
        };
    }

    private static FileSystemOps forceErrorsIgnored(SimulatedDisk disk) {
        return new Cheating(disk) {
            @Override
            Handle handle(Path file, Handle handle) {
                return new CheatingHandle(handle) {
                    @Override
                    public void force() {
                        try {
                            real.force();
                        } catch (IOException ignored) {
                            return; // the planted fault
                        }
                    }
                };
            }
        };
    }

    private static FileSystemOps updateInPlace(SimulatedDisk disk) {
        return new Cheating(disk) {
            @Override
            Handle handle(Path file, Handle handle) {
                return new CheatingHandle(handle) {
                    @Override
                    public void write(ByteBuffer source, long position) throws IOException {
                        // Garbage first, as a backend that updates in place leaves it when cut.
                        if (in(file, "log") && position > FileHeader.BYTES) {
                            byte[] garbage = new byte[source.remaining()];
                            Arrays.fill(garbage, (byte) 0x55);
                            real.write(ByteBuffer.wrap(garbage), position);
                            real.force();
                        }
                        real.write(source, position);
                    }
                };
            }
        };
    }

    private static FileSystemOps tornTailKept(SimulatedDisk disk) {
        return new Cheating(disk) {
            @Override
            Handle handle(Path file, Handle handle) {
                return new CheatingHandle(handle) {
                    @Override
                    public void truncate(long size) {
                        // left as it is
                    }
                };
            }
        };
    }

    private static StorageKit kit(Function<SimulatedDisk, FileSystemOps> variant) {
        return new StorageKit() {
            @Override
            public StorageProvider provider() {
                return new FileStorageProvider();
            }

            @Override
            public Map<String, String> smallOptions() {
                return FileStorageKitTest.SMALL;
            }

            @Override
            public Optional<StorageProvider> providerOn(SimulatedDisk disk) {
                return Optional.of(new FileStorageProvider(variant.apply(disk)));
            }
        };
    }

    private static Arguments variant(String name, Function<SimulatedDisk, FileSystemOps> fs) {
        return Arguments.of(name, fs);
    }

    static Stream<Arguments> variantsThatLoseOnPowerLoss() {
        return Stream.of(
                variant("log never forced", disk -> noForceIn(disk, "log")),
                variant("state never forced", disk -> noForceIn(disk, "state")),
                variant("snapshots never forced", disk -> noForceIn(disk, "snap")),
                variant("new segments not in a forced directory", d -> noDirectorySyncIn(d, "log")),
                variant("new states not in a forced directory", d -> noDirectorySyncIn(d, "state")),
                variant("snapshots not in a forced directory", d -> noDirectorySyncIn(d, "snap")),
                variant("force before write", PlantedFaultsTest::forceBeforeWrite),
                variant("update in place", PlantedFaultsTest::updateInPlace),
                variant("torn tail kept", PlantedFaultsTest::tornTailKept));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variantsThatLoseOnPowerLoss")
    void theKitFindsWhatPowerLossReveals(
            String name, Function<SimulatedDisk, FileSystemOps> variant) {
        assertThrows(
                AssertionFailedError.class,
                () -> kit(variant).LOG_05_ORD_04_ORD_07_SNP_01_everyCutOfAShortHistory());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variantsThatHideErrors")
    void theKitFindsWhatAFailureReveals(
            String name, Function<SimulatedDisk, FileSystemOps> variant) {
        assertThrows(
                AssertionFailedError.class,
                () -> kit(variant).STO_02_afterAFailureNothingMoreIsAccepted());
    }

    static Stream<Arguments> variantsThatHideErrors() {
        return Stream.of(variant("failed force ignored", PlantedFaultsTest::forceErrorsIgnored));
    }
}
