package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.Map;

/**
 * Who founds a cluster.
 *
 * @param members peer URLs by name
 * @param token part of all ids, tells clusters with equal URLs apart
 */
public record InitialCluster(Map<String, List<String>> members, String token)
        implements ColdStart.Origin {

    /** Where a member without data learns who founds the cluster together with it. */
    @FunctionalInterface
    public interface Source {
        /**
         * Asks once, and only when the data dir holds no member; may block until all founders are
         * known. Thread: the one that opens the node.
         *
         * @throws NodeStartException saying what keeps this node from founding a cluster
         */
        InitialCluster ask();
    }
}
