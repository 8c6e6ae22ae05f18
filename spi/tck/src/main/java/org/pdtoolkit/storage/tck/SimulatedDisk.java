package org.pdtoolkit.storage.tck;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A file system in memory that can lose power, fail or fill up at any step.
 *
 * <p>Fault model. Every create, write, truncate, force, rename, delete and directory sync is one
 * <em>step</em>, numbered from 1. A loss of power interrupts a write half way and happens just
 * before any other step. What then survives ({@link Survivors}): of a file, for each 512-byte block
 * on its own, any state it had since the last force; its size likewise; of a directory, any prefix
 * of its changes since the last sync, since file systems keep their order. New directories are
 * durable at once. Blocks are never torn inside except by the interrupted write itself.
 *
 * <p>A backend reaches this disk through an adapter in its own tests. Thread: one.
 */
public final class SimulatedDisk {
    private static final int BLOCK = 512;
    private static final int NEVER = -1;

    /** The power is gone; thrown by the interrupted step and by every one after it. */
    public static final class PowerLoss extends Error {
        private static final long serialVersionUID = 1L;

        PowerLoss(int step) {
            super("power lost at step " + step, null, false, false);
        }
    }

    /** There is no room for this step; half of it may have been done. */
    public static final class NoSpace extends IOException {
        private static final long serialVersionUID = 1L;

        NoSpace() {
            super("no space left (simulated)");
        }
    }

    /** What of the unforced changes is there after the crash. */
    public enum Survivors {
        /** All of them: the process was killed, the machine went on. */
        ALL,
        /** None of them. */
        NONE,
        /** Any, by chance. */
        SOME
    }

    private record Change(long position, byte[] bytes) {
        private static final byte[] TRUNCATE = new byte[0];
    }

    /** Content with the changes since the last force. */
    private static final class Node {
        private byte[] durable = new byte[0];
        private byte[] content = new byte[0];
        private int size;
        private final List<Change> unforced = new ArrayList<>();

        Node copyOf(byte[] bytes) {
            durable = bytes;
            content = bytes.clone();
            size = bytes.length;
            return this;
        }

        void change(Change change) {
            unforced.add(change);
            apply(change);
        }

        private void apply(Change change) {
            int position = Math.toIntExact(change.position());
            if (change.bytes() == Change.TRUNCATE) {
                if (position < size) {
                    Arrays.fill(content, position, size, (byte) 0);
                    size = position;
                }
                return;
            }
            int end = position + change.bytes().length;
            if (end > content.length) {
                content = Arrays.copyOf(content, Math.max(end, content.length * 2));
            }
            System.arraycopy(change.bytes(), 0, content, position, change.bytes().length);
            size = Math.max(size, end);
        }

        byte[] bytes() {
            return Arrays.copyOf(content, size);
        }

        void force() {
            if (!unforced.isEmpty()) {
                durable = bytes();
                unforced.clear();
            }
        }

        byte[] surviving(Survivors survivors, Random random) {
            return switch (survivors) {
                case ALL -> bytes();
                case NONE -> durable.clone();
                case SOME -> someSurviving(random);
            };
        }

        private byte[] someSurviving(Random random) {
            List<byte[]> states = new ArrayList<>();
            Node replayed = new Node().copyOf(durable);
            states.add(durable);
            for (Change change : unforced) {
                replayed.apply(change);
                states.add(replayed.bytes());
            }
            byte[] result = new byte[pick(states, random).length];
            for (int at = 0; at < result.length; at += BLOCK) {
                byte[] state = pick(states, random);
                int until = Math.min(Math.min(at + BLOCK, result.length), state.length);
                if (until > at) {
                    System.arraycopy(state, at, result, at, until - at);
                }
            }
            return result;
        }

