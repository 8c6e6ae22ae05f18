package org.pdtoolkit.placement;

/** Why a term of office as PD leader ended. */
public enum StepDownReason {
    /** This member no longer leads the Raft group, or leads it in another term. */
    RAFT_LEADERSHIP_LOST("raft leadership lost"),
    /** The lease was not renewed in time, or the store no longer knows it. */
    LEASE_LOST("leader lease lost"),
    /** The leader key was deleted, or a guarded write found it changed. */
    LEADER_KEY_LOST("leader key lost"),
    /** No write of this member's disk finished within the bound for a whole lease. */
    DISK_STALLED("disk stalled"),
    /** The timestamp window ran dry and could not be extended. */
    WINDOW_LOST("timestamp window could not be extended"),
    /** A step between winning and serving failed. */
    PROMOTION_FAILED("promotion failed"),
    /** Leadership is handed to another member. */
    HAND_OVER("handing over"),
    /** The node stops. */
    STOPPING("stopping");

    private final String text;

    StepDownReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
