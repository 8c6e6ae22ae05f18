package org.pdtoolkit.raft;

import static org.pdtoolkit.raft.Texts.hex;

import java.util.List;

/**
 * Something worth logging that happened inside the core. Events are values: the server logs them,
 * tests assert them. The texts are the ones operators know from etcd; ids in them are hexadecimal.
 */
public sealed interface RaftEvent {
    /** How much attention it deserves. */
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** One line, without level and time. */
    String text();

    default Level level() {
        return Level.INFO;
    }

    /** Last entry and vote of a node that answers a candidate. */
    record Ballot(long node, long lastTerm, long lastIndex, long vote) {
        @Override
        public String toString() {
            return Texts.format(
                    "%x [logterm: %d, index: %d, vote: %x]", node, lastTerm, lastIndex, vote);
        }
    }

    /** Who asks for a vote, and where its log ends. */
    record Candidate(MessageType type, long from, long lastTerm, long lastIndex) {
        static Candidate of(Message request) {
            return new Candidate(
                    request.type(), request.from(), request.logTerm(), request.index());
        }

        private String text(Ballot ballot, String verb, String preposition, long term) {
            return Texts.format(
                    "%s %s %s %s %x [logterm: %d, index: %d] at term %d",
                    ballot, verb, type, preposition, from, lastTerm, lastIndex, term);
        }
    }

    /** A node was constructed. */
    record Started(
            long node,
            List<Long> voters,
            long term,
            long commit,
            long applied,
            long lastIndex,
            long lastTerm)
            implements RaftEvent {
        @Override
        public String text() {
            StringBuilder peers = new StringBuilder();
            for (long voter : voters) {
                peers.append(peers.length() == 0 ? "" : ",").append(hex(voter));
            }
            return Texts.format(
                    "newRaft %x [peers: [%s], term: %d, commit: %d, applied: %d, lastindex: %d,"
                            + " lastterm: %d]",
                    node, peers, term, commit, applied, lastIndex, lastTerm);
        }
    }

    /** A membership took effect. */
    record ConfigurationSwitched(long node, String configuration) implements RaftEvent {
        @Override
        public String text() {
            return hex(node) + " switched to configuration " + configuration;
        }
    }

    /** The node took on a role, possibly the one it had. */
    record RoleTaken(long node, Role role, long term) implements RaftEvent {
        @Override
        public String text() {
            String name =
                    switch (role) {
                        case FOLLOWER -> "follower";
                        case PRE_CANDIDATE -> "pre-candidate";
                        case CANDIDATE -> "candidate";
                        case LEADER -> "leader";
                    };
            return hex(node) + " became " + name + " at term " + term;
        }
    }

    /** A campaign passed all guards. */
    record CampaignStarted(long node, long term) implements RaftEvent {
        @Override
        public String text() {
            return hex(node) + " is starting a new election at term " + term;
        }
    }

