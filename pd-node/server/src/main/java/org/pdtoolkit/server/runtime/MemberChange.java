package org.pdtoolkit.server.runtime;

import java.nio.ByteBuffer;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;

/**
 * What a membership change carries besides Raft's own part.
 *
 * <pre>
 *  0       1             9                13
 *  +-------+-------------+----------------+----------
 *  | 2     | request (8) | learnersMax(4) | member …     2 is the format's version
 *  +-------+-------------+----------------+----------
 * </pre>
 *
 * A bare member, which begins with 1, founded the cluster.
 *
 * @param request finds the waiting caller on the member that proposed it; 0 for a founding member
 * @param learnersMax bound that the proposer knows; it travels along, since every member must
 *     decide the same and their settings may differ
 * @param member {@code null} when the id says it all: a removal or a promotion
 */
record MemberChange(long request, int learnersMax, Member member) {
    private static final byte VERSION = 2;
    private static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;

    /** Whether one of the entries is a membership change. */
    static boolean anyIn(List<Entry> entries) {
        return entries.stream().anyMatch(e -> e.type() != EntryType.NORMAL);
    }

    /** Whether one of the entries is the removal of that member. */
    static boolean removes(long id, List<Entry> entries) {
        return entries.stream()
                .filter(e -> e.type() != EntryType.NORMAL)
                .flatMap(e -> ConfChange.decode(e).changes().stream())
                .anyMatch(c -> c.type() == ChangeType.REMOVE_NODE && c.nodeId() == id);
    }

    byte[] encode() {
        Bytes body = member == null ? Bytes.EMPTY : MemberCodec.encode(member);
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + body.size());
        buffer.put(VERSION).putLong(request).putInt(learnersMax);
        body.copyTo(buffer);
        return buffer.array();
    }

    /**
     * What {@code change} carries.
     *
     * @throws IllegalArgumentException for anything this version did not write
     */
    static MemberChange of(ConfChange change) {
        MemberChange decoded = decode(change.context());
        for (Change one : change.changes()) {
            boolean needed =
                    one.type() == ChangeType.UPDATE_NODE
                            || one.type() == ChangeType.ADD_LEARNER_NODE;
            if (needed && decoded.member == null) {
                throw new IllegalArgumentException(one.type() + " without a member");
            }
            if (decoded.member != null && decoded.member.id() != one.nodeId()) {
                throw new IllegalArgumentException("change of another member than it carries");
            }
        }
        return decoded;
    }

    private static MemberChange decode(byte[] context) {
        if (context.length == 0) {
            return new MemberChange(0, 0, null);
        }
        if (context[0] != VERSION) {
            return new MemberChange(0, 0, MemberCodec.decode(Bytes.wrap(context)));
        }
        if (context.length < HEADER_BYTES) {
            throw new IllegalArgumentException("membership change of " + context.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(context, 1, HEADER_BYTES - 1);
        long request = header.getLong();
        int learnersMax = header.getInt();
        Bytes body = Bytes.copyOf(context, HEADER_BYTES, context.length);
        return new MemberChange(
                request, learnersMax, body.size() == 0 ? null : MemberCodec.decode(body));
    }
}
