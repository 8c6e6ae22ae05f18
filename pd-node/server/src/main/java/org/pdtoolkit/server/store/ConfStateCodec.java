package org.pdtoolkit.server.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.ConfState;

/**
 * Bytes of a Raft membership configuration, as kept beside the applied state and sent with
 * snapshots.
 *
 * <pre>
 *  0      1            5           13
 *  +------+------------+-----------+----   four lists, each a count and that many ids, big endian:
 *  | auto | count (4)  | id (8) …  | …     voters, votersOutgoing, learners, learnersNext
 *  +------+------------+-----------+----
 * </pre>
 */
public final class ConfStateCodec {
    private static final int MEMBERS_MAX = 1 << 10;

    private ConfStateCodec() {}

    public static Bytes encode(ConfState state) {
        List<List<Long>> lists =
                List.of(
                        state.voters(),
                        state.votersOutgoing(),
                        state.learners(),
                        state.learnersNext());
        int ids = lists.stream().mapToInt(List::size).sum();
        ByteBuffer buffer =
                ByteBuffer.allocate(1 + lists.size() * Integer.BYTES + ids * Long.BYTES);
        buffer.put((byte) (state.autoLeave() ? 1 : 0));
        for (List<Long> list : lists) {
            buffer.putInt(list.size());
            list.forEach(buffer::putLong);
        }
        return Bytes.wrap(buffer.array());
    }

    /**
     * Reads what {@link #encode} wrote; empty bytes stand for the empty configuration.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static ConfState decode(Bytes bytes) {
        if (bytes.isEmpty()) {
            return ConfState.EMPTY;
        }
        ByteBuffer buffer = bytes.asByteBuffer();
        try {
            boolean autoLeave = buffer.get() == 1;
            ConfState state =
                    new ConfState(ids(buffer), ids(buffer), ids(buffer), ids(buffer), autoLeave);
            if (buffer.hasRemaining()) {
                throw new IllegalArgumentException(
                        buffer.remaining() + " bytes after a configuration");
            }
            return state;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("configuration of members is cut short", e);
        }
    }

    private static List<Long> ids(ByteBuffer buffer) {
        int count = buffer.getInt();
        if (count < 0 || count > MEMBERS_MAX) {
            throw new IllegalArgumentException("configuration with " + count + " members");
        }
        List<Long> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(buffer.getLong());
        }
        return ids;
    }
}
