package org.pdtoolkit.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.support.Fuse;

/**
 * A file of 4096-byte blocks in which a loss of power leaves either all or nothing of what was
 * written since the last {@link #force}, and in which damage is found when it is read.
 *
 * <pre>
 *  0  magic 8      "PDBLOCKS"
 *  8  version 4    1
 * 12  salt 8       random
 * 20  crc32c 4     of bytes 0..20
 * 24  block 0: content 4096 | crc32c 4    of the salt, the block's number, and the content
 *     block 1: …
 * </pre>
 *
 * <p>What is written waits in memory. {@link #force} puts it into the {@link Journal} (beside the
 * file, {@code *.journal}) as one batch:
 *
 * <pre>
 * length 8 | count 4 | { number 8 | head 2 | tail 2 | head bytes | tail bytes } …
 * </pre>
 *
 * {@code length} is that of the file in blocks; of a block only what stands before and behind its
 * longest run of zeros is kept. When the journal is full, the blocks go to their places, which are
 * forced before the next round of the journal begins; opening applies what the journal holds. So a
 * place is only ever written while the journal has its content, and a torn one is never read.
 *
 * <p>Thread: one owner; {@link #read} and {@link #length} by anyone, except during {@link
 * #discard}.
 */
final class BlockFile implements AutoCloseable {
    static final int BLOCK = 4096;
    static final int HEADER = 24;
    static final int SLOT = BLOCK + 4;
    static final String JOURNAL = ".journal";

    private static final long MAGIC = 0x5044424c4f434b53L;
    private static final int VERSION = 1;
    private static final int RUN_BLOCKS_MAX = 64;

    /** The journal keeps no zeros, memory does. */
    private static final int HELD_FACTOR = 4;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FileChannel channel;
    private final Journal journal;
    private final long salt;
    private final int heldBlocksMax;

    /** Written since the last force. */
    private final Map<Long, byte[]> pending = new ConcurrentHashMap<>();

    /** In the journal, not yet in their places. */
    private final Map<Long, byte[]> journaled = new ConcurrentHashMap<>();

    private volatile long length;
    private long durableLength;
    private volatile long fileBytes;

    private BlockFile(
            Path path, FileChannel channel, Journal journal, long salt, int heldBlocksMax) {
        this.path = path;
        this.channel = channel;
        this.journal = journal;
        this.salt = salt;
        this.heldBlocksMax = heldBlocksMax;
    }

    /** Opens one of the two files; those that are created are for the owner alone. */
    interface Opener {
        FileChannel open(Path path, OpenOption... options) throws IOException;
    }

    /**
     * Opens the file, made if there is none.
     *
     * <p>Errors: {@link IOException}, also for lack of room; CORRUPT; INCOMPATIBLE.
     *
     * @param journalBytes size of the journal; up to four times as much is held in memory for it
     */
    static BlockFile open(Path path, long journalBytes, Opener opener) throws IOException {
        Path journalPath = path.resolveSibling(path.getFileName() + JOURNAL);
        if (!Files.exists(path)) {
            create(path, journalPath, opener);
        }
        FileChannel channel = null;
        FileChannel journalChannel = null;
        BlockFile file = null;
        try {
            channel = opener.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            long salt = readHeader(path, channel);
            if (!Files.exists(journalPath)) {
                throw Fuse.corrupt(journalPath, 0, "no file", "the journal of " + path);
            }
            journalChannel =
                    opener.open(journalPath, StandardOpenOption.READ, StandardOpenOption.WRITE);
            JournalScan.Found found = JournalScan.scan(journalPath, journalChannel, salt);
            Journal journal = new Journal(journalPath, journalChannel, salt, journalBytes, found);
            BlockFile opened =
                    new BlockFile(
                            path,
                            channel,
                            journal,
                            salt,
                            (int) (journalBytes * HELD_FACTOR / BLOCK));
            opened.apply(found);
            if (!found.batches().isEmpty()) {
                journalChannel.force(false); // a killed process may have left it to the system
            }
            file = opened;
            return file;
        } finally {
            if (file == null) {
                closeAll(channel, journalChannel);
            }
        }
    }

