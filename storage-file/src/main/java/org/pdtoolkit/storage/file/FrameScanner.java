package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.pdtoolkit.storage.support.Fuse;

/**
 * Reads the frames of a file in order and decides what the first bad one means.
 *
 * <p>A crash leaves each 512-byte block of an unforced write either written or as it was: zeros, or
 * beyond the end of the file. So a bad frame is a <em>torn tail</em>, and may be cut, only if both
 * hold: (1) some block of it, or its end, reads as zeros or is missing; (2) no frame behind it says
 * that this place had been forced. Everything else is damage and is refused. Damage that looks
 * exactly like a torn last write (its blocks zeroed) cannot be told from one.
 */
final class FrameScanner {
    private static final int BLOCK = 512;
    private static final int CHUNK = 1 << 20;

    /** Receives the bodies in order. */
    interface Visitor {
        /**
         * @param bodyOffset where the body stands in the file
         * @param body positioned at its start; valid during the call
         */
        void frame(long bodyOffset, ByteBuffer body) throws IOException;
    }

    /**
     * Where the frames end.
     *
     * @param offset end of the last good frame
     * @param sequence of the next frame
     * @param chain for the next frame
     * @param torn whether something unusable follows that has to be cut
     */
    record Tail(long offset, long sequence, int chain, boolean torn) {}

    private final Path file;
    private final FileHeader header;
    private final long size;
    private final FileWindow window;

    FrameScanner(FileSystemOps.Handle handle, Path file, FileHeader header) throws IOException {
        this.file = file;
        this.header = header;
        this.size = handle.size();
        this.window = new FileWindow(handle, (int) Math.min(CHUNK, size));
    }

    Tail scan(Visitor visitor) throws IOException {
        long offset = FileHeader.BYTES;
        long sequence = header.firstSequence();
        int chain = header.chainStart();
        while (true) {
            ByteBuffer head = window.at(offset, Frame.HEADER);
            Frame.Header frame =
                    head.remaining() < Frame.HEADER
                            ? null
                            : Frame.header(head, 0, header.salt(), offset);
            if (frame == null) {
                boolean tearExplains = looksTorn(head); // before the window moves on
                if (onlyZerosFrom(offset)) {
                    return new Tail(offset, sequence, chain, false);
                }
                if (!tearExplains) {
                    throw Fuse.corrupt(
                            file,
                            offset,
                            "a frame header with a wrong checksum",
                            "a frame, or zeros where the last write was torn");
                }
                refuseIfForced(offset + 8, offset);
                return new Tail(offset, sequence, chain, true);
            }
            if (frame.sequence() != sequence || frame.chain() != chain) {
                throw Fuse.corrupt(
                        file,
                        offset,
                        "frame " + frame.sequence() + " after " + FileHeader.hex(frame.chain()),
                        "frame " + sequence + " after " + FileHeader.hex(chain));
            }
            long total = (long) frame.length() + Frame.OVERHEAD;
            ByteBuffer whole =
                    offset + total > size ? null : window.at(offset, Math.toIntExact(total));
            if (whole == null || !intact(whole, frame)) {
                if (whole != null) {
                    refuseUnlessTornBody(whole, offset, frame);
                }
                refuseIfForced(offset + 8, offset);
                return new Tail(offset, sequence, chain, true);
            }
            visitor.frame(offset + Frame.HEADER, Frame.slice(whole, Frame.HEADER, frame.length()));
            offset += total;
            sequence++;
            chain = frame.crc();
        }
    }

    private static boolean intact(ByteBuffer whole, Frame.Header frame) {
        return whole.getLong(Frame.HEADER + frame.length()) == Frame.END_MARK
                && Frame.bodyCrc(whole, Frame.HEADER, frame.length()) == frame.bodyCrc();
    }

    private static boolean looksTorn(ByteBuffer head) {
        return head.remaining() < Frame.HEADER
                || head.getLong(0) == 0
                || head.get(Frame.HEADER - 1) == 0;
    }

    private void refuseUnlessTornBody(ByteBuffer whole, long offset, Frame.Header frame) {
        int end = whole.limit();
        if (whole.get(end - 1) == 0) {
            return;
        }
        // The block with the end of the header was written, so the first to look at is the next.
        int at = (int) (BLOCK - (offset + Frame.HEADER - 1) % BLOCK) + Frame.HEADER - 1;
        for (; at + BLOCK <= end; at += BLOCK) {
            if (zeros(Frame.slice(whole, at, BLOCK))) {
                return;
            }
        }
        throw Fuse.corrupt(
                file,
                offset,
                "a body of "
                        + frame.length()
                        + " bytes with checksum "
                        + FileHeader.hex(Frame.bodyCrc(whole, Frame.HEADER, frame.length())),
                FileHeader.hex(frame.bodyCrc()));
    }

    /** Fails if a frame behind {@code bad} was written when {@code bad} had been forced. */
    private void refuseIfForced(long from, long bad) throws IOException {
        long offset = from;
        while (offset + Frame.HEADER <= size) {
            int want = (int) Math.min(CHUNK / 2, size - offset);
            ByteBuffer block = window.at(offset, want);
            int at = 0;
            for (; at + Frame.HEADER <= block.limit(); at += 8) {
                if (block.getInt(at) != Frame.MAGIC) {
                    continue;
                }
                Frame.Header later = Frame.header(block, at, header.salt(), offset + at);
                if (later != null && later.durable() > bad) {
                    throw Fuse.corrupt(
                            file,
                            bad,
                            "an unreadable frame before the valid frame at " + (offset + at),
                            "a readable one: it had been forced to disk");
                }
            }
            offset += at;
        }
    }

    private boolean onlyZerosFrom(long offset) throws IOException {
        for (long at = offset; at < size; ) {
            ByteBuffer block = window.at(at, (int) Math.min(CHUNK / 2, size - at));
            if (!zeros(block)) {
                return false;
            }
            at += block.limit();
        }
        return true;
    }

    private static boolean zeros(ByteBuffer block) {
        int at = block.position();
        for (; at + 8 <= block.limit(); at += 8) {
            if (block.getLong(at) != 0) {
                return false;
            }
        }
        for (; at < block.limit(); at++) {
            if (block.get(at) != 0) {
                return false;
            }
        }
        return true;
    }
}
