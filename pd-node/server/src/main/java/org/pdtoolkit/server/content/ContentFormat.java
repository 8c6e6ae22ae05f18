package org.pdtoolkit.server.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The stream that an export writes: the content of a storage without a trace of its backend. Equal
 * content gives equal bytes. Big endian.
 *
 * <pre>
 *  0            8             12
 *  +------------+-------------+---------+---------+----
 *  | "PDEXPORT" | version (4) | block … | block … | …
 *  +------------+-------------+---------+---------+----
 *
 *  block
 *  0          1            5           5+n
 *  +----------+------------+-----------+------------+
 *  | type (1) | length (4) | payload n | crc32c (4) |   of type, length and payload
 *  +----------+------------+-----------+------------+
 * </pre>
 *
 * <p>The blocks come in the order of their types. {@code bytes} is a length (4) and that many
 * bytes.
 *
 * <ul>
 *   <li>1 log, once: whether there is metadata (1), metadata (bytes, empty if not), term (8), vote
 *       (8), commit (8), base index (8), base term (8).
 *   <li>2 entries, any number: index (8), term (8), kind (1), data (bytes), repeated to the end of
 *       the block; consecutive across blocks, the first follows the base.
 *   <li>3 state, once: applied index (8), term (8), configuration of members (bytes).
 *   <li>4 pairs, any number: space (1), key (bytes), value (bytes), repeated; ascending across
 *       blocks.
 *   <li>5 snapshot, at most once: index (8), term (8).
 *   <li>6 snapshot content, any number: the next bytes of it.
 *   <li>7 end, once, nothing follows it: SHA-256 (32) of everything before this block, which is the
 *       digest of the content.
 * </ul>
 *
 * A block ends when its payload reaches 64 KiB, or with the last record of its type; a record is
 * never divided.
 */
public final class ContentFormat {
    public static final byte[] MAGIC = {'P', 'D', 'E', 'X', 'P', 'O', 'R', 'T'};
    public static final int VERSION = 1;
    public static final int BLOCK_BYTES = 64 << 10;

    public static final int LOG = 1;
    public static final int ENTRIES = 2;
    public static final int STATE = 3;
    public static final int PAIRS = 4;
    public static final int SNAPSHOT = 5;
    public static final int SNAPSHOT_CONTENT = 6;
    public static final int END = 7;

    private ContentFormat() {}

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
