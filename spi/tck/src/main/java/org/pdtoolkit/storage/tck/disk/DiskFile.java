package org.pdtoolkit.storage.tck.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Content of a file, and how it came from what was forced last. */
final class DiskFile implements DiskNode {
    private static final int BLOCK = 512;

    /** A write at {@code position}, or with no bytes a cut to that size. */
    private record Change(int position, byte[] bytes) {
        int sizeAfter(int size) {
            return bytes == null
                    ? Math.min(size, position)
                    : Math.max(size, position + bytes.length);
        }
    }

    /** Bytes behind {@code size} are 0. */
    private static final class Image {
        private byte[] bytes = new byte[0];
        private int size;

        static Image of(byte[] content) {
            Image image = new Image();
            image.bytes = content;
            image.size = content.length;
            return image;
        }

        void apply(Change change) {
            int newSize = change.sizeAfter(size);
            if (newSize > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(newSize, bytes.length * 2));
            }
            if (change.bytes() == null) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
            } else {
                System.arraycopy(
                        change.bytes(), 0, bytes, change.position(), change.bytes().length);
            }
            size = newSize;
        }

        byte[] toArray() {
            return Arrays.copyOf(bytes, size);
        }
    }

    private final Image durable;
    private final Image content;
    private final List<Change> unforced = new ArrayList<>();

    DiskFile() {
        this(new byte[0]);
    }

    private DiskFile(byte[] bytes) {
        durable = Image.of(bytes);
        content = Image.of(bytes.clone());
    }

    int size() {
        return content.size;
    }

    byte[] bytes() {
        return content.toArray();
    }

    void read(int position, byte[] target, int length) {
        System.arraycopy(content.bytes, position, target, 0, length);
    }

    void write(int position, byte[] bytes) {
        change(new Change(position, bytes));
    }

    void truncate(int size) {
        change(new Change(size, null));
    }

    private void change(Change change) {
        unforced.add(change);
        content.apply(change);
    }

    @Override
    public void force() {
        unforced.forEach(durable::apply);
        unforced.clear();
    }

    @Override
    public DiskNode copy(Map<DiskNode, DiskNode> copies) {
        DiskNode known = copies.get(this);
        if (known != null) {
            return known;
        }
        DiskFile copy = new DiskFile(durable.toArray());
        unforced.forEach(copy::change);
        copies.put(this, copy);
        return copy;
    }

    @Override
    public DiskFile surviving(Survivors survivors, Random random) {
        return new DiskFile(
                switch (survivors) {
                    case ALL -> content.toArray();
                    case NONE -> durable.toArray();
                    case SOME -> someSurviving(random);
                });
    }

    /** The size of one state since the last force, and each block from any of them. */
    private byte[] someSurviving(Random random) {
        int[] sizes = new int[unforced.size() + 1];
        sizes[0] = durable.size;
        for (int i = 0; i < unforced.size(); i++) {
            sizes[i + 1] = unforced.get(i).sizeAfter(sizes[i]);
        }
        byte[] result = new byte[sizes[pick(sizes.length, random)]];
        int[] stateOf = new int[(result.length + BLOCK - 1) / BLOCK];
        for (int block = 0; block < stateOf.length; block++) {
            stateOf[block] = pick(sizes.length, random);
        }
        Image replayed = Image.of(durable.toArray());
        for (int state = 0; state < sizes.length; state++) {
            if (state > 0) {
                replayed.apply(unforced.get(state - 1));
            }
            for (int block = 0; block < stateOf.length; block++) {
                int from = block * BLOCK;
                int until = Math.min(Math.min(from + BLOCK, result.length), replayed.size);
                if (stateOf[block] == state && from < until) {
                    System.arraycopy(replayed.bytes, from, result, from, until - from);
                }
            }
        }
        return result;
    }

    /** The oldest and the newest state are as likely as all those between together. */
    private static int pick(int states, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> states - 1;
            default -> random.nextInt(states);
        };
    }
}
