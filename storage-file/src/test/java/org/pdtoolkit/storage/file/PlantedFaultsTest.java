package org.pdtoolkit.storage.file;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.StorageKit;

/** The kit must find a backend that cheats: each variant here breaks one promise. */
class PlantedFaultsTest {
    /** The file system of a variant: everything passes through, some of it changed. */
    private static class Cheating implements FileSystemOps {
        private final FileSystemOps real = new DiskFileSystem();

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

    private static FileSystemOps noForceIn(String directory) {
        return new Cheating() {
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

    private static FileSystemOps noDirectorySyncIn(String directory) {
        return new Cheating() {
            @Override
            public void syncDirectory(Path path) throws IOException {
                if (!path.endsWith(directory)) {
                    super.syncDirectory(path);
                }
            }
        };
    }

    /** Forces what was written before, then writes: the order of a careless rewrite. */
    private static FileSystemOps forceBeforeWrite() {
        return new Cheating() {
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

    private static FileSystemOps forceErrorsIgnored() {
        return new Cheating() {
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

    private static FileSystemOps updateInPlace() {
        return new Cheating() {
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

    private static FileSystemOps tornTailKept() {
        return new Cheating() {
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

    private static StorageKit kit(FileSystemOps variant) {
        StorageProvider provider = new FileStorageProvider(variant);
        return new StorageKit() {
            @Override
            public StorageProvider provider() {
                return provider;
            }

            @Override
            public Map<String, String> smallOptions() {
                return FileStorageKitTest.SMALL;
            }
        };
    }

    private static Arguments variant(String name, FileSystemOps fs) {
        return Arguments.of(name, fs);
    }

    static Stream<Arguments> variantsThatLoseOnPowerLoss() {
        return Stream.of(
                variant("log never forced", noForceIn("log")),
                variant("state never forced", noForceIn("state")),
                variant("snapshots never forced", noForceIn("snap")),
                variant("new segments not in a forced directory", noDirectorySyncIn("log")),
                variant("new states not in a forced directory", noDirectorySyncIn("state")),
                variant("snapshots not in a forced directory", noDirectorySyncIn("snap")),
                variant("force before write", forceBeforeWrite()),
                variant("update in place", updateInPlace()),
                variant("torn tail kept", tornTailKept()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variantsThatLoseOnPowerLoss")
    void theKitFindsWhatPowerLossReveals(String name, FileSystemOps variant) {
        assertThrows(
                AssertionFailedError.class,
                () -> kit(variant).LOG_01_LOG_05_ORD_04_ORD_06_ORD_07_SNP_01_SNP_04_everyCut());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variantsThatHideErrors")
    void theKitFindsWhatAFailureReveals(String name, FileSystemOps variant) {
        assertThrows(
                AssertionFailedError.class,
                () -> kit(variant).STO_02_afterAFailureNothingMoreIsAccepted());
    }

    static Stream<Arguments> variantsThatHideErrors() {
        return Stream.of(variant("failed force ignored", forceErrorsIgnored()));
    }
}
