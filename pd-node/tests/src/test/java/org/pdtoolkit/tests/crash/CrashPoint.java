package org.pdtoolkit.tests.crash;

/**
 * A place where a member can be ended, who must be the victim for it to be reached, and what makes
 * the victim go there.
 */
enum CrashPoint {
    BEFORE_LOG_APPEND(at("storage.file.FileLogStore", "append").before(), Scene.LEADER),
    LOG_WRITTEN_NOT_FORCED(at("storage.file.FrameFile", "force").before(), Scene.LEADER),
    LOG_FORCED_NOT_COUNTED(at("storage.file.FileLogStore", "append").after(), Scene.LEADER),
    FOLLOWER_FORCED_NOT_ANSWERED(at("storage.file.FileLogStore", "append").after(), Scene.FOLLOWER),
    LEADER_SENT_NOT_WRITTEN(at("server.runtime.ConsensusLoop", "sendEarly").after(), Scene.LEADER),
    BEFORE_SEND(at("server.transport.PeerTransport", "send").before(), Scene.FOLLOWER),
    VOTE_NOT_WRITTEN(at("server.store.RaftLog", "append").before(), Scene.ELECTION),
    VOTE_WRITTEN_NOT_SENT(at("server.store.RaftLog", "append").after(), Scene.ELECTION),
    COMMITTED_NOT_APPLIED(at("server.runtime.ConsensusLoop", "handOver").before(), Scene.LEADER),
    BEFORE_STORE_COMMIT(at("storage.file.FileOrderedStore", "commit").before(), Scene.FOLLOWER),
    AFTER_STORE_COMMIT(at("storage.file.FileOrderedStore", "commit").after(), Scene.FOLLOWER),
    APPLIED_NOT_ANSWERED(at("kv.machine.KvMachine", "apply").after(), Scene.LEADER),
    ANSWERED(at("server.runtime.ApplyLoop", "applyNormal").after(), Scene.LEADER),
    WATCHERS_NOT_TOLD(at("kv.watch.WatchHub", "onPublished").before(), Scene.LEADER),
    BEFORE_STORE_SYNC(at("storage.file.FileOrderedStore", "sync").before(), Scene.FOLLOWER),
    AFTER_STORE_SYNC(at("storage.file.FileOrderedStore", "sync").after(), Scene.LEADER),
    BEFORE_LOG_CUT(at("storage.file.FileLogStore", "compact").before(), Scene.FOLLOWER),
    AFTER_LOG_CUT(at("storage.file.FileLogStore", "compact").after(), Scene.LEADER),
    BEFORE_NEW_SEGMENT(at("storage.file.LogSegments", "roll").before(), Scene.LEADER),
    AFTER_NEW_SEGMENT(at("storage.file.LogSegments", "roll").after(), Scene.FOLLOWER),
    BEFORE_STATE_REWRITTEN(at("storage.file.StateRewrite", "publish").before(), Scene.COMPACTION),
    AFTER_STATE_REWRITTEN(at("storage.file.StateRewrite", "publish").after(), Scene.COMPACTION),
    COMPACTION_PLANNED_NOT_WRITTEN(at("kv.mvcc.Compactor", "plan").after(), Scene.COMPACTION),
    COMPACTION_WRITTEN_NOT_SEEN(at("kv.mvcc.Compactor", "carryOut").before(), Scene.COMPACTION),
    MEMBER_CHANGE_NOT_APPLIED(at("server.runtime.Membership", "apply").before(), Scene.MEMBERS),
    MEMBER_CHANGE_NOT_WRITTEN(at("server.runtime.Membership", "apply").after(), Scene.MEMBERS),
    SNAPSHOT_BEGUN(at("server.runtime.SnapshotTransfer", "source").after(), Scene.SENDS_SNAPSHOT),
    SNAPSHOT_ARRIVES(at("storage.file.FileSnapshotStore", "create").after(), Scene.TAKES_SNAPSHOT),
    BEFORE_SNAPSHOT_INSTALLED(at("kv.machine.KvMachine", "install").before(), Scene.TAKES_SNAPSHOT),
    AFTER_SNAPSHOT_INSTALLED(at("kv.machine.KvMachine", "install").after(), Scene.TAKES_SNAPSHOT),
    LOG_NOT_RESET_AFTER_SNAPSHOT(
            at("storage.file.FileLogStore", "reset").before(), Scene.TAKES_SNAPSHOT),
    LOG_OPEN_NODE_NOT_STARTED(at("server.runtime.NodeRuntime", "start").before(), Scene.RESTART),
    WINDOW_NOT_SAVED(at("placement.tso.TimestampWindow", "extend").before(), Scene.LEADER),
    WINDOW_SAVED_NOT_USED(at("placement.tso.TimestampWindow", "saved").before(), Scene.LEADER),
    TIMESTAMP_TAKEN_NOT_SENT(at("placement.tso.TimestampOracle", "allocate").after(), Scene.LEADER),
    CAMPAIGN_WON_NOT_SERVING(
            at("placement.election.LeaderElection", "enterOffice").before(), Scene.TRANSFER);

    /** What has to happen for the victim to get to the point. */
    enum Scene {
        /** The PD leader, under load. */
        LEADER,
        /** Any other member, under load. */
        FOLLOWER,
        /** One of the two that are left when the leader is killed. */
        ELECTION,
        /** The member that is asked to lead. */
        TRANSFER,
        /** The leader, when a member comes back that needs a snapshot. */
        SENDS_SNAPSHOT,
        /** A member that comes back and needs a snapshot. */
        TAKES_SNAPSHOT,
        /** Any member, when keys are written over and over and their history is dropped. */
        COMPACTION,
        /** Any member, when a learner is added or removed. */
        MEMBERS,
        /** A member that starts. */
        RESTART
    }

    /**
     * A method of the product.
     *
     * @param type name of the class
     * @param entry whether its beginning is meant, else its normal end
     */
    record Place(String type, String method, boolean entry) {
        Place before() {
            return this;
        }

        Place after() {
            return new Place(type, method, false);
        }
    }

    private final Place place;
    private final Scene scene;

    CrashPoint(Place place, Scene scene) {
        this.place = place;
        this.scene = scene;
    }

    private static Place at(String type, String method) {
        return new Place("org.pdtoolkit." + type, method, true);
    }

    Place place() {
        return place;
    }

    Scene scene() {
        return scene;
    }
}