    /** A vote was requested of {@code to}. */
    record VoteRequested(
            long node, long lastTerm, long lastIndex, MessageType type, long to, long term)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [logterm: %d, index: %d] sent %s request to %x at term %d",
                    node, lastTerm, lastIndex, type, to, term);
        }
    }

    /** An answer to a vote request arrived. */
    record VoteReceived(long node, MessageType type, boolean granted, long from, long term)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x received %s%s from %x at term %d",
                    node, type, granted ? "" : " rejection", from, term);
        }
    }

    /** The state of the poll after an answer. */
    record VotesCounted(long node, MessageType type, int granted, int rejected)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x has received %d %s votes and %d vote rejections",
                    node, granted, type, rejected);
        }
    }

    /** This node granted a (pre-)vote. */
    record VoteCast(Ballot ballot, Candidate candidate, long term) implements RaftEvent {
        @Override
        public String text() {
            return candidate.text(ballot, "cast", "for", term);
        }
    }

    /** This node refused a (pre-)vote. */
    record VoteRejected(Ballot ballot, Candidate candidate, long term) implements RaftEvent {
        @Override
        public String text() {
            return candidate.text(ballot, "rejected", "from", term);
        }
    }

    /** This node heard from a leader lately and did not answer a candidate. */
    record VoteIgnored(Ballot ballot, Candidate candidate, long term, int remainingTicks)
            implements RaftEvent {
        @Override
        public String text() {
            return candidate.text(ballot, "ignored", "from", term)
                    + ": lease is not expired (remaining ticks: "
                    + remainingTicks
                    + ")";
        }
    }

    /** A message of a later term makes this node a follower of that term. */
    record HigherTermReceived(long node, long term, MessageType type, long from, long messageTerm)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [term: %d] received a %s message with higher term from %x [term: %d]",
                    node, term, type, from, messageTerm);
        }
    }

    /** A message of an earlier term was ignored. */
    record LowerTermIgnored(long node, long term, MessageType type, long from, long messageTerm)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [term: %d] ignored a %s message with lower term from %x [term: %d]",
                    node, term, type, from, messageTerm);
        }
    }

    /** This node may not campaign. */
    record CampaignRefused(long node, String reason) implements RaftEvent {
        @Override
        public String text() {
            return hex(node) + " " + reason;
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** The leader lost contact to a quorum. */
    record QuorumLost(long node) implements RaftEvent {
        @Override
        public String text() {
            return hex(node) + " stepped down to follower since quorum is not active";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** A follower was told to forget its leader. */
    record LeaderForgotten(long node, long leader, long term) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format("%x forgetting leader %x at term %d", node, leader, term);
        }
    }

    /** A proposal was dropped; the caller knows. */
    record ProposalDropped(long node, String reason) implements RaftEvent {
        @Override
        public String text() {
            return hex(node) + " " + reason + "; dropping proposal";
        }
    }

    /** The leader began to hand over. */
    record TransferStarted(long node, long term, long to) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format("%x [term %d] starts to transfer leadership to %x", node, term, to);
        }
    }

    /** A transfer ended without success, as far as this leader knows. */
    record TransferAborted(long node, long term, long to, String reason) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [term %d] abort transfer leadership to %x: %s", node, term, to, reason);
        }
    }

    /** The transfer target has the whole log already. */
    record TimeoutNowSent(long node, long to) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x sends MsgTimeoutNow to %x immediately as %x already has up-to-date log",
                    node, to, to);
        }
    }

    /** This node is asked to take over. */
    record TimeoutNowReceived(long node, long term, long from) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [term %d] received MsgTimeoutNow from %x and starts an election to get"
                            + " leadership.",
                    node, term, from);
        }
    }

    /** An append differs from what this follower holds. */
    record ConflictFound(long index, long existingTerm, long conflictingTerm) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "found conflict at index %d [existing term: %d, conflicting term: %d]",
                    index, existingTerm, conflictingTerm);
        }
    }

    /** Entries that may be on their way to the disk are replaced. */
    record UnstableReplaced(boolean everything, long index) implements RaftEvent {
        @Override
        public String text() {
            return everything
                    ? "replace the unstable entries from index " + index
                    : "truncate the unstable entries before index " + index;
        }
    }

    /** A report that entries are durable came too late to mean anything. */
    record StableIgnored(long index, String reason) implements RaftEvent {
        @Override
        public String text() {
            return "entry at index " + index + " " + reason + "; ignoring";
        }
    }

    /** A snapshot is about to replace the log. */
    record RestoreStarted(String log, long index, long term) implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "log [%s] starts to restore snapshot [index: %d, term: %d]", log, index, term);
        }
    }

    /** A snapshot replaced log and membership. */
    record SnapshotRestored(
            long node, long commit, long lastIndex, long lastTerm, long index, long term)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [commit: %d, lastindex: %d, lastterm: %d] restored snapshot [index: %d,"
                            + " term: %d]",
                    node, commit, lastIndex, lastTerm, index, term);
        }
    }

    /** What became of a snapshot message. */
    record SnapshotHandled(long node, long commit, boolean restored, long index, long term)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x [commit: %d] %s snapshot [index: %d, term: %d]",
                    node, commit, restored ? "restored" : "ignored", index, term);
        }
    }

    /** The leader leaves a joint configuration by itself. */
    record AutoLeaveStarted(String configuration) implements RaftEvent {
        @Override
        public String text() {
            return "initiating automatic transition out of joint configuration " + configuration;
        }
    }

    /** A proposed membership change was replaced by an empty entry. */
    record ConfChangeIgnored(long node, ConfChange change, String configuration, String reason)
            implements RaftEvent {
        @Override
        public String text() {
            return Texts.format(
                    "%x ignoring conf change %s at config %s: %s",
                    node, change, configuration, reason);
        }
    }

    /** Anything that only matters to someone who looks for it. */
    record Note(Level level, String text) implements RaftEvent {}
}
