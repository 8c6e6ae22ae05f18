package org.pdtoolkit.raft;

import java.util.function.UnaryOperator;

/**
 * The three ways in which options that calm elections could lock a node out for good. Each scenario
 * answers after how many ticks the group is whole again.
 */
final class StuckNodes {
    /** The longest election timeout. */
    static final int TIMEOUT_TICKS = 19;

    static final int NEVER = -1;

    private static final int PATIENCE_TICKS = 50 * TIMEOUT_TICKS;

    private StuckNodes() {}

    private static void tickAll(Group group, int times) {
        for (int i = 0; i < times; i++) {
            group.members.keySet().forEach(id -> group.tick(id, 1));
            group.settle();
        }
    }

    /**
     * Check-quorum without pre-vote: a node that was cut off has campaigned in vain, so its term is
     * ahead. The others ignore its votes because their leader lives, and it ignores that leader
     * because of the lower term (etcd issues 5451, 5468).
     */
    static int aTermThatRanAheadBehindACut() {
        Group group = new Group(3, options -> options.preVote(false));
        group.elect(1);
        group.isolate(3);
        tickAll(group, 3 * TIMEOUT_TICKS);
        group.propose(1, "missed");
        group.settle();
        group.heal();
        return ticksUntilAllFollow(group);
    }

    /**
     * Pre-vote: a node wins the pre-vote, enters the next term and is cut off before anybody gets
     * its vote request. Its log falls behind, so it never wins a pre-vote again, and it ignores the
     * leader of the lower term (etcd issues 8501, 8525).
     */
    static int aCutBetweenPreVoteAndVote() {
        Group group = new Group(3, options -> options);
        group.elect(1);
        for (long id = 2; id <= 3; id++) {
            group.node(id).raft().setRandomizedElectionTicks(Integer.MAX_VALUE);
            group.tick(id, 10);
        }
        group.isolate(1);
        group.node(3).campaign();
        group.drain(3).forEach(group::deliver);
        group.drain(2).forEach(group::deliver);
        group.isolate(3);
        group.settle();
        if (group.node(3).role() != Role.CANDIDATE) {
            throw new IllegalStateException("it did not win the pre-vote");
        }
        group.heal();
        group.isolate(3);
        group.propose(1, "missed");
        group.settle();
        group.heal();
        return ticksUntilAllFollow(group);
    }

    /**
     * Pre-vote switched on in a running group: one node has a higher term and an old log, the
     * others the reverse, and the leader is lost. The one cannot win for its log; were it silent to
     * pre-votes of lower terms, the others could not either.
     */
    static int preVoteSwitchedOnWithOneTermAhead() {
        Group group = new Group(3, options -> options.preVote(false).checkQuorum(false));
        group.elect(1);
        group.isolate(3);
        group.propose(1, "missed");
        group.settle();
        group.elect(3);
        group.elect(3);
        for (long id = 1; id <= 3; id++) {
            group.restart(id, options -> options.preVote(true).checkQuorum(false));
        }
        group.heal();
        group.isolate(1);
        return ticksUntilLed(group, 1);
    }

    /** The same with random histories; the leader is lost after the last restart. */
    static int preVoteSwitchedOnAfterRandomFaults(int seed, int size) {
        RandomSource random = RandomSource.seeded(seed);
        boolean checkQuorum = random.nextInt(2) == 0;
        UnaryOperator<RaftConfig.Builder> before =
                options -> options.preVote(false).checkQuorum(checkQuorum);
        Group group = new Group(size, before);
        for (int round = 0; round < 6; round++) {
            group.heal();
            group.isolate(1 + random.nextInt(size));
            tickAll(group, random.nextInt(3 * TIMEOUT_TICKS));
            proposeAtLeader(group);
        }
        for (long id = 1; id <= size; id++) {
            group.restart(id, options -> options.preVote(true).checkQuorum(checkQuorum));
            tickAll(group, random.nextInt(3));
        }
        long lost = 1 + random.nextInt(size);
        for (long id = 1; id <= size; id++) {
            lost = group.node(id).role() == Role.LEADER ? id : lost;
        }
        group.heal();
        group.isolate(lost);
        return ticksUntilLed(group, lost);
    }

    private static void proposeAtLeader(Group group) {
        for (Group.Member member : group.members.values()) {
            if (member.node.role() == Role.LEADER) {
                group.propose(member.node.id(), "x");
            }
        }
        group.settle();
    }

    private static int ticksUntilAllFollow(Group group) {
        for (int ticks = 0; ticks <= PATIENCE_TICKS; ticks++) {
            RaftNode first = group.node(1);
            boolean whole = first.leader() != 0;
            for (Group.Member member : group.members.values()) {
                RaftNode node = member.node;
                whole &= node.leader() == first.leader() && node.committed() == first.lastIndex();
            }
            if (whole) {
                return ticks;
            }
            tickAll(group, 1);
        }
        return NEVER;
    }

    private static int ticksUntilLed(Group group, long except) {
        for (int ticks = 0; ticks <= PATIENCE_TICKS; ticks++) {
            for (Group.Member member : group.members.values()) {
                RaftNode node = member.node;
                if (node.role() == Role.LEADER
                        && node.id() != except
                        && node.raft().log().matchesTerm(node.term(), node.committed())) {
                    return ticks;
                }
            }
            tickAll(group, 1);
        }
        return NEVER;
    }
}
