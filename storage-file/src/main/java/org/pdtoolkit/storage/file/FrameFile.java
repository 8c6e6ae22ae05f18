package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.pdtoolkit.storage.support.Fuse;

/**
 * A file of chained frames open for appending: one write a frame, forced when the owner says so.
 *
 * <p>Thread: one owner. After an {@link IOException} other than {@link
 * FileSystemOps.NoSpaceException} nothing is known about the file; the owner blows its {@link
 * Fuse}.
 */
final class FrameFile implements AutoCloseable {
    private static final int BUFFER_START = 16 << 10;
    private static final int BUFFER_KEPT = 4 << 20;

    private final FileSystemOps.Handle handle;
    private final Path path;
    private final FileHeader header;
    private final int allocationUnit;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_START);
    private ByteBuffer zeros;
    private long tail;
    private long allocated;
    private long durable;
    private long sequence;
    private int chain;

    private FrameFile(
            FileSystemOps.Handle handle, Path path, FileHeader header, int allocationUnit) {
        this.handle = handle;
        this.path = path;
        this.header = header;
        this.allocationUnit = allocationUnit;
    }

    /**
     * A new file with its header written, nothing forced.
     *
     * @param madeAs the name it has until the owner renames it
     * @param allocationUnit bytes of zeros written ahead at a time, so that an append changes no
     *     size and forcing it costs one write of the disk; 0 for a file that grows with its content
     */
    static FrameFile create(
            FileSystemOps fs, Path madeAs, Path path, FileHeader header, int allocationUnit)
            throws IOException {
        FileSystemOps.Handle handle = fs.create(madeAs);
        FrameFile file = new FrameFile(handle, path, header, allocationUnit);
        try {
            handle.write(header.encode(), 0);
        } catch (IOException e) {
            file.closeAfter(e);
            throw e;
        }
        file.tail = FileHeader.BYTES;
        file.allocated = FileHeader.BYTES;
        file.sequence = header.firstSequence();
        file.chain = header.chainStart();
        return file;
    }

    /** Continues a scanned file behind its last good frame; a torn tail is cut, then all forced. */
    static FrameFile resume(
            FileSystemOps.Handle handle,
            Path path,
            FileHeader header,
            FrameScanner.Tail at,
            int allocationUnit)
            throws IOException {
        FrameFile file = new FrameFile(handle, path, header, allocationUnit);
        if (at.torn()) {
            handle.truncate(at.offset());
        }
        // What is readable now may be in memory only: the process before this one was killed.
        handle.force();
        file.tail = at.offset();
        file.allocated = Math.max(at.offset(), handle.size());
        file.durable = at.offset();
        file.sequence = at.sequence();
        file.chain = at.chain();
        return file;
    }

    Path path() {
        return path;
    }

    FileHeader header() {
        return header;
    }

    FileSystemOps.Handle handle() {
        return handle;
    }

    /** Offset of the next frame. */
    long tail() {
        return tail;
    }

    /** Bytes the file takes. */
    long size() {
        return Math.max(tail, allocated);
    }

    long sequence() {
        return sequence;
    }

    int chain() {
        return chain;
    }

    /** The buffer for a body of {@code length} bytes, positioned where it starts. */
    ByteBuffer body(long length) throws IOException {
        if (length > Frame.BODY_MAX) {
            throw new IOException("one write of " + length + " bytes, limit " + Frame.BODY_MAX);
        }
        long needed = length + 8 + Frame.OVERHEAD;
        boolean tooLarge = buffer.capacity() > BUFFER_KEPT && needed <= BUFFER_KEPT;
        if (buffer.capacity() < needed || tooLarge) {
            long grown = Math.min(Math.max(needed, BUFFER_START), Integer.MAX_VALUE - 8);
            long rounded = grown < BUFFER_KEPT ? Long.highestOneBit(grown) * 2 : grown;
            buffer = ByteBuffer.allocateDirect((int) rounded);
        }
        return buffer.clear().position(Frame.HEADER);
    }

    /**
     * Writes the body that was put into {@link #body} as the next frame.
     *
     * <p>Errors: {@link FileSystemOps.NoSpaceException} when there is no room; the file is then as
     * before.
     */
    void append() throws IOException {
        while (buffer.position() % 8 != 0) {
            buffer.put((byte) 0);
        }
        buffer.flip();
        int newChain = Frame.seal(buffer, header.salt(), tail, sequence, durable, chain);
        buffer.position(0);
        int bytes = buffer.limit();
        allocateFor(tail + bytes);
        try {
            handle.write(buffer, tail);
        } catch (FileSystemOps.NoSpaceException e) {
            cutTo(tail);
            durable = tail;
            throw e;
        }
        tail += bytes;
        sequence++;
        chain = newChain;
    }

    private void allocateFor(long end) throws IOException {
        if (allocationUnit == 0 || end <= allocated) {
            return;
        }
        if (zeros == null) {
            zeros = ByteBuffer.allocateDirect(allocationUnit);
        }
        long before = allocated;
        try {
            writeZeros((end / allocationUnit + 1) * allocationUnit);
        } catch (FileSystemOps.NoSpaceException e) {
            cutTo(before);
            try {
                writeZeros(end); // a compaction mark may fit where a whole unit does not
            } catch (FileSystemOps.NoSpaceException stillFull) {
                cutTo(before);
                throw stillFull;
            }
        }
    }

    private void writeZeros(long end) throws IOException {
        while (allocated < end) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), end - allocated));
            int written = zeros.limit();
            handle.write(zeros, allocated);
            allocated += written;
        }
    }

    /** Forced, so that no piece of a failed write can come back under a later frame. */
    private void cutTo(long size) throws IOException {
        handle.truncate(size);
        handle.force();
        allocated = size;
    }

    /** Blocks until every appended frame is on stable media. */
    void force() throws IOException {
        handle.force();
        durable = tail;
    }

    void closeAfter(IOException first) {
        try {
            handle.close();
        } catch (IOException second) {
            first.addSuppressed(second);
        }
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}
