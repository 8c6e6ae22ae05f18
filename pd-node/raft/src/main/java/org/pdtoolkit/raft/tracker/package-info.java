/**
 * What a leader knows about each node of its group, and the configuration that names them.
 *
 * <p>May import {@code quorum} and {@code invariant}. Start with {@link
 * org.pdtoolkit.raft.tracker.ProgressTracker}, then {@link org.pdtoolkit.raft.tracker.Progress}.
 */
package org.pdtoolkit.raft.tracker;
