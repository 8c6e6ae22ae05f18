package org.pdtoolkit.server.runtime;

/**
 * What a change of members has to keep.
 *
 * @param strict whether a change is refused that would leave the cluster without a safe quorum
 * @param learnersMax learners at one time
 */
public record ReconfigurationRules(boolean strict, int learnersMax) {
    public static final ReconfigurationRules DEFAULT = new ReconfigurationRules(true, 1);
}
