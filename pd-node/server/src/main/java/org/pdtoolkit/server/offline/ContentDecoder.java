package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentFormat;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.content.SnapshotFormat;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/**
 * Reads the stream of {@link ContentFormat} and refuses everything that {@link ContentEncoder} did
 * not write so: cut short, changed, out of order, or going on behind its end. Holds one block in
 * memory.
 */
final class ContentDecoder {
    private static final int HEAD_BYTES = 1 + Integer.BYTES;

    private final String name;
    private final InputStream in;
    private final ContentSink sink;

    /** Zeros that may follow the end. */
    private final int padding;

    private final MessageDigest digest = ContentFormat.sha256();
    private long offset;
    private boolean initialised;
    private long nextIndex;
    private Space lastSpace;
    private Bytes lastKey;

    private ContentDecoder(String name, InputStream in, ContentSink sink, int padding) {
        this.name = name;
        this.padding = padding;
        this.in = in;
        this.sink = sink;
    }

    /** A block whose checksum is right. */
    private record Block(int type, long offset, ByteBuffer payload) {}

    /**
     * Hands the whole content to {@code sink}; {@link ContentSink#end} only when the digest is
     * right.
     *
     * @param name of the stream, for messages
     * @return the digest, in hex
     * @throws OfflineException when the stream is damaged, of a version this does not read, or a
     *     snapshot
     */
    static String decode(String name, InputStream in, ContentSink sink) throws IOException {
        return new ContentDecoder(name, in, sink, 0).decode();
    }

    /** The same for a snapshot, {@link SnapshotFormat}, without the digest at its end. */
    static String decodeSnapshot(String name, InputStream in, ContentSink sink) throws IOException {
        return new ContentDecoder(name, in, sink, SnapshotFormat.UNIT_BYTES - 1).decode();
    }

    private String decode() throws IOException {
        start();
        int before = 0;
        while (true) {
            byte[] sum = digestSoFar();
            Block block = block();
            if (!follows(before, block.type())) {
                throw damaged(block.offset(), "a block of type " + block.type(), "another one");
            }
            before = block.type();
            if (block.type() == ContentFormat.END) {
                return end(block, sum);
            }
            try {
                take(block);
                if (block.payload().hasRemaining()) {
                    throw new IllegalArgumentException("bytes behind its records");
                }
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                boolean half = e instanceof BufferUnderflowException;
                String what = half ? "half a record" : e.getMessage();
                throw damaged(block.offset(), what, "records of type " + block.type());
            }
        }
    }

    private byte[] digestSoFar() {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }

    private void start() throws IOException {
        byte[] magic = in.readNBytes(ContentFormat.MAGIC.length);
        if (!Arrays.equals(magic, ContentFormat.MAGIC)) {
            throw new OfflineException(
                    ExitCode.DAMAGED,
                    name
                            + ": not an export: it does not begin with \"PDEXPORT\". Give the file"
                            + " or the stream that 'pd-node storage export' wrote");
        }
        byte[] version = in.readNBytes(Integer.BYTES);
        digest.update(magic);
        digest.update(version);
        offset = magic.length + version.length;
        if (version.length < Integer.BYTES) {
            throw cutShort();
        }
        int number = ByteBuffer.wrap(version).getInt();
        if (number != ContentFormat.VERSION) {
            throw new OfflineException(
                    ExitCode.DAMAGED,
                    name
                            + ": an export of version "
                            + Integer.toUnsignedString(number)
                            + ", this program reads version "
                            + ContentFormat.VERSION
                            + ". Use the program that wrote it, or a newer one");
        }
    }

    private Block block() throws IOException {
        long at = offset;
        byte[] head = read(HEAD_BYTES);
        ByteBuffer fields = ByteBuffer.wrap(head);
        int type = Byte.toUnsignedInt(fields.get());
        int length = fields.getInt();
        if (length < 0) {
            throw damaged(at, "a block of length " + Integer.toUnsignedString(length), "a length");
        }
        byte[] payload = read(length);
        int stored = ByteBuffer.wrap(read(Integer.BYTES)).getInt();
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(payload);
        if (stored != (int) crc.getValue()) {
            throw damaged(
                    at,
                    "checksum " + Integer.toHexString(stored),
                    Integer.toHexString((int) crc.getValue()));
        }
        return new Block(type, at, ByteBuffer.wrap(payload));
    }

