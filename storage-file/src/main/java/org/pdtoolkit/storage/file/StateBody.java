package org.pdtoolkit.storage.file;

import java.nio.ByteBuffer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Space;

/**
 * The bodies of the frames of a state file, big endian.
 *
 * <pre>
 * 0        4       8               16             24                 28
 * +--------+-------+---------------+--------------+------------------+-------------+--------+
 * | type   | count | applied index | applied term | conf state bytes | conf state  | writes |
 * | u32    | u32   | u64           | u64          | u32              |             | count  |
 * +--------+-------+---------------+--------------+------------------+-------------+--------+
 * type: 1 = part of the image the file starts with, its applied state counts for nothing;
 *       2 = end of the image; 3 = a committed batch
 *
 * write    0       4            8
 *          +-------+------------+--------------+-----+-------+
 *          | space | key length | value length | key | value |   value length -1: delete
 *          | u32   | u32        | u32          |     |       |
 *          +-------+------------+--------------+-----+-------+
 * </pre>
 */
final class StateBody {
    static final int IMAGE = 1;
    static final int IMAGE_END = 2;
    static final int BATCH = 3;

    static final int HEAD_BYTES = 28;
    static final int WRITE_BYTES = 12;

    private static final int DELETE = -1;
    private static final Space[] SPACES = spacesById();

    private StateBody() {}

    static long bytes(Batch.Write write) {
        int value = write.value() == null ? 0 : write.value().size();
        return (long) WRITE_BYTES + write.key().size() + value;
    }

    static void putHead(ByteBuffer out, int type, int count, AppliedState applied) {
        out.putInt(type).putInt(count).putLong(applied.index()).putLong(applied.term());
        out.putInt(applied.confState().size());
        applied.confState().copyTo(out);
    }

    /** Reads what follows type and count. */
    static AppliedState getApplied(ByteBuffer in) {
        long index = in.getLong();
        long term = in.getLong();
        return new AppliedState(index, term, getBytes(in, in.getInt()));
    }

    static void putWrite(ByteBuffer out, Batch.Write write) {
        Bytes value = write.value();
        out.putInt(write.space().id()).putInt(write.key().size());
        out.putInt(value == null ? DELETE : value.size());
        write.key().copyTo(out);
        if (value != null) {
            value.copyTo(out);
        }
    }

    /** The next write, or {@code null} when it names a space that this version does not have. */
    static Batch.Write getWrite(ByteBuffer in) {
        int id = in.getInt();
        int keyLength = in.getInt();
        int valueLength = in.getInt();
        Bytes key = getBytes(in, keyLength);
        Bytes value = valueLength == DELETE ? null : getBytes(in, valueLength);
        Space space = id > 0 && id < SPACES.length ? SPACES[id] : null;
        return space == null ? null : new Batch.Write(space, key, value);
    }

    private static Bytes getBytes(ByteBuffer in, int length) {
        byte[] copy = new byte[length];
        in.get(copy);
        return Bytes.wrap(copy);
    }

    private static Space[] spacesById() {
        int max = 0;
        for (Space space : Space.values()) {
            max = Math.max(max, space.id());
        }
        Space[] spaces = new Space[max + 1];
        for (Space space : Space.values()) {
            spaces[space.id()] = space;
        }
        return spaces;
    }
}
