package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Rules that need a crash, a fault or damage; they bind backends that are DURABLE. */
interface CrashRules extends KitSubject {
    /** Where a simulated disk has the storage; neither directory exists at first. */
    String HOME = "/node/data";

    /** Seeds of "some survive" tried at every cut, each crashing once more while it recovers. */
    int SEEDS_PER_CUT = 4;

    private Storage openOn(SimulatedDisk disk) {
        assumeTrue(
                provider().capabilities().contains(Capability.DURABLE),
                "the backend leaves out " + Capability.DURABLE);
        return provider().open(disk.path(HOME), smallOptions());
    }

    /** Runs until the end or the first exception; returns the number of completed steps. */
    private int run(History history, SimulatedDisk disk) {
        int done = -1;
        try {
            Storage storage = openOn(disk);
            done = 0;
            for (; done < history.length(); done++) {
                History.Step step = history.step(done);
                if (History.reopens(step)) {
                    storage.close();
                    storage = openOn(disk);
                } else {
                    step.call().run(storage);
                }
            }
            storage.close();
        } catch (SimulatedDisk.PowerLoss expected) {
            return done;
        }
        return done;
    }

    @Test
    default void LOG_05_ORD_04_ORD_07_SNP_01_everyCutOfAShortHistory() {
        everyCut(History.random(3, 70));
    }

    @Tag("long")
    @Test
    default void LOG_05_ORD_04_ORD_07_SNP_04_everyCutOfManyHistories() {
        for (long seed = 100; seed < 160; seed++) {
            everyCut(History.random(seed, 120));
        }
    }

    private void everyCut(History history) {
        SimulatedDisk whole = new SimulatedDisk();
        assertEquals(history.length(), run(history, whole));
        assertEquals(
                history.after(history.length()),
                recover(whole.afterPowerLoss(Survivors.NONE, 0), "no crash"));
        for (int cut = 1; cut <= whole.steps(); cut++) {
            SimulatedDisk disk = new SimulatedDisk();
            disk.losePowerAt(cut);
            int done = run(history, disk);
            String where = "cut at disk step " + cut + " in " + nameOf(history, done);
            check(history, done, disk.afterPowerLoss(Survivors.ALL, 0), where + ", all survives");
            check(history, done, disk.afterPowerLoss(Survivors.NONE, 0), where + ", none survives");
            for (int i = 0; i < SEEDS_PER_CUT; i++) {
                long seed = cut * 1000L + i;
                String which = where + ", survivors of seed " + seed;
                check(history, done, disk.afterPowerLoss(Survivors.SOME, seed), which);
                SimulatedDisk again = disk.afterPowerLoss(Survivors.SOME, seed);
                crashWhileRecovering(again, seed);
                check(
                        history,
                        done,
                        again.afterPowerLoss(Survivors.SOME, seed + 7),
                        which + ", cut again in recovery");
            }
        }
    }

    private static String nameOf(History history, int done) {
        return done < 0 || done >= history.length() ? "open or close" : history.step(done).name();
    }

    private void crashWhileRecovering(SimulatedDisk disk, long seed) {
        disk.losePowerAt(disk.steps() + 1 + new Random(seed).nextInt(8));
        try {
            openOn(disk);
        } catch (SimulatedDisk.PowerLoss expected) {
            return; // else recovery took fewer steps, and the crash comes after it
        }
    }

    /** What a storage answers when it is opened on {@code disk}; then it must go on working. */
    private Picture recover(SimulatedDisk disk, String where) {
        try {
            Picture recovered;
            try (Storage storage = openOn(disk)) {
                recovered = Picture.of(storage);
                goOn(storage);
            }
            try (Storage storage = openOn(disk)) {
                assertWentOn(recovered, Picture.of(storage), where);
            }
            return recovered;
        } catch (RuntimeException e) {
            return fail(where + ": " + e, e);
        }
    }

    private static void assertWentOn(Picture recovered, Picture now, String where) {
        List<?> entries = now.log().entries();
        assertEquals(recovered.log().entries(), entries.subList(0, entries.size() - 1), where);
        long applied = now.state().applied().index();
        assertEquals(recovered.state().applied().index() + 1, applied, where);
        assertEquals(recovered.state().spaces(), now.state().spaces(), where);
    }

    private static void goOn(Storage storage) {
        if (storage.log().metadata().isEmpty()) {
            storage.log().initialize(KitData.METADATA);
        }
        long next = storage.log().lastIndex() + 1;
        storage.log().append(KitData.hard(99, 1, 0), KitData.entries(next, next + 1, 99));
        long applied = storage.ordered().applied().index() + 1;
        storage.ordered().commit(new Batch(), KitData.applied(applied, 99));
        storage.ordered().sync();
    }

    private void check(History history, int completed, SimulatedDisk disk, String where) {
        int done = Math.max(completed, 0);
        int next = Math.min(done + 1, history.length());
        Picture recovered = recover(disk, where);
        Picture before = history.after(done);
        Picture after = history.after(next);
        if (!recovered.log().equals(before.log())) {
            assertEquals(after.log(), recovered.log(), where);
        }
        if (!recovered.snapshots().equals(before.snapshots())) {
            assertEquals(after.snapshots(), recovered.snapshots(), where);
        }
        for (int i = history.durableStateAfter(done); i <= next; i++) {
            if (history.after(i).state().equals(recovered.state())) {
                return;
            }
        }
        fail(where + ": the ordered store shows no committed prefix: " + recovered.state());
    }

