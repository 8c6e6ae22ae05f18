package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.server.store.ConfStateCodec;

/**
 * Bytes of a Raft message between members, big endian.
 *
 * <pre>
 *  0      1       2      10     18     26       34     42      50          58
 *  +------+-------+------+------+------+--------+------+-------+-----------+
 *  | type | flags | to   | from | term | logTerm| index| commit| rejectHint|
 *  +------+-------+------+------+------+--------+------+-------+-----------+
 *  | context length (4), context | entry count (4), entries … | snapshot if flag 2 |
 *  entry:    term (8) index (8) type (1) length (4) data
 *  snapshot: index (8) term (8) length (4) configuration; the content has its own stream
 * </pre>
 *
 * <p>Flags: 1 reject, 2 snapshot follows. A frame's length bounds every count in it before anything
 * is allocated.
 */
final class MessageCodec {
    private static final int FLAG_REJECT = 1;
    private static final int FLAG_SNAPSHOT = 2;
    private static final int ENTRY_BYTES_MIN = 8 + 8 + 1 + 4;
    private static final EntryType[] ENTRY_TYPES = EntryType.values();

    private MessageCodec() {}

    static void encode(Message m, ByteBuf out) {
        boolean snapshot = !m.snapshot().isEmpty();
        out.writeByte(m.type().number());
        out.writeByte((m.reject() ? FLAG_REJECT : 0) | (snapshot ? FLAG_SNAPSHOT : 0));
        out.writeLong(m.to()).writeLong(m.from()).writeLong(m.term()).writeLong(m.logTerm());
        out.writeLong(m.index()).writeLong(m.commit()).writeLong(m.rejectHint());
        out.writeInt(m.context().length).writeBytes(m.context());
        out.writeInt(m.entries().size());
        for (Entry e : m.entries()) {
            out.writeLong(e.term()).writeLong(e.index()).writeByte(e.type().ordinal());
            out.writeInt(e.data().length).writeBytes(e.data());
        }
        if (snapshot) {
            byte[] members = ConfStateCodec.encode(m.snapshot().confState()).toArray();
            out.writeLong(m.snapshot().index()).writeLong(m.snapshot().term());
            out.writeInt(members.length).writeBytes(members);
        }
    }

    /**
     * Reads one message that fills {@code in}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Message decode(ByteBuf in) {
        try {
            MessageType type = MessageType.of(in.readUnsignedByte());
            int flags = in.readUnsignedByte();
            Message.Builder m = Message.builder(type);
            m.to(in.readLong()).from(in.readLong()).term(in.readLong()).logTerm(in.readLong());
            m.index(in.readLong()).commit(in.readLong()).rejectHint(in.readLong());
            m.reject((flags & FLAG_REJECT) != 0);
            m.context(bytes(in, "context"));
            m.entries(entries(in));
            if ((flags & FLAG_SNAPSHOT) != 0) {
                long index = in.readLong();
                long term = in.readLong();
                Bytes members = Bytes.wrap(bytes(in, "configuration"));
                m.snapshot(new Snapshot(index, term, ConfStateCodec.decode(members), new byte[0]));
            }
            if (in.isReadable()) {
                throw new IllegalArgumentException(in.readableBytes() + " bytes after the message");
            }
            return m.build();
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("message is cut short", e);
        }
    }

    private static List<Entry> entries(ByteBuf in) {
        int count = in.readInt();
        if (count < 0 || count > in.readableBytes() / ENTRY_BYTES_MIN) {
            throw new IllegalArgumentException(
                    count + " entries in " + in.readableBytes() + " bytes");
        }
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long term = in.readLong();
            long index = in.readLong();
            int type = in.readUnsignedByte();
            if (type >= ENTRY_TYPES.length) {
                throw new IllegalArgumentException("entry type " + type);
            }
            entries.add(new Entry(term, index, ENTRY_TYPES[type], bytes(in, "entry")));
        }
        return entries;
    }

    private static byte[] bytes(ByteBuf in, String what) {
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw new IllegalArgumentException(
                    what + " of " + length + " bytes in " + in.readableBytes());
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }
}
