/**
 * Who leads: the leader key with its lease, the fence around every answer, the loop that campaigns
 * and steps down, and the priorities of the members.
 *
 * <p>May import the root packages of placement and kv, {@code placement.keys} and {@code
 * org.pdtoolkit.bytes}. Knows nothing of timestamps, ids or the cluster: they are {@link
 * org.pdtoolkit.placement.election.Duty duties}. Start with {@link
 * org.pdtoolkit.placement.election.LeaderElection}; the argument why it is safe is ADR 0002.
 */
package org.pdtoolkit.placement.election;
