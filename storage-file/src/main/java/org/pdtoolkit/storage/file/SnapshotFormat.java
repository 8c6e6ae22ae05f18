package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The content of a snapshot file, big endian: blocks of 64 KiB, each checked before a byte of it is
 * handed out.
 *
 * <pre>
 * 0           48                                                         size - 16
 * +-----------+--------+--------+----------+--------+--------+-----------+---------+---------+
 * | header 48 | length | crc32c | content  | length | crc32c | content   | 0, crc  | total   |
 * |           | u32    | u32    | 65536    | u32    | u32    | 1..65536  | u32,u32 | u64     |
 * +-----------+--------+--------+----------+--------+--------+-----------+---------+---------+
 * </pre>
 *
 * Every block but the last one is full. Each crc covers the crc before it (the first one: the
 * header's), the length and the content; the one of the end covers the total size of the content,
 * so a block that is missing, repeated or of another file is found.
 */
final class SnapshotFormat {
    static final int BLOCK = 64 << 10;
    static final int BLOCK_HEADER = 8;
    static final int FOOTER = 16;

    private SnapshotFormat() {}

    /** Size of the content of a complete file of {@code fileSize} bytes; -1 if none has it. */
    static long contentBytes(long fileSize) {
        long body = fileSize - FileHeader.BYTES - FOOTER;
        long full = body / (BLOCK + BLOCK_HEADER);
        long rest = body % (BLOCK + BLOCK_HEADER);
        if (body < 0 || rest > 0 && rest <= BLOCK_HEADER) {
            return -1;
        }
        return full * BLOCK + (rest == 0 ? 0 : rest - BLOCK_HEADER);
    }

    private static int crc(int chain, ByteBuffer rest) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(4).putInt(chain).flip());
        crc.update(rest);
        return (int) crc.getValue();
    }

    /** Writes blocks; {@link #finish} ends the file. Thread: one. */
    static final class Output extends OutputStream {
        private final FileSystemOps.Handle handle;
        private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK + BLOCK_HEADER);
        private long position = FileHeader.BYTES;
        private long total;
        private int chain;
        private IOException broken;

        Output(FileSystemOps.Handle handle, FileHeader header) throws IOException {
            this.handle = handle;
            handle.write(header.encode(), 0);
            chain = header.chainStart();
            block.position(BLOCK_HEADER);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            requireWhole();
            int done = 0;
            while (done < length) {
                int n = Math.min(block.remaining(), length - done);
                block.put(source, offset + done, n);
                done += n;
                if (!block.hasRemaining()) {
                    writeBlock();
                }
            }
        }

        /** A stream that lost a block must not be finished, even by a caller who ignored it. */
        private void requireWhole() throws IOException {
            if (broken != null) {
                throw new IOException("an earlier write to this snapshot failed", broken);
            }
        }

        private void writeBlock() throws IOException {
            int length = block.position() - BLOCK_HEADER;
            block.flip();
            block.putInt(0, length);
            chain = crc(chain, checked(block, length));
            block.putInt(4, chain);
            try {
                handle.write(block, position);
            } catch (IOException e) {
                broken = e;
                throw e;
            }
            position += BLOCK_HEADER + (long) length;
            total += length;
            block.clear().position(BLOCK_HEADER);
        }

        /** Writes what is left and the footer; returns the size of the content. */
        long finish() throws IOException {
            requireWhole();
            if (block.position() > BLOCK_HEADER) {
                writeBlock();
            }
            ByteBuffer footer = ByteBuffer.allocate(FOOTER).putInt(0).putInt(0).putLong(total);
            footer.putInt(4, crc(chain, footer.duplicate().position(8)));
            handle.write(footer.flip(), position);
            return total;
        }
    }

    /** The crc covers the length too: a copy of it stands in front of the content. */
    private static ByteBuffer checked(ByteBuffer block, int length) {
        ByteBuffer copy = ByteBuffer.allocate(4 + length).putInt(length);
        copy.put(block.duplicate().limit(BLOCK_HEADER + length).position(BLOCK_HEADER));
        return copy.flip();
    }

    /** Reads and checks blocks. Errors: CORRUPT, as an unchecked exception. Thread: one. */
    static final class Input extends InputStream {
        private final FileSystemOps.Handle handle;
        private final Path file;
        private final long contentBytes;
        private ByteBuffer block = ByteBuffer.allocate(0);
        private long position = FileHeader.BYTES;
        private long total;
        private int chain;
        private boolean ended;

        Input(FileSystemOps.Handle handle, Path file, FileHeader header) throws IOException {
            this.handle = handle;
            this.file = file;
            this.contentBytes = contentBytes(handle.size());
            this.chain = header.chainStart();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            while (!block.hasRemaining()) {
                if (ended) {
                    return -1;
                }
                nextBlock();
            }
            int n = Math.min(length, block.remaining());
            block.get(target, offset, n);
            return n;
        }

        private void nextBlock() throws IOException {
            ByteBuffer head = ByteBuffer.allocate(BLOCK_HEADER);
            if (handle.read(head, position) < BLOCK_HEADER) {
                throw damaged("the end of the file");
            }
            int length = head.getInt(0);
            if (length < 0 || length > BLOCK) {
                throw damaged("a block of " + length + " bytes");
            }
            int bytes = length == 0 ? FOOTER - BLOCK_HEADER : length;
            ByteBuffer in = ByteBuffer.allocate(BLOCK_HEADER + bytes);
            if (handle.read(in, position) < in.capacity()) {
                throw damaged("the end of the file");
            }
            ByteBuffer content = in.duplicate().position(BLOCK_HEADER);
            int crc = crc(chain, length == 0 ? content.duplicate() : checked(in, length));
            if (crc != in.getInt(4)) {
                throw damaged("a block with checksum " + FileHeader.hex(crc));
            }
            if (length == 0) {
                if (content.getLong(BLOCK_HEADER) != total || total != contentBytes) {
                    throw damaged("an end after " + total + " bytes");
                }
                ended = true;
                return;
            }
            chain = crc;
            position += in.capacity();
            total += length;
            block = content;
        }

        private RuntimeException damaged(String found) {
            return Fuse.corrupt(file, position, found, "the next block, content so far " + total);
        }

        @Override
        public void close() throws IOException {
            handle.close();
        }
    }
}