        /** The oldest and the newest state are as likely as all those between together. */
        private static byte[] pick(List<byte[]> states, Random random) {
            return switch (random.nextInt(4)) {
                case 0 -> states.get(0);
                case 1 -> states.get(states.size() - 1);
                default -> states.get(random.nextInt(states.size()));
            };
        }
    }

    /** Names of one directory with every edition since the last sync, the durable one first. */
    private static final class Directory {
        private final List<TreeMap<String, Node>> editions = new ArrayList<>();

        Directory() {
            editions.add(new TreeMap<>());
        }

        TreeMap<String, Node> names() {
            return editions.get(editions.size() - 1);
        }

        TreeMap<String, Node> nextEdition() {
            editions.add(new TreeMap<>(names()));
            return names();
        }

        void sync() {
            editions.subList(0, editions.size() - 1).clear();
        }
    }

    private final Map<Path, Directory> directories = new TreeMap<>();
    private final Set<Path> locks = new HashSet<>();
    private int steps;
    private int powerLossAt = NEVER;
    private int errorAt = NEVER;
    private int fullFrom = Integer.MAX_VALUE;
    private boolean dead;

    /** Steps done so far. */
    public int steps() {
        return steps;
    }

    /** Loses power at this step. */
    public void losePowerAt(int step) {
        powerLossAt = step;
    }

    /** Fails this step with an {@link IOException}; a write is done by half, a force not at all. */
    public void failAt(int step) {
        errorAt = step;
    }

    /**
     * From this step on fails what creates or extends a file with {@link NoSpace}, until {@link
     * #makeRoom}.
     */
    public void fullFrom(int step) {
        fullFrom = step;
    }

    public void makeRoom() {
        fullFrom = Integer.MAX_VALUE;
    }

    /** A powered disk with what is left of this one. */
    public SimulatedDisk afterPowerLoss(Survivors survivors, long seed) {
        Random random = new Random(seed);
        SimulatedDisk next = new SimulatedDisk();
        directories.forEach(
                (path, directory) -> {
                    List<TreeMap<String, Node>> editions = directory.editions;
                    int edition =
                            switch (survivors) {
                                case ALL -> editions.size() - 1;
                                case NONE -> 0;
                                case SOME -> random.nextInt(editions.size());
                            };
                    TreeMap<String, Node> kept = new TreeMap<>();
                    editions.get(edition)
                            .forEach(
                                    (name, node) ->
                                            kept.put(
                                                    name,
                                                    new Node()
                                                            .copyOf(
                                                                    node.surviving(
                                                                            survivors, random))));
                    Directory copy = new Directory();
                    copy.names().putAll(kept);
                    next.directories.put(path, copy);
                });
        return next;
    }

    /** Counts a step; returns how much of a write of {@code bytes} is to be done. */
    private int step(boolean needsSpace) throws IOException {
        if (dead) {
            throw new PowerLoss(steps);
        }
        steps++;
        if (steps == powerLossAt) {
            dead = true;
            return 0;
        }
        if (steps == errorAt || needsSpace && steps >= fullFrom) {
            return 0;
        }
        return 1;
    }

    private void interrupted() throws IOException {
        if (dead) {
            throw new PowerLoss(steps);
        }
        if (steps == errorAt) {
            throw new IOException("input/output error (simulated)");
        }
        throw new NoSpace();
    }

    private void stepOrFail(boolean needsSpace) throws IOException {
        if (step(needsSpace) == 0) {
            interrupted();
        }
    }

    private void alive() {
        if (dead) {
            throw new PowerLoss(steps);
        }
    }

    private Directory directory(Path path) throws IOException {
        alive();
        Directory directory = directories.get(path);
        if (directory == null) {
            throw new FileNotFoundException(path.toString());
        }
        return directory;
    }

