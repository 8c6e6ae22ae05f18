package org.pdtoolkit.server.runtime;

import java.util.List;
import org.pdtoolkit.kv.Member;

/**
 * Where a node whose data dir holds no member takes its cluster from: a list in the configuration,
 * a discovery service, a cluster to join.
 *
 * <p>Thread: the owner of the process, which may be kept waiting.
 */
@FunctionalInterface
public interface ColdStart {
    /**
     * Asked once, and only when the data dir holds no member.
     *
     * @throws NodeStartException saying what is wrong and what to do
     */
    Origin origin();

    /** Told instead when the data dir holds a member already. */
    default void notNeeded() {}

    /** What a new member begins with. */
    sealed interface Origin permits InitialCluster, Joining {}

    /**
     * A running cluster has been told of this member and sends it everything.
     *
     * @param self this member as the cluster knows it
     * @param members of the cluster, with this one
     */
    record Joining(long clusterId, Member self, List<Member> members) implements Origin {
        public Joining {
            members = List.copyOf(members);
        }
    }
}
