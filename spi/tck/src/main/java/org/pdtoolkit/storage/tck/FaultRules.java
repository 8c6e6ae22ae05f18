package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Rules STO-02 to STO-05: a disk that refuses or fails; they bind backends that are DURABLE. */
interface FaultRules extends KitSubject {
    @Test
    default void STO_02_afterAFailureNothingMoreIsAccepted() {
        Trial trial = new Trial(this);
        History history = History.random(5, 60);
        SimulatedDisk whole = trial.whole(history);
        for (int at = 1; at <= whole.steps(); at++) {
            KitCounts.FAULTS.incrementAndGet();
            SimulatedDisk disk = new SimulatedDisk();
            disk.failAt(at);
            int done = runToFailure(trial, history, disk);
            String where = "failed disk step " + at + " in " + Trial.nameOf(history, done);
            trial.check(history, done, disk.afterKill(), where);
            trial.check(history, done, disk.afterPowerLoss(Survivors.NONE, 0), where + ", cut");
            trial.check(history, done, disk.afterPowerLoss(Survivors.SOME, at), where + ", some");
        }
    }

    /** Runs until the first failure; returns the number of completed steps, or -1. */
    private static int runToFailure(Trial trial, History history, SimulatedDisk disk) {
        Storage storage;
        try {
            storage = trial.open(disk);
        } catch (StorageException.Failed e) {
            return -1;
        }
        for (int done = 0; done < history.length(); done++) {
            History.Step step = history.step(done);
            try {
                storage = trial.perform(step, storage, disk);
            } catch (StorageException.Failed e) {
                if (!History.reopens(step)) {
                    assertStopped(storage);
                }
                Trial.closeFailed(storage);
                return done;
            } catch (UncheckedIOException snapshotStream) {
                Trial.closeFailed(storage);
                return done;
            }
        }
        Trial.closeFailed(storage);
        return history.length();
    }

    private static void assertStopped(Storage storage) {
        List<Runnable> calls = new ArrayList<>();
        calls.add(() -> storage.log().append(KitData.hard(1, 1, 1), List.of()));
        calls.add(() -> storage.log().hardState());
        calls.add(() -> storage.ordered().commit(new Batch(), KitData.applied(1 << 20, 1)));
        calls.add(() -> storage.ordered().sync());
        calls.add(() -> storage.ordered().view());
        calls.add(() -> storage.snapshots().create(1, 1));
        calls.add(() -> storage.snapshots().latest());
        for (Runnable call : calls) {
            assertThrows(StorageException.Failed.class, call::run);
        }
    }

    /** A leader asks its disk this way before it serves on. */
    @Test
    default void LOG_03_anAppendThatChangesNothingAsksTheDiskAllTheSame() {
        Trial trial = new Trial(this);
        SimulatedDisk disk = new SimulatedDisk();
        Storage storage = trial.open(disk);
        storage.log().initialize(KitData.METADATA);
        storage.log().append(KitData.hard(1, 1, 0), KitData.entries(1, 3, 1));
        disk.failAt(disk.steps() + 1);
        assertThrows(
                StorageException.Failed.class,
                () -> storage.log().append(KitData.hard(1, 1, 0), List.of()));
        Trial.closeFailed(storage);
    }

    @Test
    default void STO_03_fullLeavesEverythingAsItWasAndTheCallCanBeRepeated() {
        Trial trial = new Trial(this);
        History history = History.random(6, 60);
        SimulatedDisk whole = trial.whole(history);
        int refused = 0;
        for (int at = 1; at <= whole.steps(); at++) {
            KitCounts.FAULTS.incrementAndGet();
            SimulatedDisk disk = new SimulatedDisk();
            disk.fullFrom(at);
            refused += runPastFull(trial, history, disk, "full at disk step " + at);
            assertEquals(
                    history.after(history.length()),
                    trial.recover(disk.afterPowerLoss(Survivors.NONE, 0), "full at " + at));
        }
        assertTrue(refused > whole.steps() / 2, refused + " refusals");
    }

    /** Runs the history, making room after the first refusal; returns the number of refusals. */
    private static int runPastFull(Trial trial, History history, SimulatedDisk disk, String where) {
        Storage storage = null;
        int refusals = 0;
        for (int done = -1; done <= history.length(); ) {
            boolean closes = done == history.length();
            boolean opens = done < 0 || !closes && History.reopens(history.step(done));
            try {
                if ((opens || closes) && storage != null) {
                    storage.close();
                }
                if (opens) {
                    storage = trial.open(disk);
                } else if (!closes) {
                    history.step(done).call().run(storage);
                }
                done++;
            } catch (StorageException.Full | UncheckedIOException full) {
                refusals++;
                if (!opens) {
                    assertEquals(history.after(done), Picture.of(storage), where);
                }
                disk.makeRoom();
            }
        }
        return refusals;
    }

    @Test
    default void STO_04_aReadThatFailsGivesNoAnswer() {
        Trial trial = new Trial(this);
        History history = History.random(13, 40);
        SimulatedDisk whole = trial.whole(history);
        Picture expected = history.after(history.length());
        SimulatedDisk counted = whole.afterKill();
        try (Storage storage = trial.open(counted)) {
            assertEquals(expected, Picture.of(storage));
        }
        int found = 0;
        for (int read = 1; read <= counted.reads(); read++) {
            KitCounts.FAULTS.incrementAndGet();
            String where = "failed read " + read;
            SimulatedDisk disk = whole.afterKill();
            disk.failReadAt(read);
            try (Storage storage = trial.open(disk)) {
                assertEquals(expected, Picture.of(storage), where);
            } catch (StorageException.Failed | StorageException.Corrupt e) {
                found++;
            }
            assertEquals(expected, trial.recover(disk, where + ", opened again"));
        }
        assertTrue(found > 0, "none of " + counted.reads() + " failed reads was told");
    }

    @Test
    default void STO_05_aReadOnlyDiskIsRefusedByName() {
        Trial trial = new Trial(this);
        History history = History.random(14, 30);
        for (SimulatedDisk disk : List.of(new SimulatedDisk(), trial.whole(history))) {
            disk.turnReadOnly();
            for (int i = 0; i < 2; i++) {
                StorageException refusal =
                        assertThrows(StorageException.Failed.class, () -> trial.open(disk));
                assertTrue(refusal.getMessage().contains(Trial.HOME), refusal.getMessage());
            }
        }
    }

    @Test
    default void STO_05_aDiskThatTurnsReadOnlyLosesNothing() {
        Trial trial = new Trial(this);
        History history = History.random(15, 60);
        for (int at = 1; at < history.length(); at++) {
            KitCounts.FAULTS.incrementAndGet();
            SimulatedDisk disk = new SimulatedDisk();
            int done = runToReadOnly(trial, history, at, disk);
            String where = "read-only from " + history.step(at).name();
            trial.check(history, done, disk.afterPowerLoss(Survivors.NONE, 0), where);
        }
    }

    /** Runs until the disk, read-only from step {@code at}, makes a step fail. */
    private static int runToReadOnly(Trial trial, History history, int at, SimulatedDisk disk) {
        Storage storage = trial.open(disk);
        int done = 0;
        try {
            for (; done < history.length(); done++) {
                if (done == at) {
                    disk.turnReadOnly();
                }
                storage = trial.perform(history.step(done), storage, disk);
            }
        } catch (StorageException.Failed | UncheckedIOException expected) {
            Trial.closeFailed(storage);
        }
        return done;
    }
}
