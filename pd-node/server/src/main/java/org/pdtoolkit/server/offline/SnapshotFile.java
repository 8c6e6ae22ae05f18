package org.pdtoolkit.server.offline;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.pdtoolkit.server.content.ContentFormat;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.content.SnapshotFormat;

/**
 * A file that a client saved from the Snapshot call, {@link SnapshotFormat}.
 *
 * @param bytes of content and padding
 */
record SnapshotFile(Path path, long bytes) {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int HEAD_BYTES = 20;

    /** Where bbolt, the store of etcd, has its magic number, and how it looks there. */
    private static final int BBOLT_OFFSET = 16;

    private static final int BBOLT = 0xed0cdaed;

    /**
     * Looks at size, first bytes and digest.
     *
     * @param checkDigest false takes a file whose digest is wrong or missing; the checksums inside
     *     of the content are checked all the same
     * @throws OfflineException saying what the file is instead
     */
    static SnapshotFile open(Path path, boolean checkDigest) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    path + ": there is no such file. Give what 'etcdctl snapshot save' has saved");
        }
        long size = Files.size(path);
        requireOurs(path);
        long over = size % SnapshotFormat.UNIT_BYTES;
        boolean digest = over == SnapshotFormat.DIGEST_BYTES;
        if (!digest && (checkDigest || over != 0)) {
            throw damaged(
                    path,
                    "its size, "
                            + size
                            + " bytes, is not that of a whole snapshot: it was cut"
                            + " short, or something was added");
        }
        SnapshotFile file =
                new SnapshotFile(path, digest ? size - SnapshotFormat.DIGEST_BYTES : size);
        if (checkDigest) {
            file.requireDigest();
        }
        return file;
    }

    private static void requireOurs(Path path) throws IOException {
        byte[] head;
        try (InputStream in = new FileInputStream(path.toFile())) {
            head = in.readNBytes(HEAD_BYTES);
        }
        byte[] magic = Arrays.copyOf(head, ContentFormat.MAGIC.length);
        if (Arrays.equals(magic, ContentFormat.MAGIC)) {
            return;
        }
        boolean bbolt =
                head.length == HEAD_BYTES
                        && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(BBOLT_OFFSET)
                                == BBOLT;
        if (bbolt) {
            throw new OfflineException(
                    ExitCode.DAMAGED,
                    path
                            + ": a snapshot of etcd itself (a bbolt database), which this program"
                            + " does not read. Restore it with etcdutl into an etcd, and copy the"
                            + " keys with 'etcdctl make-mirror'");
        }
        throw new OfflineException(
                ExitCode.DAMAGED,
                path
                        + ": not a snapshot: it does not begin with \""
                        + new String(ContentFormat.MAGIC, StandardCharsets.US_ASCII)
                        + "\". Give what 'etcdctl snapshot save' has saved from a pd-node");
    }

    private void requireDigest() throws IOException {
        MessageDigest digest = ContentFormat.sha256();
        try (InputStream in = new FileInputStream(path.toFile())) {
            byte[] piece = new byte[BUFFER_BYTES];
            for (long left = bytes; left > 0; ) {
                int read = in.readNBytes(piece, 0, (int) Math.min(left, piece.length));
                if (read == 0) {
                    throw damaged(path, "it became shorter while it was read");
                }
                digest.update(piece, 0, read);
                left -= read;
            }
            if (!Arrays.equals(digest.digest(), in.readNBytes(SnapshotFormat.DIGEST_BYTES))) {
                throw damaged(path, "its digest does not match its content");
            }
        }
    }

    private static OfflineException damaged(Path path, String problem) {
        return new OfflineException(
                ExitCode.DAMAGED,
                path
                        + ": "
                        + problem
                        + ". Save it again; --skip-hash-check takes one without a digest");
    }

    /**
     * Hands over the content.
     *
     * @throws OfflineException when it is damaged, or an export instead of a snapshot
     */
    void read(ContentSink sink) throws IOException {
        try (InputStream file = new FileInputStream(path.toFile());
                InputStream in = new BufferedInputStream(new Limited(file, bytes), BUFFER_BYTES)) {
            ContentDecoder.decodeSnapshot(path.toString(), in, sink);
        }
    }

    /** The first bytes of a stream. */
    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(target, from, (int) Math.min(left, length));
            left -= Math.max(0, read);
            return read;
        }
    }
}
