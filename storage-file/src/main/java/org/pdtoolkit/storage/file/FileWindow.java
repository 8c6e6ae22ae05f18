package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Sequential reading of a file through one buffer.
 *
 * <p>Thread: one.
 */
final class FileWindow {
    private final FileSystemOps.Handle handle;
    private final int chunk;
    private ByteBuffer buffer;
    private long start;

    /**
     * @param chunk bytes read at once when not more are asked for
     */
    FileWindow(FileSystemOps.Handle handle, int chunk) {
        this.handle = handle;
        this.chunk = chunk;
        this.buffer = ByteBuffer.allocate(chunk).limit(0);
    }

    /** A buffer with {@code length} bytes from {@code position} on, fewer at the end of file. */
    ByteBuffer at(long position, int length) throws IOException {
        if (position < start || position + length > start + buffer.limit()) {
            if (buffer.capacity() < length || buffer.capacity() > chunk && length <= chunk) {
                buffer = ByteBuffer.allocate(Math.max(chunk, length));
            }
            buffer.clear();
            int n = handle.read(buffer, position);
            buffer.position(0).limit(n);
            start = position;
        }
        int from = (int) (position - start);
        int available = Math.min(length, buffer.limit() - from);
        return buffer.slice(from, Math.max(0, available));
    }
}
