package org.pdtoolkit.storage.tck.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A file system in memory that can lose power, fail, fill up or turn read-only at any step; any
 * code on {@code java.nio.file} and {@link java.nio.channels.FileChannel} runs on its {@link
 * #path}s unchanged.
 *
 * <p>Fault model. Every creation of a file or directory, write, truncation, force, rename, deletion
 * and directory sync (forcing a channel that is open on a directory, as on Linux) is one
 * <em>step</em>, numbered from 1. A loss of power interrupts a write half way and happens just
 * before any other step. What then survives ({@link Survivors}): of a file, for each 512-byte block
 * on its own, any state it had since the last force; its size likewise; of a directory, any prefix
 * of its changes since the last sync, since file systems keep their order. A new file or directory
 * has a durable name once its parent is synced. Blocks are never torn inside except by the
 * interrupted write itself. Errors carry the words of the operating system.
 *
 * <p>A disk is kept in memory by its paths. Thread: safe.
 */
public final class SimulatedDisk {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final long CAPACITY = 1L << 40;

    /** The power is gone; thrown by the interrupted step and by every one after it. */
    public static final class PowerLoss extends Error {
        private static final long serialVersionUID = 1L;

        PowerLoss(int step) {
            super("power lost at step " + step, null, false, false);
        }
    }

    /** What of the unforced changes is there after the crash. */
    public enum Survivors {
        /** All of them: they had reached the media in time. */
        ALL,
        /** None of them. */
        NONE,
        /** Any, by chance. */
        SOME
    }

    /** What becomes of one step. */
    enum Fault {
        NONE,
        POWER_LOSS,
        ERROR,
        /** The first step that finds no room: a write is done in part, and says so. */
        FILLS_UP,
        FULL
    }

    private final DiskDirectory root;
    private final SimulatedFileSystem fileSystem = new SimulatedFileSystem(this);
    private final Map<DiskNode, List<SimulatedLock>> locks = new HashMap<>();
    private int steps;
    private int reads;
    private int powerLossAt = NEVER;
    private int errorAt = NEVER;
    private int readErrorAt = NEVER;
    private int fullFrom = NEVER;
    private boolean readOnly;
    private boolean dead;

    public SimulatedDisk() {
        this(new DiskDirectory());
    }

    private SimulatedDisk(DiskDirectory root) {
        this.root = root;
    }

    /** A path of this disk; {@code /} exists from the start. */
    public Path path(String text) {
        return fileSystem.getPath(text);
    }

    /** Steps done so far. */
    public synchronized int steps() {
        return steps;
    }

    /** Reads of a file and listings of a directory so far. */
    public synchronized int reads() {
        return reads;
    }

    /** Loses power at this step. */
    public synchronized void losePowerAt(int step) {
        powerLossAt = step;
    }

    /** Whether the power is gone; whatever else a caller saw then, it was the crash. */
    public synchronized boolean lostPower() {
        return dead;
    }

    /** Fails this step with an input/output error; a write is done by half, a force not at all. */
    public synchronized void failAt(int step) {
        errorAt = step;
    }

    /** Fails this read, and no other, with an input/output error. */
    public synchronized void failReadAt(int read) {
        readErrorAt = read;
    }

    /** From this step on fails what creates or extends a file, until {@link #makeRoom}. */
    public synchronized void fullFrom(int step) {
        fullFrom = step;
    }

    public synchronized void makeRoom() {
        fullFrom = NEVER;
    }

    /** From now on refuses every change, as a file system mounted read-only does. */
    public synchronized void turnReadOnly() {
        readOnly = true;
    }

    /** A powered disk with what is left of this one. */
    public synchronized SimulatedDisk afterPowerLoss(Survivors survivors, long seed) {
        return new SimulatedDisk(root.surviving(survivors, new Random(seed)));
    }

    /**
     * The same disk after the process was killed: nothing is locked, and what was not forced is
     * there for every reader and can still be lost.
     */
    public synchronized SimulatedDisk afterKill() {
        return new SimulatedDisk(root.copy(new IdentityHashMap<>()));
    }

    /** Every file with its size. */
    public synchronized Map<Path, Integer> files() {
        Map<Path, Integer> sizes = new TreeMap<>();
        collect(root, path("/"), sizes);
        return sizes;
    }

    private static void collect(DiskDirectory directory, Path at, Map<Path, Integer> sizes) {
        directory
                .names()
                .forEach(
                        (name, node) -> {
                            if (node instanceof DiskFile file) {
                                sizes.put(at.resolve(name), file.size());
                            } else {
                                collect((DiskDirectory) node, at.resolve(name), sizes);
                            }
                        });
    }

    /** Damages the media: flips a bit of a byte. */
    public synchronized void flip(Path file, int position, int bit) {
        DiskFile damaged = (DiskFile) find(SimulatedPath.of(file));
        byte[] one = new byte[1];
        damaged.read(position, one, 1);
        one[0] ^= (byte) (1 << bit);
        damaged.write(position, one);
        damaged.force();
    }

    /** Damages the media: cuts a file. */
    public synchronized void cut(Path file, int size) {
        DiskFile damaged = (DiskFile) find(SimulatedPath.of(file));
        damaged.truncate(size);
        damaged.force();
    }

    // What follows is for the file system; every caller holds the monitor of this disk.

    /** Counts a step and says what becomes of it. */
    Fault step(boolean needsSpace) {
        requirePower();
        steps++;
        if (steps == powerLossAt) {
            dead = true;
            return Fault.POWER_LOSS;
        }
        if (steps == errorAt) {
            return Fault.ERROR;
        }
        if (needsSpace && steps >= fullFrom) {
            return steps == fullFrom ? Fault.FILLS_UP : Fault.FULL;
        }
        return Fault.NONE;
    }

    /** One step that happens whole or not at all. */
    void wholeStep(boolean needsSpace, Path path) throws IOException {
        raise(step(needsSpace), path);
    }

    void raise(Fault fault, Path path) throws IOException {
        switch (fault) {
            case NONE -> {
                return;
            }
            case POWER_LOSS -> throw new PowerLoss(steps);
            case ERROR -> throw error(path, "Input/output error");
            case FILLS_UP, FULL -> throw error(path, "No space left on device");
        }
    }

    /** As the JDK does it: errors of a name carry it, errors of an open channel do not. */
    private static IOException error(Path path, String reason) {
        return path == null
                ? new IOException(reason)
                : new FileSystemException(path.toString(), null, reason);
    }

    void requirePower() {
        if (dead) {
            throw new PowerLoss(steps);
        }
    }

    void requireWritable(Path path) throws IOException {
        requirePower();
        if (readOnly) {
            throw error(path, "Read-only file system");
        }
    }

    void countRead(Path path) throws IOException {
        requirePower();
        reads++;
        if (reads == readErrorAt) {
            throw error(path, "Input/output error");
        }
    }

    boolean readOnly() {
        return readOnly;
    }

    long usableBytes() {
        return steps >= fullFrom ? 0 : CAPACITY;
    }

    /** What {@code path} stands for, or {@code null}. */
    DiskNode find(SimulatedPath path) {
        DiskNode node = root;
        for (String name : path.real().names()) {
            node = node instanceof DiskDirectory directory ? directory.names().get(name) : null;
        }
        return node;
    }

    DiskNode require(SimulatedPath path) throws IOException {
        requirePower();
        DiskNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    /** The directory that has or will have the name of {@code path}. */
    DiskDirectory parent(SimulatedPath path) throws IOException {
        requirePower();
        SimulatedPath parent = path.real().getParent();
        DiskNode node = parent == null ? null : find(parent);
        if (node instanceof DiskFile) {
            throw error(path, "Not a directory");
        }
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return (DiskDirectory) node;
    }

    /** Locks held on a file, for its channels to look through. */
    List<SimulatedLock> locks(DiskNode file) {
        return locks.computeIfAbsent(file, any -> new ArrayList<>());
    }
}
