package org.pdtoolkit.raft.tracker;

import org.pdtoolkit.raft.invariant.Invariant;
import org.pdtoolkit.raft.quorum.AckedIndex;
import org.pdtoolkit.raft.quorum.Ballot;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.Vote;
import org.pdtoolkit.raft.quorum.VoteResult;

/**
 * The configuration and one {@link Progress} for each of its nodes.
 *
 * <p>Kept as two parallel arrays in ascending id order: groups have a handful of nodes, so a scan
 * costs less than hashing and the order of every walk is fixed. A membership change builds a new
 * tracker through {@link Builder} and replaces this one.
 */
public final class ProgressTracker {
    private final Configuration configuration;
    private final IdSet ids;
    private final Progress[] progress;

    // Bound once: these are called for every acknowledgement.
    private final AckedIndex matches = id -> required(id).match();
    private final AckedIndex readPositions = id -> required(id).readPosition();
    private final Ballot votes = id -> required(id).vote();
    private final Ballot activity =
            id -> required(id).isRecentActive() ? Vote.GRANTED : Vote.REJECTED;

    private ProgressTracker(Configuration configuration, IdSet ids, Progress[] progress) {
        this.configuration = configuration;
        this.ids = ids;
        this.progress = progress;
    }

    /** A tracker without any node. */
    public static ProgressTracker empty() {
        return new ProgressTracker(Configuration.EMPTY, IdSet.EMPTY, new Progress[0]);
    }

    public Configuration configuration() {
        return configuration;
    }

    /** Number of tracked nodes, learners included. */
    public int size() {
        return progress.length;
    }

    /** Id at {@code position} in {@code [0, size)}, ascending. */
    public long idAt(int position) {
        return ids.get(position);
    }

    public Progress progressAt(int position) {
        return progress[position];
    }

    /** Progress of {@code id}, null if it is not tracked. */
    public Progress get(long id) {
        for (int i = 0; i < progress.length; i++) {
            if (ids.get(i) == id) {
                return progress[i];
            }
        }
        return null;
    }

    /** Highest index that a quorum has acknowledged. */
    public long committed() {
        return configuration.voters().committedIndex(matches);
    }

    /** Number of reads that a quorum has confirmed. */
    public long confirmedReads() {
        return configuration.voters().committedIndex(readPositions);
    }

    /** Whether a quorum was heard of since the flags were cleared. */
    public boolean isQuorumActive() {
        return configuration.voters().voteResult(activity) == VoteResult.WON;
    }

    /** Whether {@code id} is the only voter. */
    public boolean isOnlyVoter(long id) {
        return !configuration.isJoint()
                && configuration.voters().incoming().size() == 1
                && configuration.voters().incoming().contains(id);
    }

    public void clearVotes() {
        for (Progress each : progress) {
            each.setVote(Vote.MISSING);
        }
    }

    /** Notes the answer of {@code id}; only the first one counts. */
    public void recordVote(long id, boolean granted) {
        Progress voter = get(id);
        if (voter != null && voter.vote() == Vote.MISSING) {
            voter.setVote(granted ? Vote.GRANTED : Vote.REJECTED);
        }
    }

    /** Number of nodes other than learners whose answer is {@code vote}. */
    public int countVotes(Vote vote) {
        int count = 0;
        for (Progress each : progress) {
            if (!each.isLearner() && each.vote() == vote) {
                count++;
            }
        }
        return count;
    }

    public VoteResult voteResult() {
        return configuration.voters().voteResult(votes);
    }

    /** Starts a changed copy; this tracker stays as it is. */
    public Builder change() {
        return new Builder(this);
    }

    private Progress required(long id) {
        Progress found = get(id);
        Invariant.check(found != null, "voter %x is not tracked", id);
        return found;
    }

    /** A tracker under change. Progress objects are copied, so a refused change leaves no trace. */
    public static final class Builder {
        private IdSet ids;
        private Progress[] progress;

        private Builder(ProgressTracker base) {
            ids = base.ids;
            progress = new Progress[base.progress.length];
            for (int i = 0; i < progress.length; i++) {
                progress[i] = base.progress[i].successor();
            }
        }

        public boolean contains(long id) {
            return ids.contains(id);
        }

        public boolean isLearner(long id) {
            return progress[positionOf(id)].isLearner();
        }

        public void setLearner(long id, boolean learner) {
            progress[positionOf(id)].setLearner(learner);
        }

        /** Tracks a new node. */
        public void add(long id, Progress added) {
            IdSet grown = ids.with(id);
            Progress[] copy = new Progress[grown.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = grown.get(i) == id ? added : progress[positionOf(grown.get(i))];
            }
            ids = grown;
            progress = copy;
        }

        /** Stops tracking {@code id}. */
        public void remove(long id) {
            IdSet shrunk = ids.without(id);
            Progress[] copy = new Progress[shrunk.size()];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = progress[positionOf(shrunk.get(i))];
            }
            ids = shrunk;
            progress = copy;
        }

        /** Finishes; the builder must not be used afterwards. */
        public ProgressTracker build(Configuration configuration) {
            check(configuration);
            return new ProgressTracker(configuration, ids, progress);
        }

        /** The invariants of {@link Configuration}, and that exactly its nodes are tracked. */
        private void check(Configuration configuration) {
            IdSet outgoing = configuration.voters().outgoing();
            IdSet named = configuration.voters().all().union(configuration.learners());
            Invariant.check(named.equals(ids), "tracked nodes differ from the configuration");
            for (int i = 0; i < ids.size(); i++) {
                long id = ids.get(i);
                boolean learner = configuration.learners().contains(id);
                Invariant.check(
                        learner == progress[i].isLearner(), "learner flag of %x is wrong", id);
                Invariant.check(
                        !learner || !configuration.voters().contains(id),
                        "learner %x is a voter",
                        id);
            }
            for (int i = 0; i < configuration.learnersNext().size(); i++) {
                long id = configuration.learnersNext().get(i);
                Invariant.check(outgoing.contains(id), "next learner %x is not leaving", id);
            }
            Invariant.check(
                    configuration.isJoint() || !configuration.autoLeave(),
                    "automatic leave outside of a joint configuration");
        }

        private int positionOf(long id) {
            for (int i = 0; i < progress.length; i++) {
                if (ids.get(i) == id) {
                    return i;
                }
            }
            throw new IllegalArgumentException("not tracked: " + Long.toUnsignedString(id));
        }
    }
}
