package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The first 48 bytes of every file of this backend, big endian.
 *
 * <pre>
 *  0        8          12     16        24      32               40      44       48
 *  +--------+----------+------+---------+-------+----------------+-------+--------+
 *  | kind   | version  | zero | number  | salt  | first sequence | chain | crc32c |
 *  | 8 text | u32      | u32  | u64     | u64   | u64            | u32   | u32    |
 *  +--------+----------+------+---------+-------+----------------+-------+--------+
 * </pre>
 *
 * The crc covers bytes 0..43. The header is forced before the file gets its final name, so a crash
 * never tears it.
 *
 * @param kind what the file holds
 * @param number segment, generation or snapshot index: equals the one in the file name
 * @param salt random; enters the checksum of every frame, so that bytes of another file that ended
 *     up here (or inside a value) are never taken for a frame
 * @param firstSequence sequence of the first frame; the term in a snapshot
 * @param chain checksum of the last frame of the previous file, 0 for none
 */
record FileHeader(Kind kind, long number, long salt, long firstSequence, int chain) {
    static final int BYTES = 48;
    static final int VERSION = 1;

    /** What a file holds, by its first eight bytes. */
    enum Kind {
        LOG(0x5044_544b_4c4f_470aL), // "PDTKLOG\n"
        STATE(0x5044_544b_5354_410aL), // "PDTKSTA\n"
        SNAPSHOT(0x5044_544b_534e_500aL); // "PDTKSNP\n"

        private final long magic;

        Kind(long magic) {
            this.magic = magic;
        }
    }

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(kind.magic).putInt(VERSION).putInt(0);
        out.putLong(number).putLong(salt).putLong(firstSequence).putInt(chain);
        return out.putInt(crc(out)).flip();
    }

    /** The crc of the first 44 bytes: where the chain of a file starts. */
    int chainStart() {
        return encode().getInt(BYTES - 4);
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(BYTES - 4));
        return (int) crc.getValue();
    }

    /** Reads and checks the header of a file whose name says {@code number}. */
    static FileHeader read(FileSystemOps.Handle handle, Path file, Kind kind, long number)
            throws IOException {
        ByteBuffer in = ByteBuffer.allocate(BYTES);
        int n = handle.read(in, 0);
        if (n < BYTES) {
            throw Fuse.corrupt(file, 0, n + " bytes", "a header of " + BYTES + " bytes");
        }
        if (in.getLong(0) != kind.magic) {
            throw Fuse.corrupt(file, 0, hex(in.getLong(0)), "the mark " + hex(kind.magic));
        }
        int crc = in.getInt(BYTES - 4);
        if (crc != crc(in)) {
            throw Fuse.corrupt(file, 44, "header checksum " + hex(crc), hex(crc(in)));
        }
        int version = in.getInt(8);
        if (version != VERSION) {
            throw new StorageException.Incompatible(
                    file
                            + ": written in format version "
                            + Integer.toUnsignedString(version)
                            + ", this program reads version "
                            + VERSION
                            + ". Start the program version that wrote it");
        }
        if (in.getLong(16) != number) {
            throw Fuse.corrupt(file, 16, "number " + in.getLong(16), "the file name's " + number);
        }
        return new FileHeader(kind, number, in.getLong(24), in.getLong(32), in.getInt(40));
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
