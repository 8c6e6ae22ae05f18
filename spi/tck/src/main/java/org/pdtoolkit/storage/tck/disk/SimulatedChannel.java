package org.pdtoolkit.storage.tck.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Fault;

/**
 * An open file or directory. A deleted file lives on in its channels. Cannot be mapped into memory.
 * Thread: safe; an interrupt closes it, as it does every {@link FileChannel}.
 */
final class SimulatedChannel extends FileChannel {
    private static final int TRANSFER_BYTES = 8192;

    private final SimulatedDisk disk;
    private final DiskNode node;
    private final OpenMode mode;
    private long position;

    SimulatedChannel(SimulatedDisk disk, DiskNode node, OpenMode mode) {
        this.disk = disk;
        this.node = node;
        this.mode = mode;
    }

    private interface Operation {
        long run() throws IOException;
    }

    /** Runs under the monitor of the disk, interruptible as the contract of the class demands. */
    private long operate(Operation operation) throws IOException {
        requireOpen();
        boolean completed = false;
        try {
            begin();
            synchronized (disk) {
                disk.requirePower();
                long result = isOpen() ? operation.run() : 0;
                completed = true;
                return result;
            }
        } finally {
            end(completed);
        }
    }

    private void requireOpen() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private DiskFile file() throws IOException {
        if (node instanceof DiskFile file) {
            return file;
        }
        throw new IOException("Is a directory");
    }

    private void requireReadable() throws IOException {
        requireOpen();
        if (!mode.read()) {
            throw new NonReadableChannelException();
        }
    }

    private void requireWritable() throws IOException {
        requireOpen();
        if (!mode.write()) {
            throw new NonWritableChannelException();
        }
    }

    private static void requireNotNegative(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative: " + number);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        requireReadable();
        return (int)
                operate(
                        () -> {
                            int n = readAt(target, position);
                            position += Math.max(0, n);
                            return n;
                        });
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
        requireNotNegative(at);
        requireReadable();
        return (int) operate(() -> readAt(target, at));
    }

    private int readAt(ByteBuffer target, long at) throws IOException {
        DiskFile file = file();
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("read-only buffer");
        }
        disk.countRead(null);
        if (!target.hasRemaining()) {
            return 0;
        }
        if (at >= file.size()) {
            return -1;
        }
        byte[] bytes = new byte[(int) Math.min(target.remaining(), file.size() - at)];
        file.read((int) at, bytes, bytes.length);
        target.put(bytes);
        return bytes.length;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            int wanted = targets[i].remaining();
            int n = read(targets[i]);
            if (n < 0) {
                return total == 0 ? -1 : total;
            }
            total += n;
            if (n < wanted) {
                break;
            }
        }
        return total;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        requireWritable();
        return (int)
                operate(
                        () -> {
                            if (mode.append()) {
                                position = file().size();
                            }
                            int n = writeAt(source, position);
                            position += n;
                            return n;
                        });
    }

    @Override
    public int write(ByteBuffer source, long at) throws IOException {
        requireNotNegative(at);
        requireWritable();
        return (int) operate(() -> writeAt(source, mode.append() ? file().size() : at));
    }

    private int writeAt(ByteBuffer source, long at) throws IOException {
        DiskFile file = file();
        disk.requireWritable(null);
        int asked = source.remaining();
        if (asked == 0) {
            return 0;
        }
        if (at + asked > Integer.MAX_VALUE - 8) {
            throw new IOException("File too large");
        }
        Fault fault = disk.step(at + asked > file.size());
        int done =
                switch (fault) {
                    case NONE -> asked;
                    case POWER_LOSS, ERROR, FILLS_UP -> asked / 2;
                    case FULL -> 0;
                };
        if (done > 0) {
            byte[] bytes = new byte[done];
            source.get(bytes);
            file.write((int) at, bytes);
        }
        if (fault != Fault.FILLS_UP || done == 0) {
            disk.raise(fault, null);
        }
        if (mode.synced()) {
            forceNow();
        }
        return done;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        requireWritable();
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += write(sources[i]);
            if (sources[i].hasRemaining()) {
                break;
            }
        }
        return total;
    }

    @Override
    public long position() throws IOException {
        return operate(() -> mode.append() ? file().size() : position);
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
        requireOpen();
        requireNotNegative(newPosition);
        operate(() -> position = newPosition);
        return this;
    }

    @Override
    public long size() throws IOException {
        return operate(() -> node instanceof DiskFile file ? file.size() : 0);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        requireOpen();
        requireNotNegative(size);
        requireWritable();
        operate(
                () -> {
                    if (size < file().size()) {
                        disk.requireWritable(null);
                        disk.wholeStep(false, null);
                        file().truncate((int) size);
                    }
                    position = Math.min(position, size);
                    return size;
                });
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        operate(this::forceNow);
    }

    private long forceNow() throws IOException {
        disk.wholeStep(false, null);
        node.force();
        return 0;
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
        requireNotNegative(from);
        requireNotNegative(count);
        requireReadable();
        long total = 0;
        while (total < count) {
            int wanted = (int) Math.min(TRANSFER_BYTES, count - total);
            ByteBuffer part = ByteBuffer.allocate(wanted);
            if (read(part, from + total) <= 0) {
                break;
            }
            total += target.write(part.flip());
            if (part.hasRemaining()) {
                break;
            }
        }
        return total;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long to, long count) throws IOException {
        requireNotNegative(to);
        requireNotNegative(count);
        requireWritable();
        if (to > size()) {
            return 0;
        }
        long total = 0;
        while (total < count) {
            int wanted = (int) Math.min(TRANSFER_BYTES, count - total);
            ByteBuffer part = ByteBuffer.allocate(wanted);
            if (source.read(part) <= 0) {
                break;
            }
            part.flip();
            while (part.hasRemaining()) {
                total += write(part, to + total);
            }
        }
        return total;
    }

    @Override
    public MappedByteBuffer map(MapMode mapMode, long from, long size) {
        throw new UnsupportedOperationException("a simulated disk cannot be mapped");
    }

    /** Never blocks: every holder is in this process, and overlapping is refused within one. */
    @Override
    public FileLock lock(long from, long size, boolean shared) throws IOException {
        return tryLock(from, size, shared);
    }

    @Override
    public FileLock tryLock(long from, long size, boolean shared) throws IOException {
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
        SimulatedLock lock = new SimulatedLock(this, from, size, shared);
        operate(
                () -> {
                    List<SimulatedLock> held = disk.locks(node);
                    held.removeIf(other -> !other.isValid());
                    if (held.stream().anyMatch(other -> other.overlaps(from, size))) {
                        throw new OverlappingFileLockException();
                    }
                    held.add(lock);
                    return 0;
                });
        return lock;
    }

    @Override
    protected void implCloseChannel() {
        // its locks are no longer valid, and the node needs no count of its channels
    }
}
