package org.pdtoolkit.server.runtime;

import java.util.List;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.Storage;

/**
 * What an opened data dir makes of a node: one that was here before, or a new member.
 *
 * @param members of the cluster that is founded or joined; empty for a restart, whose storage knows
 */
record StartDecision(Kind kind, ClusterIdentity identity, List<Member> members) {
    enum Kind {
        /** The data dir holds a member; everything about an initial cluster is ignored. */
        RESTART,
        /** Nothing was ever appended or applied here: the first log entries are the members. */
        FOUND,
        /** Nothing was ever appended or applied here: the leader sends everything. */
        JOIN
    }

    /** Whether nothing was ever appended or applied here. */
    boolean fresh() {
        return kind != Kind.RESTART;
    }

    /**
     * @throws NodeStartException saying what is wrong and what to do
     */
    static StartDecision of(NodeOptions options, Storage storage, ColdStart coldStart) {
        LogStore log = storage.log();
        boolean fresh =
                log.lastIndex() == 0
                        && log.hardState().equals(HardState.EMPTY)
                        && storage.ordered().applied().index() == 0;
        if (!fresh) {
            coldStart.notNeeded();
            return new StartDecision(Kind.RESTART, storedIdentity(options, log), List.of());
        }
        if (options.forceNewCluster()) {
            throw new NodeStartException(
                    "--force-new-cluster goes on with the data of a lost cluster, but the data dir "
                            + options.dataDir()
                            + " holds none: name the data dir of a surviving member");
        }
        ColdStart.Origin origin = coldStart.origin();
        StartDecision decision =
                origin instanceof ColdStart.Joining joining
                        ? join(joining)
                        : found(options, (InitialCluster) origin);
        log.metadata()
                .map(ClusterIdentity::decode)
                .filter(stored -> !stored.equals(decision.identity()))
                .ifPresent(
                        stored -> {
                            throw foreignData(options, stored);
                        });
        return decision;
    }

    private static StartDecision found(NodeOptions options, InitialCluster founding) {
        List<Member> members = ClusterIdentity.membersOf(founding);
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
                                                        + founding.members().keySet()));
        long clusterId = ClusterIdentity.clusterId(members);
        return new StartDecision(Kind.FOUND, new ClusterIdentity(clusterId, self.id()), members);
    }

    private static StartDecision join(ColdStart.Joining joining) {
        ClusterIdentity identity = new ClusterIdentity(joining.clusterId(), joining.self().id());
        return new StartDecision(Kind.JOIN, identity, joining.members());
    }

    private static ClusterIdentity storedIdentity(NodeOptions options, LogStore log) {
        return log.metadata()
                .map(ClusterIdentity::decode)
                .orElseThrow(
                        () ->
                                new NodeStartException(
                                        "data dir "
                                                + options.dataDir()
                                                + " holds a log without an identity"));
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
