package org.pdtoolkit.server.runtime;

/**
 * How much history is kept when the leader compacts by itself.
 *
 * @param byTime whether {@code retention} is milliseconds, else it is revisions
 * @param retention 0 turns compaction off
 */
public record CompactionPolicy(boolean byTime, long retention) {
    public static final CompactionPolicy OFF = new CompactionPolicy(true, 0);
}
