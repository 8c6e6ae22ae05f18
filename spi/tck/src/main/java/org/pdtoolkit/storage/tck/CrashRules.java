package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.SnapshotStore.SnapshotId;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/**
 * Rules that need the power to go, at every step of a disk; they bind backends that are DURABLE.
 */
interface CrashRules extends KitSubject {
    /** Seeds of "some survive" tried at every cut, each crashing once more while it recovers. */
    int SEEDS_PER_CUT = 4;

    @Test
    default void LOG_01_LOG_05_ORD_04_ORD_06_ORD_07_SNP_01_SNP_04_everyCut() {
        everyCut(History.random(3, 70));
    }

    @Test
    default void SNP_04_deletedSnapshotsStayDeleted() throws IOException {
        Trial trial = new Trial(this);
        SimulatedDisk disk = new SimulatedDisk();
        try (Storage storage = trial.open(disk)) {
            SnapshotStore store = storage.snapshots();
            SnapshotId old = SnapshotRules.publish(store, 5, 1, SnapshotRules.content(5, 500));
            SnapshotId kept = SnapshotRules.publish(store, 9, 2, SnapshotRules.content(9, 900));
            store.retain(1);
            SimulatedDisk cut = disk.afterPowerLoss(Survivors.NONE, 0);
            try (Storage again = trial.open(cut)) {
                SnapshotStore left = again.snapshots();
                assertEquals(Optional.of(kept), left.latest());
                assertThrows(IllegalArgumentException.class, () -> left.read(old));
            }
            store.retain(0);
            SimulatedDisk cutAgain = disk.afterPowerLoss(Survivors.NONE, 0);
            try (Storage again = trial.open(cutAgain)) {
                assertEquals(Optional.empty(), again.snapshots().latest());
            }
        }
    }

    @Tag("long")
    @Test
    default void LOG_05_ORD_04_ORD_07_SNP_01_SNP_04_everyCutOfManyHistories() {
        for (long seed = 100; seed < 160; seed++) {
            everyCut(History.random(seed, 120));
        }
    }

    private void everyCut(History history) {
        Trial trial = new Trial(this);
        SimulatedDisk whole = trial.whole(history);
        assertEquals(
                history.after(history.length()),
                trial.recover(whole.afterPowerLoss(Survivors.NONE, 0), "no crash"));
        for (int cut = 1; cut <= whole.steps(); cut++) {
            KitCounts.FAULTS.incrementAndGet();
            SimulatedDisk disk = new SimulatedDisk();
            disk.losePowerAt(cut);
            int done = trial.run(history, disk);
            String where = "cut at disk step " + cut + " in " + Trial.nameOf(history, done);
            trial.check(history, done, disk.afterKill(), where + ", killed");
            trial.check(
                    history, done, disk.afterPowerLoss(Survivors.NONE, 0), where + ", none left");
            for (int i = 0; i < SEEDS_PER_CUT; i++) {
                long seed = cut * 1000L + i;
                String which = where + ", survivors of seed " + seed;
                trial.check(history, done, disk.afterPowerLoss(Survivors.SOME, seed), which);
                SimulatedDisk again = disk.afterPowerLoss(Survivors.SOME, seed);
                crashWhileRecovering(trial, again, seed);
                trial.check(
                        history,
                        done,
                        again.afterPowerLoss(Survivors.SOME, seed + 7),
                        which + ", cut again in recovery");
            }
        }
    }

    /** Loses power in one of the first steps of opening, or just after it if it takes fewer. */
    private static void crashWhileRecovering(Trial trial, SimulatedDisk disk, long seed) {
        disk.losePowerAt(1 + new Random(seed).nextInt(8));
        trial.run(History.none(), disk);
    }
}
