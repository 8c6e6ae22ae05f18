/**
 * How a configuration turns into the next one: simple changes, entering and leaving the joint
 * state, and rebuilding from what a snapshot says.
 *
 * <p>May import {@code tracker}, {@code quorum}, {@code invariant}. Start with {@link
 * org.pdtoolkit.raft.confchange.Changer}.
 */
package org.pdtoolkit.raft.confchange;
