package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.Space;

/**
 * A group that begins with data: what each of its members puts into its new storage beside that
 * data. All members must begin with the same data.
 *
 * @param identity whose storage it is
 * @param hard the first hard state
 * @param applied where the log begins
 * @param memberRecords pairs of {@code META} that stand for the members
 */
public record FoundedGroup(
        ClusterIdentity identity,
        HardState hard,
        AppliedState applied,
        SortedMap<Bytes, Bytes> memberRecords) {
    private static final long FIRST_TERM = 1;

    /**
     * As if one entry per member had been applied, which is how a group without data begins.
     *
     * @param name of the member whose storage it is
     * @throws NodeStartException when {@code cluster} has no such member
     */
    public static FoundedGroup of(InitialCluster cluster, String name) {
        List<Member> members = ClusterIdentity.membersOf(cluster);
        Member self =
                members.stream()
                        .filter(member -> member.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new NodeStartException(
                                                "couldn't find local name \""
                                                        + name
                                                        + "\" in the initial cluster"
                                                        + " configuration "
                                                        + cluster.members()));
        SortedMap<Bytes, Bytes> records = new TreeMap<>();
        members.forEach(m -> records.put(Membership.key(m.id()), MemberCodec.encode(m)));
        long index = members.size();
        ConfState voters = ConfState.ofVoters(members.stream().map(Member::id).toList());
        return new FoundedGroup(
                new ClusterIdentity(ClusterIdentity.clusterId(members), self.id()),
                new HardState(FIRST_TERM, 0, index),
                new AppliedState(index, FIRST_TERM, ConfStateCodec.encode(voters)),
                records);
    }

    /** The first record of the log. */
    public Bytes metadata() {
        return identity.encode();
    }

    /** Whether that pair speaks of the members of a group, and so not of another one's. */
    public static boolean isMembership(Space space, Bytes key) {
        return space == Space.META && Membership.isRecord(key);
    }
}
