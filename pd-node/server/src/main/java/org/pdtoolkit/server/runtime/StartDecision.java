package org.pdtoolkit.server.runtime;

import java.util.List;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.Storage;

/**
 * What an opened data dir makes of a node: a new member of a static cluster, or one that was here
 * before.
 *
 * @param fresh whether the cluster has to be founded: nothing was ever appended or applied here
 * @param founders members of the cluster to be founded, in id order; none if it runs already
 */
record StartDecision(ClusterIdentity identity, boolean fresh, List<Member> founders) {

    /**
     * @param source who founds the cluster; asked only when the data dir holds no member
     * @throws NodeStartException saying what is wrong and what to do
     */
    static StartDecision of(NodeOptions options, Storage storage, InitialCluster.Source source) {
        LogStore log = storage.log();
        boolean fresh =
                log.lastIndex() == 0
                        && log.hardState().equals(HardState.EMPTY)
                        && storage.ordered().applied().index() == 0;
        if (!fresh) {
            return new StartDecision(knownIdentity(options, log), false, List.of());
        }
        List<Member> founders = ClusterIdentity.membersOf(source.ask());
        return new StartDecision(newIdentity(options, founders, log), true, founders);
    }

    private static ClusterIdentity newIdentity(
            NodeOptions options, List<Member> members, LogStore log) {
        Member self =
                members.stream()
                        .filter(m -> m.name().equals(options.name()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new NodeStartException(
                                                "couldn't find local name \""
                                                        + options.name()
                                                        + "\" in the initial cluster"
                                                        + " configuration, which names "
                                                        + members.stream()
                                                                .map(Member::name)
                                                                .toList()));
        ClusterIdentity identity =
                new ClusterIdentity(ClusterIdentity.clusterId(members), self.id());
        log.metadata()
                .map(ClusterIdentity::decode)
                .filter(stored -> !stored.equals(identity))
                .ifPresent(
                        stored -> {
                            throw foreignData(options, stored);
                        });
        return identity;
    }

    private static ClusterIdentity knownIdentity(NodeOptions options, LogStore log) {
        ClusterIdentity stored =
                log.metadata()
                        .map(ClusterIdentity::decode)
                        .orElseThrow(
                                () ->
                                        new NodeStartException(
                                                "data dir "
                                                        + options.dataDir()
                                                        + " holds a log without an identity"));
        List<Member> members = ClusterIdentity.membersOf(options.configuredCluster());
        boolean listed = options.initialCluster().containsKey(options.name());
        if (listed
                && ClusterIdentity.clusterId(members) != stored.clusterId()
                && members.stream().noneMatch(m -> m.id() == stored.memberId())) {
            throw foreignData(options, stored);
        }
        return stored;
    }

    private static NodeStartException foreignData(NodeOptions options, ClusterIdentity stored) {
        return new NodeStartException(
                "data dir "
                        + options.dataDir()
                        + " belongs to member "
                        + Long.toHexString(stored.memberId())
                        + " of cluster "
                        + Long.toHexString(stored.clusterId())
                        + ", which is not the one that --initial-cluster, --advertise-peer-urls and"
                        + " --initial-cluster-token describe: use the data dir of this member, or"
                        + " an empty one for a new member");
    }

    /**
     * A crash between installing a snapshot and cutting the log leaves the store ahead of the log,
     * or beside one whose entries never were committed; the store is right.
     *
     * @throws NodeStartException when the log begins behind what the store needs next
     */
    static AppliedState repairLog(LogStore log, AppliedState applied) {
        if (applied.index() < log.firstIndex() - 1) {
            throw new NodeStartException(
                    "the data dir's state ends at index "
                            + applied.index()
                            + " but its log begins at "
                            + log.firstIndex()
                            + ": files of it are missing or older than the others. Restore the"
                            + " whole data dir, or remove this member and add it again with an"
                            + " empty one");
        }
        if (applied.index() > log.lastIndex() || log.term(applied.index()) != applied.term()) {
            HardState hard = log.hardState();
            long term = Math.max(hard.term(), applied.term());
            log.reset(
                    applied.index(),
                    applied.term(),
                    new HardState(term, term == hard.term() ? hard.vote() : 0, applied.index()));
        }
        return applied;
    }
}
