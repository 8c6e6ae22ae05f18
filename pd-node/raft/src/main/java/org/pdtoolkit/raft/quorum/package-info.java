/**
 * Majorities over one or two sets of voters: who won, and which index is committed.
 *
 * <p>Pure arithmetic on ids and indexes; imports nothing. Start with {@link
 * org.pdtoolkit.raft.quorum.JointConfig}.
 */
package org.pdtoolkit.raft.quorum;
