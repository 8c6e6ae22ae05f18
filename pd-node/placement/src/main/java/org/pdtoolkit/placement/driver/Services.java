package org.pdtoolkit.placement.driver;

import java.util.List;
import java.util.function.Consumer;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.cluster.ClusterState;
import org.pdtoolkit.placement.cluster.MemberRecords;
import org.pdtoolkit.placement.election.Fence;
import org.pdtoolkit.placement.election.LeaderElection;
import org.pdtoolkit.placement.election.LeaderPriorities;
import org.pdtoolkit.placement.election.Leadership;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.election.Term;
import org.pdtoolkit.placement.id.IdAllocator;
import org.pdtoolkit.placement.keys.KeyPath;
import org.pdtoolkit.placement.tso.ClusterTime;
import org.pdtoolkit.placement.tso.TimestampWindow;

/**
 * Everything whose keys contain the cluster id; built once that is known.
 *
 * <p>Thread: owner, except what the parts say of themselves.
 */
final class Services {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    final long clusterId;
    final LeaderElection election;
    final LeaderPriorities priorities;
    final ClusterState cluster;
    final MemberRecords records;
    final IdAllocator ids;

    private final ClusterTime clusterTime;
    private final TimestampWindow timestamps;

    /** The term whose duties are entered; null while not promoted. */
    private Term promoted;

    Services(
            long clusterId,
            PlacementConfig config,
            OwnedKv kv,
            Consensus consensus,
            TimeSource time,
            EventSink events,
            Consumer<Office> publish) {
        this.clusterId = clusterId;
        KeyPath keys = new KeyPath(clusterId);
        clusterTime =
                new ClusterTime(
                        kv,
                        time,
                        keys.timestamp(),
                        config.tsoSaveIntervalMillis() * NANOS_PER_MILLI);
        timestamps =
                new TimestampWindow(
                        kv, time, clusterTime, keys.timestamp(), config, events, this::resign);
        cluster = new ClusterState(kv, time, keys, events);
        ids = new IdAllocator(kv, keys.allocId(), events, this::resign);
        records = new MemberRecords(kv, time, keys, consensus.memberId(), config, events);
        Fence fence = new Fence(consensus, time);
        election =
                new LeaderElection(
                        kv,
                        consensus,
                        time,
                        new Leadership(
                                kv,
                                time,
                                keys.leader(),
                                config.memberValue(),
                                config.leaseSeconds()),
                        keys.leader(),
                        List.of(timestamps, cluster, ids),
                        new LeaderElection.Promotion() {
                            @Override
                            public void open(Term term) {
                                promoted = term;
                                publish.accept(new Office(term, timestamps.oracle(), fence));
                            }

                            @Override
                            public void close() {
                                publish.accept(null);
                                promoted = null;
                            }
                        },
                        config,
                        events);
        priorities = new LeaderPriorities(kv, consensus, time, keys, election, config, events);
    }

    private void resign(Term term, StepDownReason reason) {
        election.resign(term, reason);
    }

    Term promoted() {
        return promoted;
    }

    void start() {
        clusterTime.start();
        records.start();
        election.start();
    }

    void tick() {
        election.tick();
        timestamps.tick();
        records.tick();
        priorities.tick();
    }

    void stop() {
        election.stop();
        records.stop();
        clusterTime.stop();
    }
}
