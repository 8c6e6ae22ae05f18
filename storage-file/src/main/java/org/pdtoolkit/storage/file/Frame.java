package org.pdtoolkit.storage.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One write: the unit that a crash keeps whole or not at all. Shared by log segments and state
 * files; starts on an 8-byte boundary; big endian.
 *
 * <pre>
 *   0        4        8          16        24      28         32           36       40
 *   +--------+--------+----------+---------+-------+----------+------------+--------+
 *   | "PDFR" | length | sequence | durable | chain | body crc | header crc | "HEAD" |
 *   +--------+--------+----------+---------+-------+----------+------------+--------+
 *   | body: length bytes, a multiple of 8                                           |
 *   +---------------------+---------------------------------------------------------+
 *   | "PDFRAME.", 8 bytes |
 *   +---------------------+
 * </pre>
 *
 * <ul>
 *   <li>sequence grows by one with each frame, across the files of a log.
 *   <li>durable: everything before this offset of the file was forced when the frame was written.
 *   <li>chain: header crc of the frame before; a frame in the wrong place breaks the chain.
 *   <li>header crc: CRC32C of salt, the frame's offset, and bytes 0..31; so it covers the body too.
 *   <li>the two marks are never zero: where a write was torn, unwritten bytes read as zeros.
 * </ul>
 */
final class Frame {
    static final int HEADER = 40;
    static final int TRAILER = 8;
    static final int OVERHEAD = HEADER + TRAILER;
    static final int BODY_MAX = Integer.MAX_VALUE - 1024;

    static final int MAGIC = 0x5044_4652; // "PDFR"
    static final int HEAD_MARK = 0x4845_4144; // "HEAD"
    static final long END_MARK = 0x5044_4652_414d_452eL; // "PDFRAME."

    private Frame() {}

    /** A header whose checksum is right. */
    record Header(int length, long sequence, long durable, int chain, int bodyCrc, int crc) {}

    /**
     * Completes a frame whose body already stands at {@link #HEADER} in {@code out}; its limit is
     * the end of the body, already padded.
     *
     * @return the header crc, the chain value of the next frame
     */
    static int seal(
            ByteBuffer out, long salt, long offset, long sequence, long durable, int chain) {
        int length = out.limit() - HEADER;
        int bodyCrc = bodyCrc(out, HEADER, length);
        out.putInt(0, MAGIC).putInt(4, length).putLong(8, sequence).putLong(16, durable);
        out.putInt(24, chain).putInt(28, bodyCrc);
        int crc = headerCrc(out, 0, salt, offset);
        out.putInt(32, crc).putInt(36, HEAD_MARK);
        out.limit(HEADER + length + TRAILER);
        out.putLong(HEADER + length, END_MARK);
        return crc;
    }

    /** The header at {@code at}, or {@code null} when it is not one that was written there. */
    static Header header(ByteBuffer in, int at, long salt, long offset) {
        if (in.getInt(at) != MAGIC || in.getInt(at + 36) != HEAD_MARK) {
            return null;
        }
        int crc = in.getInt(at + 32);
        int length = in.getInt(at + 4);
        if (crc != headerCrc(in, at, salt, offset) || length < 0 || length % 8 != 0) {
            return null;
        }
        return new Header(
                length,
                in.getLong(at + 8),
                in.getLong(at + 16),
                in.getInt(at + 24),
                in.getInt(at + 28),
                crc);
    }

    static int bodyCrc(ByteBuffer in, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(slice(in, at, length));
        return (int) crc.getValue();
    }

    private static int headerCrc(ByteBuffer in, int at, long salt, long offset) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(salt).putLong(offset).flip());
        crc.update(slice(in, at, 32));
        return (int) crc.getValue();
    }

    static ByteBuffer slice(ByteBuffer in, int at, int length) {
        return in.duplicate().limit(at + length).position(at);
    }

    static int padded(int length) {
        return (length + 7) & -8;
    }
}