    private Node node(Path file) throws IOException {
        Node node = directory(file.getParent()).names().get(name(file));
        if (node == null) {
            throw new FileNotFoundException(file.toString());
        }
        return node;
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /** Creates the directory and its parents, durably. */
    public void createDirectories(Path path) {
        alive();
        for (Path at = path; at != null; at = at.getParent()) {
            directories.computeIfAbsent(at, missing -> new Directory());
        }
    }

    /** Names of the files in a directory, sorted. */
    public List<String> list(Path path) throws IOException {
        return List.copyOf(directory(path).names().keySet());
    }

    /** Opens an empty file, new or emptied. */
    public OpenFile create(Path file) throws IOException {
        Directory directory = directory(file.getParent());
        stepOrFail(true);
        Node existing = directory.names().get(name(file));
        if (existing == null) {
            existing = new Node();
            directory.nextEdition().put(name(file), existing);
        } else {
            existing.change(new Change(0, Change.TRUNCATE));
        }
        return new OpenFile(existing);
    }

    /** Opens an existing file. */
    public OpenFile open(Path file) throws IOException {
        return new OpenFile(node(file));
    }

    /** Renames within one directory. */
    public void rename(Path from, Path to) throws IOException {
        if (!from.getParent().equals(to.getParent())) {
            throw new IllegalArgumentException("rename across directories: " + from + ", " + to);
        }
        Node node = node(from);
        stepOrFail(false);
        TreeMap<String, Node> names = directory(from.getParent()).nextEdition();
        names.remove(name(from));
        names.put(name(to), node);
    }

    /** Deletes if present. */
    public void delete(Path file) throws IOException {
        Directory directory = directory(file.getParent());
        if (directory.names().containsKey(name(file))) {
            stepOrFail(false);
            directory.nextEdition().remove(name(file));
        }
    }

    public void syncDirectory(Path path) throws IOException {
        Directory directory = directory(path);
        stepOrFail(false);
        directory.sync();
    }

    /** Whether the lock was free. */
    public boolean lock(Path file) {
        alive();
        return locks.add(file);
    }

    public void unlock(Path file) {
        locks.remove(file);
    }

    /** Every file with its size. */
    public Map<Path, Integer> files() {
        Map<Path, Integer> sizes = new TreeMap<>();
        directories.forEach(
                (path, directory) ->
                        directory
                                .names()
                                .forEach((name, node) -> sizes.put(path.resolve(name), node.size)));
        return sizes;
    }

    /** Damages the media: flips a bit of a byte. */
    public void flip(Path file, int position, int bit) {
        Node node = directories.get(file.getParent()).names().get(name(file));
        byte[] bytes = node.bytes();
        bytes[position] ^= (byte) (1 << bit);
        node.unforced.clear();
        node.copyOf(bytes);
    }

    /** Damages the media: cuts a file. */
    public void cut(Path file, int size) {
        Node node = directories.get(file.getParent()).names().get(name(file));
        node.unforced.clear();
        node.copyOf(Arrays.copyOf(node.bytes(), size));
    }

    /** An open file; closing does nothing. */
    public final class OpenFile {
        private final Node node;

        private OpenFile(Node node) {
            this.node = node;
        }

        /** Fills {@code target}, less at the end of the file; returns the count. */
        public int read(ByteBuffer target, long position) {
            alive();
            int n = (int) Math.min(target.remaining(), Math.max(0, node.size - position));
            target.put(node.content, (int) Math.min(position, node.size), n);
            return n;
        }

        public void write(ByteBuffer source, long position) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            boolean whole = step(position + bytes.length > node.size) == 1;
            int length = whole ? bytes.length : bytes.length / 2;
            if (length > 0) {
                node.change(new Change(position, Arrays.copyOf(bytes, length)));
            }
            if (!whole) {
                interrupted();
            }
        }

        public void truncate(long size) throws IOException {
            stepOrFail(false);
            node.change(new Change(size, Change.TRUNCATE));
        }

        public void force() throws IOException {
            stepOrFail(false);
            node.force();
        }

        public long size() {
            alive();
            return node.size;
        }
    }
}
