package org.pdtoolkit.raft;

/**
 * An operation of a {@link ConfChange}.
 *
 * @param nodeId 0 = the operation is void
 */
public record Change(ChangeType type, long nodeId) {}
