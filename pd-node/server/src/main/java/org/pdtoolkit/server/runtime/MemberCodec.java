package org.pdtoolkit.server.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;

/** Bytes of a member record: version, id, learner, name, peer URLs, client URLs. */
final class MemberCodec {
    private static final int VERSION = 1;

    private MemberCodec() {}

    /**
     * @throws IllegalArgumentException for a member that {@link #decode} would refuse
     */
    static Bytes encode(Member member) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            out.writeLong(member.id());
            out.writeBoolean(member.learner());
            out.writeUTF(member.name());
            writeList(out, member.peerUrls());
            writeList(out, member.clientUrls());
            return Bytes.wrap(bytes.toByteArray());
        } catch (IOException e) {
            // Only a text above 64 KiB gets here; no member is ever called so.
            throw new IllegalArgumentException("member cannot be recorded", e);
        }
    }

    /**
     * @throws IllegalArgumentException for anything {@link #encode} did not write
     */
    static Member decode(Bytes bytes) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toArray()));
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("member record of version " + version);
            }
            long id = in.readLong();
            boolean learner = in.readBoolean();
            Member member = new Member(id, in.readUTF(), readList(in), readList(in), learner);
            if (in.read() >= 0) {
                throw new IllegalArgumentException("member record goes on behind its end");
            }
            return member;
        } catch (IOException e) {
            throw new IllegalArgumentException("member record is damaged", e);
        }
    }

    private static void writeList(DataOutputStream out, List<String> list) throws IOException {
        if (list.size() > Member.URLS_MAX) {
            throw new IllegalArgumentException(
                    list.size() + " URLs of one member, at most " + Member.URLS_MAX);
        }
        out.writeByte(list.size());
        for (String text : list) {
            out.writeUTF(text);
        }
    }

    private static List<String> readList(DataInputStream in) throws IOException {
        int count = in.readUnsignedByte();
        if (count > Member.URLS_MAX) {
            throw new IOException(count + " URLs");
        }
        List<String> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(in.readUTF());
        }
        return list;
    }
}
