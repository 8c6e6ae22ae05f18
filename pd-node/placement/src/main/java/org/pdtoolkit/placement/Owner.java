package org.pdtoolkit.placement;

/**
 * The one thread ("cluster") on which all state of the placement layer changes. Answers of the
 * store and watch events arrive on other threads and are posted here.
 */
@FunctionalInterface
public interface Owner {
    /**
     * Runs {@code task} on the owner thread, in the order of posting. Thread: any; never blocks.
     */
    void execute(Runnable task);
}
