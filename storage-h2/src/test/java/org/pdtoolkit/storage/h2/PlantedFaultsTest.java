package org.pdtoolkit.storage.h2;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.tck.StorageKit;

/** The kit must find a backend that cheats: each variant here breaks one promise. */
class PlantedFaultsTest {
    private static boolean isJournal(Path file) {
        return file.toString().endsWith(BlockFile.JOURNAL);
    }

    private static BlockFile.Opener cheating(boolean journals, UnaryOperator<FileChannel> cheat) {
        return (path, options) -> {
            FileChannel channel = DurableFiles.open(path, options);
            return isJournal(path) == journals ? cheat.apply(channel) : channel;
        };
    }

    private static FileChannel neverForced(FileChannel channel) {
        return new ForwardingChannel(channel) {
            @Override
            public void force(boolean metadata) {
                // the planted fault
            }
        };
    }

    private static FileChannel forcedBeforeItIsWritten(FileChannel channel) {
        return new ForwardingChannel(channel) {
            @Override
            public int write(ByteBuffer source, long position) throws IOException {
                real.force(false);
                return real.write(source, position);
            }

            @Override
            public void force(boolean metadata) {
                // done before the write
            }
        };
    }

    private static FileChannel failedForceIgnored(FileChannel channel) {
        return new ForwardingChannel(channel) {
            @Override
            public void force(boolean metadata) {
                try {
                    real.force(metadata);
                } catch (IOException ignored) {
                    return; // the planted fault
                }
            }
        };
    }

    /** Gives each block that is read the checksum that fits it. */
    private static FileChannel uncheckedBlocks(FileChannel channel) {
        return new ForwardingChannel(channel) {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                int start = target.position();
                int n = real.read(target, position);
                if (position < BlockFile.HEADER) {
                    return n;
                }
                ByteBuffer salt = ByteBuffer.allocate(8);
                real.read(salt, 12);
                long number = (position - BlockFile.HEADER) / BlockFile.SLOT;
                for (int at = start; at + BlockFile.SLOT <= start + n; at += BlockFile.SLOT) {
                    CRC32C crc = new CRC32C();
                    crc.update(salt.rewind());
                    crc.update(ByteBuffer.allocate(8).putLong(number++).flip());
                    crc.update(target.array(), at, BlockFile.BLOCK);
                    target.putInt(at + BlockFile.BLOCK, (int) crc.getValue());
                }
                return n;
            }
        };
    }

    private static StorageKit kit(BlockFile.Opener opener) {
        StorageProvider provider = new H2StorageProvider(opener);
        return new StorageKit() {
            @Override
            public StorageProvider provider() {
                return provider;
            }

            @Override
            public Map<String, String> smallOptions() {
                return H2StorageKitTest.SMALL;
            }
        };
    }

    static Stream<Arguments> variantsThatLoseOnPowerLoss() {
        return Stream.of(
                Arguments.of("journal never forced", true, op(PlantedFaultsTest::neverForced)),
                Arguments.of("places never forced", false, op(PlantedFaultsTest::neverForced)),
                Arguments.of(
                        "journal forced before it is written",
                        true,
                        op(PlantedFaultsTest::forcedBeforeItIsWritten)),
                Arguments.of(
                        "places forced before they are written",
                        false,
                        op(PlantedFaultsTest::forcedBeforeItIsWritten)));
    }

    private static UnaryOperator<FileChannel> op(UnaryOperator<FileChannel> cheat) {
        return cheat;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variantsThatLoseOnPowerLoss")
    void theKitFindsWhatPowerLossReveals(
            String name, boolean journals, UnaryOperator<FileChannel> cheat) {
        StorageKit kit = kit(cheating(journals, cheat));
        assertThrows(
                AssertionFailedError.class,
                kit::LOG_01_LOG_05_ORD_04_ORD_06_ORD_07_SNP_01_SNP_04_everyCut);
    }

    @Test
    void theKitFindsThatAFailedForceIsIgnored() {
        StorageKit kit = kit(cheating(false, PlantedFaultsTest::failedForceIgnored));
        assertThrows(AssertionFailedError.class, kit::STO_02_afterAFailureNothingMoreIsAccepted);
    }

    @Test
    void theKitFindsThatBlocksAreNotChecked() {
        StorageKit kit = kit(cheating(false, PlantedFaultsTest::uncheckedBlocks));
        assertThrows(
                AssertionFailedError.class,
                kit::STO_01_SNP_03_aFlippedBitInAnyByteIsFoundOrHarmless);
    }
}
