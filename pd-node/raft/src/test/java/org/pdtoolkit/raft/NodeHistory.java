package org.pdtoolkit.raft;

/** What must hold over one run of one node, from its start to its crash. */
final class NodeHistory {
    private static final int LONG_AGO = Integer.MAX_VALUE;

    private final int leaseTicks;
    private long term;
    private long committed;
    private long applied;

    /** Ticks since a leader of {@code heardTerm} was heard as a follower of it. */
    private int ticksSinceHeard = LONG_AGO;

    private long heardTerm;

    private boolean mustIgnore;
    private int answersBefore;

    /**
     * @param leaseTicks for how long a node sticks to a leader; 0 without check-quorum
     */
    NodeHistory(int leaseTicks) {
        this.leaseTicks = leaseTicks;
    }

    private static void require(boolean condition, String what, RaftNode node) {
        if (!condition) {
            throw new AssertionError(what + " " + node.status());
        }
    }

    void onTick() {
        if (ticksSinceHeard != LONG_AGO) {
            ticksSinceHeard++;
        }
    }

    /** It was told to act as if there were no leader. */
    void onForget() {
        ticksSinceHeard = LONG_AGO;
    }

    /** Before a message is taken. */
    void before(Message message, RaftNode node) {
        boolean request =
                message.type() == MessageType.VOTE || message.type() == MessageType.PRE_VOTE;
        mustIgnore =
                request
                        && message.term() > node.term()
                        && !message.isTransferCampaign()
                        && ticksSinceHeard < leaseTicks;
        answersBefore = node.raft().messagesAfterAppend().size();
    }

    /** I10: after a message was taken, and before the answers are. */
    void after(Message message, RaftNode node) {
        if (mustIgnore) {
            require(
                    node.term() == term
                            && node.raft().messagesAfterAppend().size() == answersBefore,
                    "I10 a candidate was answered although the leader is alive",
                    node);
        }
        boolean fromLeader =
                switch (message.type()) {
                    case APP, HEARTBEAT, SNAP -> true;
                    default -> false;
                };
        if (fromLeader && message.term() == node.term() && node.role() == Role.FOLLOWER) {
            ticksSinceHeard = 0;
            heardTerm = node.term();
        }
    }

    /** N2, N10: after every call. No proposal of the simulation is above the limit alone. */
    void onState(RaftNode node) {
        Raft raft = node.raft();
        require(
                raft.leaderRole().uncommittedBytes() <= raft.config().maxUncommittedBytes(),
                "N10 the uncommitted tail is too long",
                node);
        require(node.term() >= term, "N2 the term went back", node);
        require(node.committed() >= committed, "N2 the commit index went back", node);
        require(node.applied() >= applied, "N2 the applied index went back", node);
        term = node.term();
        committed = node.committed();
        applied = node.applied();
        if (node.role() != Role.FOLLOWER || term != heardTerm) {
            ticksSinceHeard = LONG_AGO;
        }
    }
}
