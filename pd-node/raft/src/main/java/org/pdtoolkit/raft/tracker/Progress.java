package org.pdtoolkit.raft.tracker;

import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.quorum.Vote;

/**
 * What a leader knows about one node, itself included.
 *
 * <p>Invariant: {@code match < next}. {@code match} is the highest index known to be equal there,
 * {@code next} the first one to be sent next. Thread: the owner of the core.
 */
public final class Progress {
    private final Inflights inflights;
    private ProgressState state = ProgressState.PROBE;
    private long match;
    private long next;

    /** Highest commit index that was put into a message; lowered when that message may be lost. */
    private long sentCommit;

    /** Index of the snapshot being sent; 0 outside of the snapshot state. */
    private long pendingSnapshot;

    private boolean recentActive;

    /** Set when probe or window allow no more appends; cleared by any sign of the follower. */
    private boolean appendsPaused;

    private boolean learner;
    private Vote vote = Vote.MISSING;

    /** Newest read position the node has confirmed, see the read index rules. */
    private long readPosition;

    public Progress(long next, int inflightCountMax, long inflightBytesMax) {
        this.next = next;
        this.inflights = new Inflights(inflightCountMax, inflightBytesMax);
    }

    private Progress(Progress other) {
        inflights = other.inflights;
        state = other.state;
        match = other.match;
        next = other.next;
        sentCommit = other.sentCommit;
        pendingSnapshot = other.pendingSnapshot;
        recentActive = other.recentActive;
        appendsPaused = other.appendsPaused;
        learner = other.learner;
        vote = other.vote;
        readPosition = other.readPosition;
    }

    /** A twin that takes this one's place when a new configuration is accepted. */
    Progress successor() {
        return new Progress(this);
    }

    /** Back to the start of a term: nothing known, except what the node is. */
    public void reset(long newMatch, long newNext) {
        enter(ProgressState.PROBE);
        match = newMatch;
        next = newNext;
        sentCommit = 0;
        recentActive = false;
        vote = Vote.MISSING;
        readPosition = 0;
    }

    /** Empties the window and clears what belongs to the state being left. */
    private void enter(ProgressState newState) {
        state = newState;
        appendsPaused = false;
        pendingSnapshot = 0;
        inflights.reset();
    }

    /** Starts probing, after a snapshot from behind it, else from behind the last match. */
    public void becomeProbe() {
        long snapshotIndex = state == ProgressState.SNAPSHOT ? pendingSnapshot : 0;
        enter(ProgressState.PROBE);
        next = Math.max(match, snapshotIndex) + 1;
        sentCommit = Math.min(sentCommit, next - 1);
    }

    /** Starts sending ahead from behind the last match. */
    public void becomeReplicate() {
        enter(ProgressState.REPLICATE);
        next = match + 1;
    }

    /** Stops sending until the snapshot at {@code index} has arrived. */
    public void becomeSnapshot(long index) {
        enter(ProgressState.SNAPSHOT);
        pendingSnapshot = index;
        next = index + 1;
        sentCommit = index;
    }

    /** The snapshot was not delivered: probing will start from the last match. */
    public void forgetPendingSnapshot() {
        pendingSnapshot = 0;
    }

    /**
     * Accounts for an append that leaves now.
     *
     * @param entries how many it carries, may be 0
     * @param bytes their payload bytes
     */
    public void sentEntries(int entries, long bytes) {
        if (state == ProgressState.REPLICATE) {
            if (entries > 0) {
                next += entries;
                inflights.add(next - 1, bytes);
            }
            appendsPaused = inflights.isFull();
        } else {
            Invariant.check(state == ProgressState.PROBE, "append sent in snapshot state");
            if (entries > 0) {
                appendsPaused = true;
            }
        }
    }

    /** Whether telling the follower of {@code commit} would be news that it can use. */
    public boolean canBumpCommit(long commit) {
        return commit > sentCommit && sentCommit < next - 1;
    }

    public void sentCommit(long commit) {
        sentCommit = commit;
    }

    /** Takes an acknowledgement up to {@code index}; false if it says nothing new. */
    public boolean maybeUpdate(long index) {
        if (index <= match) {
            return false;
        }
        match = index;
        next = Math.max(next, index + 1);
        appendsPaused = false;
        return true;
    }

    /**
     * Takes a refusal of the append behind {@code rejected}.
     *
     * @param candidate the last index at which both logs may agree
     * @return false if the refusal is stale
     */
    public boolean maybeDecrement(long rejected, long candidate) {
        if (state == ProgressState.REPLICATE) {
            if (rejected <= match) {
                return false;
            }
            next = match + 1;
        } else {
            if (next - 1 != rejected) {
                return false;
            }
            next = Math.max(Math.min(rejected, candidate + 1), match + 1);
            appendsPaused = false;
        }
        sentCommit = Math.min(sentCommit, next - 1);
        return true;
    }

    /** Whether no append may be sent now. */
    public boolean isPaused() {
        return state == ProgressState.SNAPSHOT || appendsPaused;
    }

    public void pauseAppends() {
        appendsPaused = true;
    }

    public void resumeAppends() {
        appendsPaused = false;
    }

    public ProgressState state() {
        return state;
    }

    public long match() {
        return match;
    }

    public long next() {
        return next;
    }

    public long sentCommit() {
        return sentCommit;
    }

    public long pendingSnapshot() {
        return pendingSnapshot;
    }

    public boolean isRecentActive() {
        return recentActive;
    }

    public void setRecentActive(boolean active) {
        recentActive = active;
    }

    public boolean isLearner() {
        return learner;
    }

    void setLearner(boolean isLearner) {
        learner = isLearner;
    }

    public Inflights inflights() {
        return inflights;
    }

    public Vote vote() {
        return vote;
    }

    void setVote(Vote newVote) {
        vote = newVote;
    }

    public long readPosition() {
        return readPosition;
    }

    public void confirmReads(long position) {
        readPosition = Math.max(readPosition, position);
    }

    /** State, indexes, and every condition that keeps it from moving. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(64);
        text.append(state).append(" match=").append(match).append(" next=").append(next);
        if (learner) {
            text.append(" learner");
        }
        if (isPaused()) {
            text.append(" paused");
        }
        if (pendingSnapshot > 0) {
            text.append(" pendingSnap=").append(pendingSnapshot);
        }
        if (!recentActive) {
            text.append(" inactive");
        }
        if (inflights.count() > 0) {
            text.append(" inflight=").append(inflights.count());
            if (inflights.isFull()) {
                text.append("[full]");
            }
        }
        return text.toString();
    }
}
