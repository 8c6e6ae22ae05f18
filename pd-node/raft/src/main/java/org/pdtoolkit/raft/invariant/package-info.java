/**
 * Checks that stay on in production, and the exception that stops a node.
 *
 * <p>Imports nothing. Start with {@link org.pdtoolkit.raft.invariant.Invariant}.
 */
package org.pdtoolkit.raft.invariant;
