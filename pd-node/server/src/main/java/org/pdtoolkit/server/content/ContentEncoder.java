package org.pdtoolkit.server.content;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/**
 * Writes the stream of {@link ContentFormat}, and so computes the digest of the content. Holds one
 * block in memory.
 */
public final class ContentEncoder implements ContentSink {
    private final DataOutputStream out;
    private final MessageDigest digest = ContentFormat.sha256();
    private ByteBuffer block = ByteBuffer.allocate(2 * ContentFormat.BLOCK_BYTES);
    private int type = ContentFormat.LOG;
    private boolean begun;
    private String sha256;

    /**
     * @param out flushed at the end, closed by the caller
     */
    public ContentEncoder(OutputStream out) {
        this.out = new DataOutputStream(out);
    }

    /** For the digest alone. */
    public ContentEncoder() {
        this(OutputStream.nullOutputStream());
    }

    /** Digest of the content, in hex; known after {@link #end}. */
    public String sha256() {
        return sha256;
    }

    @Override
    public void log(LogHead head) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(ContentFormat.MAGIC.length + Integer.BYTES);
        write(start.put(ContentFormat.MAGIC).putInt(ContentFormat.VERSION).array());
        Bytes metadata = head.metadata().orElse(Bytes.EMPTY);
        record(ContentFormat.LOG, 1 + 4 + metadata.size() + 5 * Long.BYTES);
        block.put((byte) (head.metadata().isPresent() ? 1 : 0));
        put(metadata);
        block.putLong(head.hard().term()).putLong(head.hard().vote());
        block.putLong(head.hard().commit());
        block.putLong(head.baseIndex()).putLong(head.baseTerm());
    }

    @Override
    public void entry(LogRecord entry) throws IOException {
        record(ContentFormat.ENTRIES, 2 * Long.BYTES + 1 + 4 + entry.data().size());
        block.putLong(entry.index()).putLong(entry.term()).put((byte) entry.kind());
        put(entry.data());
    }

    @Override
    public void state(AppliedState applied) throws IOException {
        record(ContentFormat.STATE, 2 * Long.BYTES + 4 + applied.confState().size());
        block.putLong(applied.index()).putLong(applied.term());
        put(applied.confState());
    }

    @Override
    public void pair(Space space, Pair pair) throws IOException {
        record(
                ContentFormat.PAIRS,
                Math.addExact(1 + 4 + pair.key().size() + 4, pair.value().size()));
        block.put((byte) space.id());
        put(pair.key());
        put(pair.value());
    }

    @Override
    public void snapshot(long index, long term) throws IOException {
        record(ContentFormat.SNAPSHOT, 2 * Long.BYTES);
        block.putLong(index).putLong(term);
    }

    @Override
    public void snapshotBytes(byte[] piece, int length) throws IOException {
        int done = 0;
        while (done < length) {
            record(ContentFormat.SNAPSHOT_CONTENT, 1);
            int part = Math.min(length - done, ContentFormat.BLOCK_BYTES - block.position());
            block.put(piece, done, part);
            done += part;
        }
    }

    @Override
    public void end() throws IOException {
        flush();
        byte[] sum = digest.digest();
        sha256 = HexFormat.of().formatHex(sum);
        type = ContentFormat.END;
        block.put(sum);
        flush();
        out.flush();
    }

    /** Makes room for a record, in a new block if the present one is full or of another type. */
    private void record(int recordType, int size) throws IOException {
        if (begun && (recordType != type || block.position() >= ContentFormat.BLOCK_BYTES)) {
            flush();
        }
        begun = true;
        type = recordType;
        if (block.remaining() < size) {
            int needed = Math.addExact(block.position(), size);
            block = ByteBuffer.allocate(needed).put(block.flip());
        }
    }

    private void put(Bytes bytes) {
        block.putInt(bytes.size());
        bytes.copyTo(block);
    }

    private void flush() throws IOException {
        ByteBuffer head = ByteBuffer.allocate(1 + Integer.BYTES);
        head.put((byte) type).putInt(block.position());
        CRC32C crc = new CRC32C();
        crc.update(head.array());
        crc.update(block.array(), 0, block.position());
        write(head.array());
        digest.update(block.array(), 0, block.position());
        out.write(block.array(), 0, block.position());
        write(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
        if (block.capacity() > 2 * ContentFormat.BLOCK_BYTES) {
            block = ByteBuffer.allocate(2 * ContentFormat.BLOCK_BYTES);
        }
        block.clear();
    }

    private void write(byte[] bytes) throws IOException {
        digest.update(bytes);
        out.write(bytes);
    }
}
