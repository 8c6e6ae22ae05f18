package org.pdtoolkit.server.runtime;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What the parts of one node share.
 *
 * @param random for the construction of the parts, on one thread
 * @param onFatal told once when the node cannot go on
 * @param disk where the owners of log and store record how long it takes
 */
record NodeContext(
        RuntimeOptions options,
        Environment environment,
        SplittableRandom random,
        Consumer<Throwable> onFatal,
        DiskTimes disk) {
    long now() {
        return environment.monotonicNanos();
    }
}
