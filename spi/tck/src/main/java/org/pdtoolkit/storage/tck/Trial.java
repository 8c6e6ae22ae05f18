package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Runs histories of a backend on simulated disks and holds what is left against the reference. */
final class Trial {
    /** Where a simulated disk has the storage; neither directory exists at first. */
    static final String HOME = "/node/data";

    private final KitSubject subject;

    /** Ends the test as skipped when the backend does not promise durability. */
    Trial(KitSubject subject) {
        assumeTrue(
                subject.provider().capabilities().contains(Capability.DURABLE),
                "the backend leaves out " + Capability.DURABLE);
        this.subject = subject;
    }

    Storage open(SimulatedDisk disk) {
        KitCounts.OPENS.incrementAndGet();
        return subject.provider().open(disk.path(HOME), subject.smallOptions());
    }

    /** A disk on which the whole history was run and the storage closed. */
    SimulatedDisk whole(History history) {
        SimulatedDisk disk = new SimulatedDisk();
        assertEquals(history.length(), run(history, disk));
        return disk;
    }

    /** Runs until the end or the loss of power; returns the number of completed steps, or -1. */
    int run(History history, SimulatedDisk disk) {
        int done = -1;
        Storage storage = null;
        try {
            storage = open(disk);
            done = 0;
            for (; done < history.length(); done++) {
                storage = perform(history.step(done), storage, disk);
            }
            storage.close();
        } catch (RuntimeException | Error e) {
            if (!disk.lostPower()) {
                throw e;
            }
            closeDead(storage);
        }
        return done;
    }

    /** The storage to go on with. */
    Storage perform(History.Step step, Storage storage, SimulatedDisk disk) {
        if (History.reopens(step)) {
            storage.close();
            return open(disk);
        }
        step.call().run(storage);
        return storage;
    }

    /** Ends threads and gives back memory of a storage whose disk does nothing any more. */
    private static void closeDead(Storage storage) {
        try {
            if (storage != null) {
                storage.close();
            }
        } catch (RuntimeException | SimulatedDisk.PowerLoss expected) {
            return; // it has no power to write with
        }
    }

    /** What went on when the history stopped after {@code done} steps. */
    static String nameOf(History history, int done) {
        return done < 0 || done >= history.length() ? "open or close" : history.step(done).name();
    }

    /**
     * What a storage answers when it is opened on {@code disk}. What it shows, a node acts upon, so
     * that must survive a loss of power; then it must go on working, and that must survive too.
     */
    Picture recover(SimulatedDisk disk, String where) {
        try {
            Picture recovered;
            try (Storage storage = open(disk)) {
                recovered = Picture.of(storage);
                assertShownIsDurable(
                        recovered,
                        storage.ordered().durableIndex(),
                        disk.afterPowerLoss(Survivors.NONE, 0),
                        where + ", then shown, then cut");
                goOn(storage);
            }
            try (Storage storage = open(disk.afterPowerLoss(Survivors.NONE, 0))) {
                assertWentOn(recovered, Picture.of(storage), where);
            }
            return recovered;
        } catch (RuntimeException e) {
            return fail(where + ": " + e, e);
        }
    }

    private void assertShownIsDurable(
            Picture shown, long durableIndex, SimulatedDisk cut, String where) {
        try (Storage storage = open(cut)) {
            Picture left = Picture.of(storage);
            assertEquals(shown.log(), left.log(), where);
            assertEquals(shown.snapshots(), left.snapshots(), where);
            long applied = left.state().applied().index();
            assertTrue(applied >= durableIndex, where + ": applied " + applied);
        }
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

    private static void assertWentOn(Picture recovered, Picture now, String where) {
        String after = where + ", then used, then cut";
        List<?> entries = now.log().entries();
        int before = recovered.log().entries().size();
        assertEquals(before + 1, entries.size(), after);
        assertEquals(recovered.log().entries(), entries.subList(0, before), after);
        long applied = now.state().applied().index();
        assertEquals(recovered.state().applied().index() + 1, applied, after);
        assertEquals(recovered.state().spaces(), now.state().spaces(), after);
        assertEquals(recovered.snapshots(), now.snapshots(), after);
    }

    /** Demands that {@code disk} holds a state that an end after {@code completed} steps allows. */
    void check(History history, int completed, SimulatedDisk disk, String where) {
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

    /** Closes after a failure, which closing may report once more. */
    static void closeFailed(Storage storage) {
        try {
            storage.close();
        } catch (StorageException.Failed again) {
            return; // known already
        }
    }
}
