/**
 * The Raft core: a deterministic state machine that is given ticks, messages and requests, and
 * answers with what to persist, send and apply.
 *
 * <p>No I/O, clock, thread, logger, random source or hash order in here; the packages below ({@code
 * quorum}, {@code tracker}, {@code confchange}, {@code invariant}) do not know this one. Start with
 * {@link org.pdtoolkit.raft.RaftNode}, then {@link org.pdtoolkit.raft.Ready}; inside, {@code Raft}
 * holds the state and the rules about terms, {@code Elections}, {@code LeaderRole}, {@code
 * FollowerRole} and {@code Membership} the rest, {@code RaftLog} the log.
 *
 * <p>The election in one sitting: {@code Raft.tick} counts until the timeout, {@code Elections}
 * from top to bottom asks, answers and counts, {@code Raft.step} says what a higher or lower term
 * means for all of it, {@code Raft.becomeLeader} is its end. {@code ElectionTest} has a table for
 * each rule, {@code StuckNodeTest} the three stories behind the answers that look needless.
 *
 * <p>Source: Ongaro's thesis, and the observable behaviour of etcd's raft.
 */
package org.pdtoolkit.raft;
