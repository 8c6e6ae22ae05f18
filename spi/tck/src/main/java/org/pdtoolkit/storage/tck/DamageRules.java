package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Rule STO-01: flipped bits and files cut short; binds backends that are DURABLE. */
interface DamageRules extends KitSubject {
    @Test
    default void STO_01_SNP_03_aFlippedBitInAnyByteIsFoundOrHarmless() {
        flipBits(History.brief(), opensOfADamageRule());
    }

    @Tag("long")
    @Test
    default void STO_01_SNP_03_aFlippedBitInAnyByteOfLargerFilesIsFoundOrHarmless() {
        flipBits(History.random(11, 40), Integer.MAX_VALUE);
    }

    /** Every byte when that takes no more than {@code opensMax}, else evenly many. */
    private static int stride(SimulatedDisk disk, int opensMax) {
        long bytes = disk.files().values().stream().mapToLong(Integer::longValue).sum();
        return (int) ((bytes + opensMax - 1) / opensMax);
    }

    private void flipBits(History history, int opensMax) {
        Trial trial = new Trial(this);
        SimulatedDisk whole = trial.whole(history);
        Picture expected = history.after(history.length());
        Random random = new Random(4);
        int stride = stride(whole, opensMax);
        int found = 0;
        int flips = 0;
        for (Map.Entry<Path, Integer> file : whole.files().entrySet()) {
            for (int at = random.nextInt(stride); at < file.getValue(); at += stride) {
                SimulatedDisk disk = whole.afterPowerLoss(Survivors.ALL, 0);
                disk.flip(file.getKey(), at, random.nextInt(8));
                flips++;
                try (Storage storage = trial.open(disk)) {
                    assertEquals(expected, Picture.of(storage), file.getKey() + " at " + at);
                } catch (StorageException.Corrupt | StorageException.Incompatible e) {
                    assertTrue(e.getMessage().contains(file.getKey().toString()), e.getMessage());
                    found++;
                }
            }
        }
        KitCounts.FLIPS.addAndGet(flips);
        assertTrue(found > flips / 4, found + " of " + flips + " flips were found");
    }

    @Test
    default void STO_01_cutFilesShowAPrefixOrAreRefused() {
        cutFiles(History.random(12, 25), 1 + opensOfADamageRule() / 5);
    }

    @Tag("long")
    @Test
    default void STO_01_filesCutAnywhereShowAPrefixOrAreRefused() {
        cutFiles(History.random(12, 40), Integer.MAX_VALUE);
    }

    private void cutFiles(History history, int opensMax) {
        Trial trial = new Trial(this);
        SimulatedDisk whole = trial.whole(history);
        Random random = new Random(5);
        int stride = stride(whole, opensMax);
        for (Map.Entry<Path, Integer> file : whole.files().entrySet()) {
            for (int size = random.nextInt(stride); size < file.getValue(); size += stride) {
                KitCounts.TRUNCATIONS.incrementAndGet();
                SimulatedDisk disk = whole.afterPowerLoss(Survivors.ALL, 0);
                disk.cut(file.getKey(), size);
                assertPrefixOrRefusal(trial, history, disk, file.getKey() + " cut to " + size);
            }
        }
    }

    private static void assertPrefixOrRefusal(
            Trial trial, History history, SimulatedDisk disk, String where) {
        Picture seen;
        try (Storage storage = trial.open(disk)) {
            seen = Picture.of(storage);
        } catch (StorageException.Corrupt e) {
            return;
        }
        boolean log = false;
        boolean state = false;
        boolean snapshots = false;
        for (int i = 0; i <= history.length(); i++) {
            log |= history.after(i).log().equals(seen.log());
            state |= history.after(i).state().equals(seen.state());
            snapshots |= history.after(i).snapshots().equals(seen.snapshots());
        }
        assertTrue(log && state && snapshots, where + " shows what never was: " + seen);
    }
}
