package org.pdtoolkit.raft;

import java.util.List;
import org.pdtoolkit.raft.tracker.ProgressState;

/**
 * A copy of everything an operator may want to know.
 *
 * @param transferee 0 unless leadership is being handed over
 * @param progress one a tracked node, ascending ids; empty unless this node leads
 */
public record Status(
        long id,
        HardState hardState,
        SoftState softState,
        long applied,
        long lastIndex,
        long transferee,
        ConfState confState,
        List<PeerProgress> progress) {
    public Status {
        progress = List.copyOf(progress);
    }

    /**
     * What the leader knows about one node, itself included.
     *
     * @param match last index known to be equal there
     * @param next first index to be sent next
     * @param paused nothing is sent to it for the moment
     * @param recentActive heard of in the current or last election timeout period
     * @param pendingSnapshot index of the snapshot on its way, 0 if none
     * @param inflightCount appends sent and not acknowledged
     */
    public record PeerProgress(
            long id,
            ProgressState state,
            long match,
            long next,
            boolean learner,
            boolean paused,
            boolean recentActive,
            long pendingSnapshot,
            int inflightCount) {}
}