    /** A damaged length reserves no memory: what is not there is not read. */
    private byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        offset += bytes.length;
        if (bytes.length < length) {
            throw cutShort();
        }
        digest.update(bytes);
        return bytes;
    }

    private static boolean follows(int before, int type) {
        return switch (type) {
            case ContentFormat.LOG -> before == 0;
            case ContentFormat.ENTRIES, ContentFormat.STATE ->
                    before == ContentFormat.LOG || before == ContentFormat.ENTRIES;
            case ContentFormat.PAIRS, ContentFormat.SNAPSHOT ->
                    before == ContentFormat.STATE || before == ContentFormat.PAIRS;
            case ContentFormat.SNAPSHOT_CONTENT ->
                    before == ContentFormat.SNAPSHOT || before == ContentFormat.SNAPSHOT_CONTENT;
            case ContentFormat.END -> before >= ContentFormat.STATE;
            default -> false;
        };
    }

    private void take(Block block) throws IOException {
        ByteBuffer payload = block.payload();
        switch (block.type()) {
            case ContentFormat.LOG -> sink.log(head(payload));
            case ContentFormat.ENTRIES -> {
                while (payload.hasRemaining()) {
                    sink.entry(entry(payload));
                }
            }
            case ContentFormat.STATE ->
                    sink.state(
                            new AppliedState(payload.getLong(), payload.getLong(), bytes(payload)));
            case ContentFormat.PAIRS -> {
                while (payload.hasRemaining()) {
                    pair(payload);
                }
            }
            case ContentFormat.SNAPSHOT -> sink.snapshot(payload.getLong(), payload.getLong());
            case ContentFormat.SNAPSHOT_CONTENT -> {
                sink.snapshotBytes(payload.array(), payload.remaining());
                payload.position(payload.limit());
            }
            default -> throw new IllegalStateException("type " + block.type());
        }
    }

    private ContentSink.LogHead head(ByteBuffer payload) {
        initialised = payload.get() == 1;
        Bytes metadata = bytes(payload);
        HardState hard = new HardState(payload.getLong(), payload.getLong(), payload.getLong());
        ContentSink.LogHead head =
                new ContentSink.LogHead(
                        initialised ? Optional.of(metadata) : Optional.empty(),
                        hard,
                        payload.getLong(),
                        payload.getLong());
        boolean empty = hard.equals(HardState.EMPTY) && head.baseIndex() == 0;
        if (head.baseIndex() < 0 || !initialised && !(empty && head.baseTerm() == 0)) {
            throw new IllegalArgumentException("the head of no log: " + head);
        }
        nextIndex = head.baseIndex() + 1;
        return head;
    }

    private LogRecord entry(ByteBuffer payload) {
        long index = payload.getLong();
        long term = payload.getLong();
        int kind = Byte.toUnsignedInt(payload.get());
        if (index != nextIndex || !initialised) {
            throw new IllegalArgumentException(
                    "entry " + index + " where " + nextIndex + " is due");
        }
        nextIndex++;
        return new LogRecord(term, index, kind, bytes(payload));
    }

    private void pair(ByteBuffer payload) throws IOException {
        Space space = space(payload.get());
        Pair pair = new Pair(bytes(payload), bytes(payload));
        boolean ascending =
                lastSpace == null
                        || space.id() > lastSpace.id()
                        || space == lastSpace && pair.key().compareTo(lastKey) > 0;
        if (!ascending || pair.key().isEmpty()) {
            throw new IllegalArgumentException("key " + pair.key() + " out of order");
        }
        lastSpace = space;
        lastKey = pair.key();
        sink.pair(space, pair);
    }

    private static Space space(int id) {
        for (Space space : Space.values()) {
            if (space.id() == id) {
                return space;
            }
        }
        throw new IllegalArgumentException("unknown space " + id);
    }

    private static Bytes bytes(ByteBuffer payload) {
        int length = payload.getInt();
        if (length < 0 || length > payload.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        payload.get(bytes);
        return Bytes.wrap(bytes);
    }

    private String end(Block block, byte[] sum) throws IOException {
        byte[] stored = block.payload().array();
        if (!Arrays.equals(stored, sum)) {
            throw damaged(
                    block.offset(),
                    "digest " + HexFormat.of().formatHex(stored),
                    HexFormat.of().formatHex(sum));
        }
        requireEnd();
        sink.end();
        return HexFormat.of().formatHex(sum);
    }

    private void requireEnd() throws IOException {
        byte[] rest = in.readNBytes(SnapshotFormat.UNIT_BYTES + SnapshotFormat.DIGEST_BYTES);
        if (rest.length <= padding && Arrays.equals(rest, new byte[rest.length])) {
            return;
        }
        if (isEndOfSnapshot(rest)) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    name
                            + ": a snapshot of the cluster, not the export of one member: make the"
                            + " members of a new cluster of it with 'pd-node snapshot restore'");
        }
        throw damaged(offset, "more bytes", "the end");
    }

    private boolean isEndOfSnapshot(byte[] rest) {
        int zeros = (int) (-offset & (SnapshotFormat.UNIT_BYTES - 1));
        return rest.length == zeros + SnapshotFormat.DIGEST_BYTES
                && Arrays.equals(rest, 0, zeros, new byte[zeros], 0, zeros);
    }

    private OfflineException cutShort() {
        return damaged(offset, "the end of the stream", "more of the export");
    }

    private OfflineException damaged(long at, String found, String expected) {
        return new OfflineException(
                ExitCode.DAMAGED,
                name
                        + ": damaged at offset "
                        + at
                        + ": found "
                        + found
                        + ", expected "
                        + expected
                        + ". Nothing was made of it: copy or save it again");
    }
}
