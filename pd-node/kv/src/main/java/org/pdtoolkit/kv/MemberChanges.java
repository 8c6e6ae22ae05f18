package org.pdtoolkit.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Changes of the cluster's members, and the list of them.
 *
 * <p>Thread: any; nothing blocks. Futures fail with {@link KvException}; a change completes once
 * this member has applied it. Source: etcd's Cluster service, reference section 9.
 */
public interface MemberChanges {
    /**
     * The outcome of a change.
     *
     * @param member the one that was changed, as it is now, or as it was when removed
     * @param members in id order, after the change
     */
    record Changed(Member member, List<Member> members) {
        public Changed {
            members = List.copyOf(members);
        }
    }

    /** Members in id order; behind a read-index round when linearizable. */
    CompletableFuture<List<Member>> list(boolean linearizable);

    /**
     * Tells the cluster of a member that is going to start.
     *
     * @param peerUrls where it will be reached; its id is made of them and of the time
     */
    CompletableFuture<Changed> add(List<String> peerUrls, boolean learner);

    /** Removes a member for ever: its id never comes back. */
    CompletableFuture<Changed> remove(long id);

    /** Replaces a member's peer URLs. */
    CompletableFuture<Changed> update(long id, List<String> peerUrls);

    /** Makes a voter of a learner that has caught up. */
    CompletableFuture<Changed> promote(long id);
}
