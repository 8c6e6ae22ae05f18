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
        implements ColdStart.Origin {}
