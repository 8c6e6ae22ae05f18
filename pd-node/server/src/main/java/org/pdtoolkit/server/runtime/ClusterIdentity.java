package org.pdtoolkit.server.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;

/**
 * Who this member is: what the first record of its log says.
 *
 * <p>Ids are derived as etcd derives them (etcd membership), so that every member of a static
 * cluster computes the same ones without talking.
 *
 * @param clusterId unsigned
 * @param memberId unsigned
 */
public record ClusterIdentity(long clusterId, long memberId) {
    private static final byte VERSION = 1;

    /** The founders in ascending (unsigned) id order. */
    static List<Member> membersOf(InitialCluster cluster) {
        List<Member> members = new ArrayList<>();
        cluster.members()
                .forEach(
                        (name, urls) -> {
                            long id = memberId(urls, cluster.token());
                            members.add(new Member(id, name, urls, List.of(), false));
                        });
        members.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
        return members;
    }

    /** First eight bytes of SHA-1 over the sorted peer URLs followed by the token. */
    public static long memberId(Collection<String> peerUrls, String token) {
        StringBuilder text = new StringBuilder();
        peerUrls.stream().sorted().forEach(text::append);
        return head(sha1(text.append(token).toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** First eight bytes of SHA-1 over all member ids, ascending, eight bytes each. */
    static long clusterId(List<Member> members) {
        ByteBuffer ids = ByteBuffer.allocate(members.size() * Long.BYTES);
        members.stream().map(Member::id).sorted(Long::compareUnsigned).forEach(ids::putLong);
        return head(sha1(ids.array()));
    }

    Bytes encode() {
        return Bytes.wrap(
                ByteBuffer.allocate(1 + 2 * Long.BYTES)
                        .put(VERSION)
                        .putLong(clusterId)
                        .putLong(memberId)
                        .array());
    }

    /**
     * @throws NodeStartException when the bytes are not an identity this version reads
     */
    static ClusterIdentity decode(Bytes bytes) {
        ByteBuffer buffer = bytes.asByteBuffer();
        if (buffer.remaining() != 1 + 2 * Long.BYTES || buffer.get() != VERSION) {
            throw new NodeStartException(
                    "the log's first record is not an identity of version "
                            + VERSION
                            + ": it was written by another program or a newer version");
        }
        return new ClusterIdentity(buffer.getLong(), buffer.getLong());
    }

    private static long head(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    private static byte[] sha1(byte[] input) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
