package org.pdtoolkit.server.runtime;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What the parts of one node share.
 *
 * @param random for the construction of the parts, on one thread
 * @param onFatal told once when the node cannot go on
 */
record NodeContext(
        RuntimeOptions options,
        Environment environment,
        SplittableRandom random,
        Consumer<Throwable> onFatal) {
    long now() {
        return environment.monotonicNanos();
    }
}
