package org.pdtoolkit.server.runtime;

import org.pdtoolkit.server.observe.Histogram;

/**
 * How long the disk takes.
 *
 * @param logWrites of the log, each with its fsync
 * @param commits of the ordered store, which are not forced
 */
public record DiskTimes(Histogram logWrites, Histogram commits) {
    DiskTimes() {
        this(new Histogram(), new Histogram());
    }
}
