package org.pdtoolkit.raft;

/**
 * Volatile facts worth knowing outside of the core.
 *
 * @param leader 0 = unknown
 */
public record SoftState(long leader, Role role) {}