    private static void closeAll(FileChannel... channels) throws IOException {
        for (FileChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** The journal first: a file without one has lost it. */
    private static void create(Path path, Path journalPath, Opener opener) throws IOException {
        try (FileChannel made =
                opener.open(
                        journalPath,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            if (made.size() != 0) {
                throw Fuse.corrupt(path, 0, "no file", "the file of " + journalPath);
            }
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(MAGIC).putInt(VERSION).putLong(RANDOM.nextLong());
        header.putInt(headerCrc(header));
        DurableFiles.replace(path, header.array());
    }

    private static int headerCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, HEADER - 4);
        return (int) crc.getValue();
    }

    private static long readHeader(Path path, FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        readFully(channel, header, 0);
        if (header.hasRemaining()
                || header.getLong(0) != MAGIC
                || header.getInt(HEADER - 4) != headerCrc(header)) {
            throw Fuse.corrupt(path, 0, "a header with a wrong checksum", "a block file");
        }
        if (header.getInt(8) != VERSION) {
            throw new StorageException.Incompatible(
                    path
                            + ": written in version "
                            + header.getInt(8)
                            + " of the block file, this program reads version "
                            + VERSION
                            + ". Use the program that wrote it, or a newer one");
        }
        return header.getLong(12);
    }

    private void apply(JournalScan.Found found) throws IOException {
        long blocksInPlace = Math.max(0, channel.size() - HEADER) / SLOT;
        length = blocksInPlace;
        if (found.round() == 0 && blocksInPlace > 0) {
            throw Fuse.corrupt(journal.path(), 0, "nothing", "the mark that began its round");
        }
        long marked = 0;
        for (int i = 0; i < found.batches().size(); i++) {
            ByteBuffer batch = found.batches().get(i);
            length = batch.getLong();
            if (i == 0) {
                marked = length;
            }
            decode(batch);
            journaled.keySet().removeIf(block -> block >= length);
        }
        // Not less than the mark says, unless a checkpoint to a smaller length was under way.
        if (blocksInPlace < Math.min(marked, length)) {
            throw Fuse.corrupt(path, channel.size(), "its end", marked + " blocks");
        }
        durableLength = length;
        fileBytes = channel.size();
    }

    private void decode(ByteBuffer batch) {
        for (int i = batch.getInt(); i > 0; i--) {
            long number = batch.getLong();
            int head = batch.getShort();
            int tail = batch.getShort();
            byte[] block = new byte[BLOCK];
            batch.get(block, 0, head).get(block, BLOCK - tail, tail);
            journaled.put(number, block);
        }
    }

    Path path() {
        return path;
    }

    /** Bytes, those waiting included; a multiple of {@link #BLOCK}. */
    long length() {
        return length * BLOCK;
    }

    /** Bytes on disk, the journal included. */
    long bytesOnDisk() {
        return fileBytes;
    }

    /** Bytes written since the last force. */
    long pendingBytes() {
        return pending.size() * (long) BLOCK;
    }

    /** Replaces whole blocks, from memory's point of view at once. */
    void write(long position, ByteBuffer source) {
        if (position % BLOCK != 0 || source.remaining() % BLOCK != 0) {
            throw new IllegalArgumentException(
                    source.remaining() + " bytes at " + position + " are not whole blocks");
        }
        long number = position / BLOCK;
        while (source.hasRemaining()) {
            byte[] block = new byte[BLOCK];
            source.get(block);
            pending.put(number++, block);
        }
        length = Math.max(length, number);
    }

    void truncate(long bytes) {
        long blocks = (bytes + BLOCK - 1) / BLOCK;
        if (blocks < length) {
            length = blocks;
            pending.keySet().removeIf(number -> number >= blocks);
        }
    }

    /**
     * Bytes {@code [position, position + bytes)}.
     *
     * <p>Errors: {@link IOException}; CORRUPT for a block whose checksum is wrong, or beyond the
     * end.
     */
    ByteBuffer read(long position, int bytes) throws IOException {
        long until = position + bytes;
        if (position < 0 || until > length()) {
            throw Fuse.corrupt(
                    path, placeOf(length), "its end", bytes + " bytes of content at " + position);
        }
        ByteBuffer target = ByteBuffer.allocate(bytes);
        long last = (until - 1) / BLOCK;
        for (long number = position / BLOCK; number <= last; ) {
            byte[] held = held(number);
            if (held != null) {
                copy(held, 0, number, position, target);
                number++;
            } else {
                int count = 1;
                while (count < RUN_BLOCKS_MAX
                        && number + count <= last
                        && held(number + count) == null) {
                    count++;
                }
                readPlaces(number, count, position, target);
                number += count;
            }
        }
        return target.rewind();
    }

    private byte[] held(long number) {
        byte[] block = pending.get(number);
        return block != null ? block : journaled.get(number);
    }

    /** Copies what of a block lies inside {@code target}, which begins at {@code position}. */
    private static void copy(byte[] from, int at, long number, long position, ByteBuffer target) {
        long start = Math.max(position, number * BLOCK);
        long end = Math.min(position + target.capacity(), (number + 1) * BLOCK);
        target.put(
                (int) (start - position),
                from,
                at + (int) (start - number * BLOCK),
                (int) (end - start));
    }

    private void readPlaces(long number, int count, long position, ByteBuffer target)
            throws IOException {
        ByteBuffer raw = ByteBuffer.allocate(count * SLOT);
        readFully(channel, raw, placeOf(number));
        for (int i = 0; i < count; i++) {
            if (isSound(raw, i, number + i)) {
                copy(raw.array(), i * SLOT, number + i, position, target);
            } else {
                copy(readAgain(number + i), 0, number + i, position, target);
            }
        }
    }

    private boolean isSound(ByteBuffer raw, int index, long number) {
        int at = index * SLOT;
        return raw.position() >= at + SLOT
                && raw.getInt(at + BLOCK) == crc(number, raw.array(), at);
    }

    /** For a reader that met the owner just when this block went to its place. */
    private synchronized byte[] readAgain(long number) throws IOException {
        byte[] held = held(number);
        if (held != null) {
            return held;
        }
        ByteBuffer raw = ByteBuffer.allocate(SLOT);
        readFully(channel, raw, placeOf(number));
        if (!isSound(raw, 0, number)) {
            throw Fuse.corrupt(
                    path,
                    placeOf(number),
                    raw.hasRemaining() ? "its end" : "block " + number + " with a wrong checksum",
                    "a whole block");
        }
        return raw.array();
    }

    private static long placeOf(long number) {
        return HEADER + number * SLOT;
    }

    private int crc(long number, byte[] bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(salt).putLong(number).flip());
        crc.update(bytes, at, BLOCK);
        return (int) crc.getValue();
    }

    /**
     * Blocks until everything written is on stable media.
     *
     * <p>Errors: {@link IOException}; after one for lack of room everything still waits, and the
     * call can be repeated.
     */
    void force() throws IOException {
        if (pending.isEmpty() && length == durableLength) {
            return;
        }
        ByteBuffer batch = encode(pending, length);
        if (!journal.hasRoomFor(batch.remaining())
                || journaled.size() + pending.size() > heldBlocksMax && !journaled.isEmpty()) {
            checkpoint();
        }
        journal.append(batch);
        // In this order a concurrent reader finds each block in one of the two.
        journaled.putAll(pending);
        pending.clear();
        if (length < durableLength) {
            journaled.keySet().removeIf(number -> number >= length);
        }
        durableLength = length;
        fileBytes = channel.size() + journal.allocated();
    }

    /** Writes every journaled block to its place and begins a new round of the journal. */
    void checkpoint() throws IOException {
        if (journaled.isEmpty() && journal.isFresh()) {
            return;
        }
        synchronized (this) {
            writePlaces(new TreeMap<>(journaled));
            if (channel.size() > placeOf(durableLength)) {
                channel.truncate(placeOf(durableLength));
            }
            channel.force(false);
            journaled.clear();
        }
        journal.startRound(encode(Map.of(), durableLength));
        fileBytes = channel.size() + journal.allocated();
    }

    private void writePlaces(TreeMap<Long, byte[]> blocks) throws IOException {
        ByteBuffer run = ByteBuffer.allocate(RUN_BLOCKS_MAX * SLOT);
        long start = 0;
        long next = 0;
        for (Map.Entry<Long, byte[]> entry : blocks.entrySet()) {
            long number = entry.getKey();
            if (run.position() > 0 && (number != next || !run.hasRemaining())) {
                writeFully(channel, run.flip(), placeOf(start));
                run.clear();
            }
            if (run.position() == 0) {
                start = number;
            }
            run.put(entry.getValue()).putInt(crc(number, entry.getValue(), 0));
            next = number + 1;
        }
        if (run.position() > 0) {
            writeFully(channel, run.flip(), placeOf(start));
        }
    }

    private static ByteBuffer encode(Map<Long, byte[]> blocks, long length) {
        ByteBuffer batch = ByteBuffer.allocate(12 + blocks.size() * (12 + BLOCK));
        batch.putLong(length).putInt(blocks.size());
        blocks.forEach(
                (number, block) -> {
                    int head = 0;
                    int tail = 0;
                    int longest = 0;
                    for (int at = 0; at < BLOCK; ) {
                        int end = at;
                        while (end < BLOCK && block[end] == 0) {
                            end++;
                        }
                        if (end - at > longest) {
                            longest = end - at;
                            head = at;
                        }
                        at = end + 1;
                    }
                    if (longest > 0) {
                        tail = BLOCK - head - longest;
                    } else {
                        head = BLOCK;
                    }
                    batch.putLong(number).putShort((short) head).putShort((short) tail);
                    batch.put(block, 0, head).put(block, BLOCK - tail, tail);
                });
        return batch.flip();
    }

    /** Forgets what was written since the last force. */
    void discard() {
        pending.clear();
        length = durableLength;
    }

    /** Closes the files; what waits is forgotten, what the journal has is applied when reopened. */
    @Override
    public void close() throws IOException {
        closeAll(channel, null);
        journal.close();
    }

    static void readFully(FileChannel channel, ByteBuffer target, long position)
            throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int n = channel.read(target, at);
            if (n < 0) {
                return;
            }
            at += n;
        }
    }

    static void writeFully(FileChannel channel, ByteBuffer source, long position)
            throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }
}
