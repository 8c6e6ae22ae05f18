package org.pdtoolkit.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The journal of a {@link BlockFile}: batches of bytes, each durable as a whole or not at all.
 *
 * <p>A batch is cut into sectors of 512 bytes, which stand one behind the other:
 *
 * <pre>
 *   0  crc32c 4    of the salt, the sector's number in the file, and bytes 4..512
 *   4  index 4     of the sector in its batch
 *   8  count 4     sectors of the batch, at least 2
 *  12  round 8     number of the batch that began this round
 *  20  number 8    of the batch; consecutive within a round
 *  28  payload 484 the batch's bytes, then zeros
 * </pre>
 *
 * <p>A <em>round</em> begins at the start of the file, over what the round before left there, once
 * the block file holds everything of the round before. Its first batch, the <em>mark</em>, says how
 * long the block file is then. Only the newest round counts. Space is made ahead of the batches as
 * zeros, up to the size of the journal, so that a batch usually costs one write and one force; a
 * batch that is larger makes the file longer until the next round.
 *
 * <p>Thread: one owner.
 */
final class Journal implements AutoCloseable {
    static final int SECTOR = 512;
    static final int HEADER = 28;
    static final int PAYLOAD = SECTOR - HEADER;

    /** So that a write torn inside its first sector leaves a second one as it was. */
    private static final int SECTORS_MIN = 2;

    /** Zeros written ahead at once. */
    private static final int ALLOCATION_UNIT_MAX = 256 << 10;

    private final Path path;
    private final FileChannel channel;
    private final long salt;
    private final long bytes;

    private long allocated;
    private long tail;
    private long round;
    private long number;
    private boolean unusable;

    /**
     * @param found what {@link JournalScan} saw in the file
     * @param bytes size up to which a round grows
     */
    Journal(Path path, FileChannel channel, long salt, long bytes, JournalScan.Found found)
            throws IOException {
        this.path = path;
        this.channel = channel;
        this.salt = salt;
        this.bytes = bytes;
        this.allocated = channel.size() / SECTOR * SECTOR;
        this.tail = found.tail();
        this.round = found.round();
        this.number = found.lastNumber();
        this.unusable = found.torn() || found.round() == 0;
    }

    Path path() {
        return path;
    }

    long allocated() {
        return allocated;
    }

    /** Whether a batch can follow in this round without making the file longer than it should. */
    boolean hasRoomFor(int payloadBytes) {
        return !unusable && tail + sectors(payloadBytes) * (long) SECTOR <= bytes;
    }

    /** Whether the round holds nothing but its mark. */
    boolean isFresh() {
        return !unusable && number == round;
    }

    private static int sectors(int payloadBytes) {
        return Math.max(SECTORS_MIN, (payloadBytes + PAYLOAD - 1) / PAYLOAD);
    }

    /**
     * Writes a batch and blocks until it is on stable media.
     *
     * <p>Errors: {@link IOException}; when that was for lack of room, nothing counts of the batch,
     * and a new round must begin before the next one unless {@link #hasRoomFor} says otherwise.
     */
    void append(ByteBuffer payload) throws IOException {
        if (unusable) {
            throw new IllegalStateException(path + ": the round ended");
        }
        int sectors = sectors(payload.remaining());
        allocate(tail + sectors * (long) SECTOR);
        unusable = true; // until it is known that no half of this batch is left
        write(payload, sectors, number + 1);
        channel.force(false);
        number++;
        tail += sectors * (long) SECTOR;
        unusable = false;
    }

    /** Begins a round with its mark: whatever the journal held counts no more. */
    void startRound(ByteBuffer mark) throws IOException {
        int sectors = sectors(mark.remaining());
        allocate(sectors * (long) SECTOR);
        unusable = true;
        tail = 0;
        number++;
        round = number;
        write(mark, sectors, number);
        channel.force(false);
        tail = sectors * (long) SECTOR;
        unusable = false;
        if (allocated > bytes) {
            // After the force: a cut journal of the old round must never be taken for a whole one.
            channel.truncate(bytes);
            allocated = bytes;
        }
    }

    private void allocate(long end) throws IOException {
        if (end <= allocated) {
            return;
        }
        long unit = Math.max(SECTOR, Math.min(bytes / 4, ALLOCATION_UNIT_MAX) / SECTOR * SECTOR);
        long wanted = Math.max(end, Math.min(bytes, allocated + unit)) / SECTOR * SECTOR;
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ALLOCATION_UNIT_MAX, wanted));
        while (allocated < wanted) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), wanted - allocated));
            int step = zeros.limit();
            BlockFile.writeFully(channel, zeros, allocated);
            allocated += step;
        }
    }

    private void write(ByteBuffer payload, int sectors, long batch) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(sectors * SECTOR);
        for (int i = 0; i < sectors; i++) {
            int at = i * SECTOR;
            out.putInt(at + 4, i).putInt(at + 8, sectors);
            out.putLong(at + 12, round).putLong(at + 20, batch);
            int part = Math.min(PAYLOAD, payload.remaining());
            payload.get(out.array(), at + HEADER, part);
            out.putInt(at, crc(salt, tail / SECTOR + i, out.array(), at));
        }
        BlockFile.writeFully(channel, out, tail);
    }

    /** Checksum of the sector that starts at {@code at} of {@code bytes}. */
    static int crc(long salt, long sector, byte[] bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(salt).putLong(sector).flip());
        crc.update(bytes, at + 4, SECTOR - 4);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