    @Test
    default void STO_01_flippedBitsAreFoundOrHarmless() {
        flipBits(1000);
    }

    @Tag("long")
    @Test
    default void STO_01_manyFlippedBitsAreFoundOrHarmless() {
        flipBits(20_000);
    }

    private void flipBits(int perFile) {
        History history = History.random(11, 25);
        SimulatedDisk whole = new SimulatedDisk();
        assertEquals(history.length(), run(history, whole));
        Picture expected = history.after(history.length());
        Random random = new Random(4);
        int found = 0;
        int flips = 0;
        for (Map.Entry<Path, Integer> file : whole.files().entrySet()) {
            int stride = Math.max(1, file.getValue() / perFile);
            for (int at = 0; at < file.getValue(); at += stride) {
                SimulatedDisk disk = whole.afterPowerLoss(Survivors.ALL, 0);
                disk.flip(file.getKey(), at, random.nextInt(8));
                flips++;
                try (Storage storage = openOn(disk)) {
                    assertEquals(expected, Picture.of(storage), file.getKey() + " at " + at);
                } catch (StorageException.Corrupt | StorageException.Incompatible e) {
                    assertTrue(e.getMessage().contains(file.getKey().toString()), e.getMessage());
                    found++;
                }
            }
        }
        assertTrue(found > flips / 4, found + " of " + flips + " flips were found");
    }

    @Test
    default void STO_01_cutFilesShowAPrefixOrAreRefused() {
        cutFiles(200);
    }

    @Tag("long")
    @Test
    default void STO_01_filesCutAtManyPlacesShowAPrefixOrAreRefused() {
        cutFiles(5_000);
    }

    private void cutFiles(int perFile) {
        History history = History.random(12, 25);
        SimulatedDisk whole = new SimulatedDisk();
        assertEquals(history.length(), run(history, whole));
        for (Map.Entry<Path, Integer> file : whole.files().entrySet()) {
            int stride = Math.max(1, file.getValue() / perFile);
            for (int size = 0; size < file.getValue(); size += stride) {
                SimulatedDisk disk = whole.afterPowerLoss(Survivors.ALL, 0);
                disk.cut(file.getKey(), size);
                assertPrefixOrRefusal(history, disk, file.getKey() + " cut to " + size);
            }
        }
    }

    private void assertPrefixOrRefusal(History history, SimulatedDisk disk, String where) {
        Picture seen;
        try (Storage storage = openOn(disk)) {
            seen = Picture.of(storage);
        } catch (StorageException.Corrupt e) {
            return;
        }
        boolean log = false;
        boolean state = false;
        for (int i = 0; i <= history.length(); i++) {
            log |= history.after(i).log().equals(seen.log());
            state |= history.after(i).state().equals(seen.state());
        }
        assertTrue(log && state, where + " shows what never was: " + seen);
    }

    @Test
    default void STO_02_afterAFailureNothingMoreIsAccepted() {
        History history = History.random(5, 60);
        SimulatedDisk whole = new SimulatedDisk();
        assertEquals(history.length(), run(history, whole));
        for (int at = 1; at <= whole.steps(); at++) {
            SimulatedDisk disk = new SimulatedDisk();
            disk.failAt(at);
            int done = runToFailure(history, disk);
            String where = "failed disk step " + at + " in " + nameOf(history, done);
            check(history, done, disk.afterPowerLoss(Survivors.ALL, 0), where);
            check(history, done, disk.afterPowerLoss(Survivors.NONE, 0), where + ", then cut");
            check(history, done, disk.afterPowerLoss(Survivors.SOME, at), where + ", some");
        }
    }

    private int runToFailure(History history, SimulatedDisk disk) {
        Storage storage;
        try {
            storage = openOn(disk);
        } catch (StorageException.Failed e) {
            return -1;
        }
        for (int done = 0; done < history.length(); done++) {
            History.Step step = history.step(done);
            try {
                if (History.reopens(step)) {
                    storage.close();
                    storage = openOn(disk);
                } else {
                    step.call().run(storage);
                }
            } catch (StorageException.Failed e) {
                if (!History.reopens(step)) {
                    assertStopped(storage);
                }
                return done;
            } catch (UncheckedIOException snapshotStream) {
                return done;
            }
        }
        try {
            storage.close();
        } catch (StorageException.Failed e) {
            return history.length();
        }
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

    @Test
    default void STO_03_fullLeavesEverythingAsItWasAndTheCallCanBeRepeated() {
        History history = History.random(6, 60);
        SimulatedDisk whole = new SimulatedDisk();
        assertEquals(history.length(), run(history, whole));
        int refused = 0;
        for (int at = 1; at <= whole.steps(); at++) {
            SimulatedDisk disk = new SimulatedDisk();
            disk.fullFrom(at);
            refused += runPastFull(history, disk, "full at disk step " + at);
            assertEquals(
                    history.after(history.length()),
                    recover(disk.afterPowerLoss(Survivors.NONE, 0), "full at " + at));
        }
        assertTrue(refused > whole.steps() / 2, refused + " refusals");
    }

    /** Runs the history, making room after the first refusal; returns the number of refusals. */
    private int runPastFull(History history, SimulatedDisk disk, String where) {
        Storage storage = null;
        int refusals = 0;
        for (int done = -1; done < history.length(); ) {
            boolean opens = done < 0 || History.reopens(history.step(done));
            try {
                if (opens) {
                    if (storage != null) {
                        storage.close();
                    }
                    storage = openOn(disk);
                } else {
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
        storage.close();
        return refusals;
    }
}
