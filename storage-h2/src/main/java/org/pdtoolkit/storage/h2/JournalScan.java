package org.pdtoolkit.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.storage.support.Fuse;

/**
 * Reads a {@link Journal} and decides what a batch that is not whole means.
 *
 * <p>A crash leaves each sector of an unforced batch either written or as it was: zeros, missing,
 * or of an earlier round. A batch is forced before the next one is written. So a batch that is not
 * whole is <em>torn</em>, was never acknowledged, and is skipped, only if both hold: (1) some
 * sector of it reads as it was; (2) no later batch of its round is there. Everything else is damage
 * and is refused. What stands behind the end of the newest round is of no account.
 */
final class JournalScan {
    /**
     * What the journal holds.
     *
     * @param batches of the newest round in order, the mark first; none in a new journal or when
     *     the mark is torn
     * @param round number of the newest round, 0 in a new journal
     * @param lastNumber highest number of any batch, torn ones included
     * @param tail where the next batch goes
     * @param torn whether something unusable stands there
     */
    record Found(List<ByteBuffer> batches, long round, long lastNumber, long tail, boolean torn) {}

    private enum Kind {
        /** Zeros, or beyond the end of the file. */
        EMPTY,
        VALID,
        BROKEN
    }

    private final Path path;
    private final long salt;
    private final byte[] bytes;
    private final int sectors;
    private final Kind[] kinds;
    private final List<ByteBuffer> batches = new ArrayList<>();
    private long round;
    private long lastNumber;

    private JournalScan(Path path, long salt, byte[] bytes) {
        this.path = path;
        this.salt = salt;
        this.bytes = bytes;
        this.sectors = bytes.length / Journal.SECTOR;
        this.kinds = new Kind[sectors];
    }

    static Found scan(Path path, FileChannel channel, long salt) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(channel.size())];
        BlockFile.readFully(channel, ByteBuffer.wrap(bytes), 0);
        return new JournalScan(path, salt, bytes).run();
    }

    private Found run() {
        for (int i = 0; i < sectors; i++) {
            kinds[i] = classify(i);
            if (kinds[i] == Kind.VALID) {
                round = Math.max(round, roundOf(i));
                lastNumber = Math.max(lastNumber, numberOf(i));
            }
        }
        int at = 0;
        for (long expected = round; ; expected++) {
            int next = firstOfRound(at);
            if (next < 0) {
                return end(at);
            }
            if (next - indexOf(next) != at || numberOf(next) != expected) {
                throw Fuse.corrupt(
                        path,
                        at * (long) Journal.SECTOR,
                        "batch " + numberOf(next) + " of a later write behind it",
                        "batch " + expected);
            }
            int count = countOf(next);
            if (!isWhole(at, count, expected)) {
                return new Found(batches, round, lastNumber, at * (long) Journal.SECTOR, true);
            }
            batches.add(payload(at, count));
            at += count;
        }
    }

    private Kind classify(int sector) {
        int at = sector * Journal.SECTOR;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int crc = buffer.getInt(at);
        if (crc == Journal.crc(salt, sector, bytes, at)
                && indexOf(sector) >= 0
                && indexOf(sector) < countOf(sector)) {
            return Kind.VALID;
        }
        for (int i = at; i < at + Journal.SECTOR; i++) {
            if (bytes[i] != 0) {
                return Kind.BROKEN;
            }
        }
        return Kind.EMPTY;
    }

    private int indexOf(int sector) {
        return ByteBuffer.wrap(bytes).getInt(sector * Journal.SECTOR + 4);
    }

    private int countOf(int sector) {
        return ByteBuffer.wrap(bytes).getInt(sector * Journal.SECTOR + 8);
    }

    private long roundOf(int sector) {
        return ByteBuffer.wrap(bytes).getLong(sector * Journal.SECTOR + 12);
    }

    private long numberOf(int sector) {
        return ByteBuffer.wrap(bytes).getLong(sector * Journal.SECTOR + 20);
    }

    private boolean isOfRound(int sector) {
        return sector < sectors && kinds[sector] == Kind.VALID && roundOf(sector) == round;
    }

    /** As it was before the round came here. */
    private boolean isOld(int sector) {
        return sector >= sectors
                || kinds[sector] == Kind.EMPTY
                || kinds[sector] == Kind.VALID && roundOf(sector) < round;
    }

    /** The first sector of the newest round at or behind {@code from}, -1 if there is none. */
    private int firstOfRound(int from) {
        for (int i = from; i < sectors; i++) {
            if (isOfRound(i)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isWhole(int at, int count, long number) {
        int broken = -1;
        boolean old = false;
        for (int i = 0; i < count; i++) {
            int sector = at + i;
            if (isOld(sector)) {
                old = true;
            } else if (!isOfRound(sector)
                    || numberOf(sector) != number
                    || indexOf(sector) != i
                    || countOf(sector) != count) {
                broken = sector;
            }
        }
        int later = firstOfRound(at + count);
        if (broken < 0 && !old) {
            return true;
        }
        if (!old || later >= 0) {
            int where = broken < 0 ? at : broken;
            throw Fuse.corrupt(
                    path,
                    where * (long) Journal.SECTOR,
                    "a sector with a wrong checksum",
                    "a sector of batch " + number + ", which was complete");
        }
        return false;
    }

    /** The round ends here; the next batch may have been torn before a sector of it was whole. */
    private Found end(int at) {
        boolean first = at < sectors && kinds[at] == Kind.BROKEN;
        boolean second = at + 1 < sectors && kinds[at + 1] == Kind.BROKEN;
        if (first && second) {
            throw Fuse.corrupt(
                    path,
                    at * (long) Journal.SECTOR,
                    "sectors with wrong checksums",
                    "a batch, or what was there before it");
        }
        long tail = at * (long) Journal.SECTOR;
        return new Found(batches, round, lastNumber, tail, first || second);
    }

    private ByteBuffer payload(int at, int count) {
        ByteBuffer payload = ByteBuffer.allocate(count * Journal.PAYLOAD);
        for (int i = at; i < at + count; i++) {
            payload.put(bytes, i * Journal.SECTOR + Journal.HEADER, Journal.PAYLOAD);
        }
        return payload.flip();
    }
}
